package lint

import (
	"cmp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Inputs is the input of Run.
type Inputs struct {
	Rules   []ruleset.Rule
	Options resolve.Options
	// Found are the diagnostics of reading and compiling the rules. Rules with errors are not
	// linted; warnings are added to the findings.
	Found diag.List
	// Site is nil without a snapshot.
	Site *Data
	// Costs are nil if the rules do not compile.
	Costs []compiler.RuleCost
}

// Notice says that a lint did not run, so that the absence of findings is not misunderstood.
type Notice struct {
	Code   diag.Code `json:"code"`
	Reason string    `json:"reason"`
}

// Result is the result of Run.
type Result struct {
	// Findings are sorted by severity, the most severe first, code and position.
	Findings diag.List
	Notices  []Notice
	// Suppressed counts the findings that comments of rules suppress.
	Suppressed int
}

// Run checks the rules with all lints. A nil configuration is the default.
func Run(in Inputs, config *Config) Result {
	if config == nil {
		config = &Config{}
	}
	set := newSet(in.Rules, in.Options, broken(in.Found))
	set.Site, set.costs = in.Site, in.Costs
	var result Result
	list := slices.Clone(in.Found)
	set.prove(list)
	for _, l := range All() {
		if l.Check == nil {
			continue // a lint that is off runs too: it may supersede others
		}
		if reason := l.cannotRun(set); reason != "" {
			if !config.off(l) {
				result.Notices = append(result.Notices, Notice{l.Code, reason})
			}
			continue
		}
		found, notices := set.run(l, config)
		if !config.off(l) {
			result.Notices = append(result.Notices, notices...)
		}
		if l.Fix == Automatic {
			set.prove(found)
		}
		list = append(list, found...)
	}
	list = supersede(list)
	list = set.levels(list, in.Rules, config)
	list, result.Suppressed = set.suppress(list, in.Rules, config)
	Sort(list)
	result.Findings = list
	return result
}

// Sort sorts findings by severity, the most severe first, then by code and position.
func Sort(list diag.List) {
	list.Sort()
	slices.SortStableFunc(list, func(a, b diag.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(rank(a.Code), rank(b.Code)), cmp.Compare(a.Code, b.Code))
	})
}

// rank orders categories.
func rank(code diag.Code) int {
	if l := Find(code); l != nil {
		return slices.Index(Categories(), l.Category)
	}
	return -1 // what keeps rules from compiling comes first
}

func broken(list diag.List) map[diag.Rule]bool {
	rules := map[diag.Rule]bool{}
	for _, d := range list {
		if d.Severity == diag.Error && d.Rule != (diag.Rule{}) {
			rules[d.Rule] = true
		}
	}
	return rules
}

func (l *Lint) cannotRun(set *Set) string {
	switch {
	case l.Scope == PerSite && set.Site == nil:
		return "no snapshot was given"
	case l.Whole && !set.Whole:
		return "the rules look like a part of a site's rules: none has the type ReadOnly"
	}
	return ""
}

func (s *Set) run(l *Lint, config *Config) (found diag.List, notices []Notice) {
	pass := &Pass{Set: s, Max: config.max(l), lint: l, found: &found, notices: &notices}
	if l.Scope != PerRule {
		l.Check(pass)
		return found, notices
	}
	for _, r := range s.Rules {
		if r.Disabled && !l.Disabled || r.Product() && !l.Product {
			continue
		}
		l.Check(pass.On(r))
	}
	return found, notices
}

// supersede removes findings that give less information about the same rule than another.
func supersede(list diag.List) diag.List {
	type about struct {
		rule diag.Rule
		code diag.Code
	}
	less := map[about]bool{}
	for _, d := range list {
		if l := Find(d.Code); l != nil && d.Rule != (diag.Rule{}) {
			for _, code := range l.Supersedes {
				less[about{d.Rule, code}] = true
			}
		}
	}
	return slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return less[about{d.Rule, d.Code}] })
}

// levels applies the configured levels, and lowers those of rules shipped with Qlik Sense to
// info, because they cannot or should not be edited.
func (s *Set) levels(list diag.List, rules []ruleset.Rule, config *Config) diag.List {
	product := map[diag.Rule]bool{}
	for _, r := range rules {
		if (&Rule{Rule: &resolve.Rule{Rule: r}}).Product() {
			product[diag.Rule{ID: r.ID, Name: r.Name}] = true
		}
	}
	var kept diag.List
	for _, d := range list {
		l := Find(d.Code)
		if l == nil {
			kept = append(kept, d)
			continue
		}
		if config.off(l) || config.ignores(d) {
			continue
		}
		d.Severity = config.level(l, d.Severity)
		if product[d.Rule] && d.Severity != diag.Info && l.Category != Input {
			d.Severity = diag.Info
		}
		kept = append(kept, d)
	}
	return kept
}
