package workspace

import (
	"errors"
	"io"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

var (
	// ErrNoRules means that neither rules nor a snapshot with rules were given.
	ErrNoRules = errors.New("no rules: name the file of a rule export, or a snapshot that has a systemrule.json")
	// ErrBroken means that rules or the snapshot have errors, which are among the
	// diagnostics of the workspace.
	ErrBroken = errors.New("the rules or the snapshot have errors")
)

// Source names what a workspace is read from.
type Source struct {
	// Rules are files and directories with rules; "-" is Stdin. If there are none, the
	// rules of the snapshot are read.
	Rules []string
	Stdin io.Reader
	// Snapshot is the directory of a snapshot, or empty.
	Snapshot string
	Options  compiler.Options
	// Variables are the values of ${NAME} in rules.
	Variables map[string]string
	// Change returns the rules to compile instead of those that were read, with their
	// diagnostics; nil changes nothing.
	Change func([]ruleset.Rule) ([]ruleset.Rule, diag.List, error)
	// Progress reports long work; nil reports nothing.
	Progress snapshot.Progress
}

// Workspace is a set of rules and, if there is one, the site that they apply to. It is not safe
// for concurrent use.
type Workspace struct {
	Rules []ruleset.Rule
	// Policy is nil if a rule has an error that Options do not skip.
	Policy *compiler.Policy
	// Site is nil without a snapshot.
	Site *snapshot.Snapshot
	// FullSite is the snapshot that Site is a view of, or Site itself.
	FullSite *snapshot.Snapshot
	Options  compiler.Options
	// Diagnostics are the findings so far. Reading the site adds to them.
	Diagnostics diag.List

	dir      string      // of the snapshot
	unread   []diag.Rule // rules that are not among Rules because they could not be read
	progress snapshot.Progress
}

// Open reads and compiles rules and opens the snapshot. Errors in them are among the
// diagnostics; the error is ErrNoRules, a *sitenames.Error or that of Change.
func Open(from Source) (*Workspace, error) {
	w := &Workspace{Options: from.Options, dir: from.Snapshot, progress: from.Progress}
	if w.progress == nil {
		w.progress = snapshot.NoProgress{}
	}
	rules := from.Rules
	if from.Snapshot != "" {
		var found diag.List
		w.Site, found = snapshot.Open(from.Snapshot, from.Options.Schema)
		w.Diagnostics = append(w.Diagnostics, found...)
		w.Options.SiteTypes = w.Site.TypeNames()
		if file, ok := w.Site.RulesFile(); ok && len(rules) == 0 {
			rules = []string{file}
		}
	}
	if len(rules) == 0 && !w.Diagnostics.HasErrors() {
		return nil, ErrNoRules
	}
	read, found := ruleset.ReadWith(from.Stdin, from.paths(rules)...)
	w.Diagnostics = append(w.Diagnostics, found...)
	read, err := w.named(read, from)
	if err != nil {
		return nil, err
	}
	if from.Change != nil {
		if read, found, err = from.Change(read); err != nil {
			return nil, err
		}
		w.Diagnostics = append(w.Diagnostics, found...)
	}
	w.compile(w.view(read))
	return w, nil
}

func (w *Workspace) compile(rules []ruleset.Rule) {
	w.Rules = rules
	var whole bool
	w.unread, whole = unreadable(w.Diagnostics)
	var found diag.List
	w.Policy, found = compiler.Compile(w.Rules, w.Options)
	w.Diagnostics = append(w.Diagnostics, found...)
	switch {
	case w.Policy == nil:
	case !whole || len(w.unread) > 0 && !w.Options.SkipInvalid:
		w.Policy = nil
	default:
		w.Policy.Skipped = append(w.unread, w.Policy.Skipped...)
	}
	if w.Policy != nil && w.Site != nil {
		w.Site.Require(w.Policy.Needs)
	}
}

// unreadable returns the rules that could not be read, and whether these are the only errors:
// other errors, such as a broken file, cannot be skipped.
func unreadable(list diag.List) (rules []diag.Rule, whole bool) {
	whole = true
	for _, d := range list {
		switch {
		case d.Severity != diag.Error:
		case d.Rule == (diag.Rule{}):
			whole = false
		case !slices.Contains(rules, d.Rule):
			rules = append(rules, d.Rule)
		}
	}
	return rules, whole
}

// Found is the number of rules in the files, including those that are skipped or could
// not be read.
func (w *Workspace) Found() int { return len(w.Rules) + len(w.unread) }

// Skipped returns the rules that are left out because of errors.
func (w *Workspace) Skipped() []bundles.Skipped {
	list := []bundles.Skipped{}
	if w.Policy != nil {
		for _, r := range w.Policy.Skipped {
			list = append(list, bundles.Skipped{ID: r.ID, Name: r.Name})
		}
	}
	return list
}

// Valid returns the rules that are not left out because of errors.
func (w *Workspace) Valid() []ruleset.Rule {
	return slices.DeleteFunc(slices.Clone(w.Rules), func(r ruleset.Rule) bool {
		return slices.Contains(w.Policy.Skipped, diag.Rule{ID: r.ID, Name: r.Name})
	})
}

// Refused reports whether the rules cannot be compiled. Errors of skipped rules do not count.
func (w *Workspace) Refused() bool {
	_, whole := unreadable(w.Diagnostics)
	return w.Policy == nil || !whole
}

// RuleName returns the name of the rule with an id, or "".
func (w *Workspace) RuleName(id string) string {
	for _, r := range w.Rules {
		if r.ID == id {
			return r.Name
		}
	}
	return ""
}

// Variant is the rules with one disabled rule enabled.
type Variant struct {
	Rule   ruleset.Rule
	Policy *compiler.Policy
}

// Enabled returns a variant for each disabled Security rule, except for rules with errors,
// alone or in combination with the others.
func (w *Workspace) Enabled() []Variant {
	var all []Variant
	for i, r := range w.Rules {
		if !r.Disabled || r.Category != ruleset.Security {
			continue
		}
		rules := slices.Clone(w.Rules)
		rules[i].Disabled = false
		policy, _ := compiler.Compile(rules, w.Options)
		if policy != nil && !slices.Contains(policy.Skipped, diag.Rule{ID: r.ID, Name: r.Name}) {
			all = append(all, Variant{r, policy})
		}
	}
	return all
}

// OfRules is Open for rules that have been read already; from.Rules is not read.
func OfRules(rules []ruleset.Rule, from Source) *Workspace {
	w := &Workspace{Options: from.Options, dir: from.Snapshot, progress: from.Progress}
	if w.progress == nil {
		w.progress = snapshot.NoProgress{}
	}
	if from.Snapshot != "" {
		w.Site, w.Diagnostics = snapshot.Open(from.Snapshot, from.Options.Schema)
		w.Options.SiteTypes = w.Site.TypeNames()
	}
	w.compile(w.view(rules))
	return w
}
