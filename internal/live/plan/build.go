package plan

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/prove"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Options are the options of a plan.
type Options struct {
	// Prune deletes rules whose files were deleted.
	Prune bool
	// Revert restores rules that were changed or deleted on the site from their files; with
	// Prune, it deletes those that were created there.
	Revert bool
	// Adopt lets files replace rules that the lock file of the site does not know.
	Adopt bool
	// CreateTags creates the tags that the site does not have.
	CreateTags bool
	// Gates are additional gates. They override those of the site and the default ones, which
	// NoDefaultGates disables.
	Gates          []GateSpec
	NoDefaultGates bool
	// Lint configures the lints that are compared, nil for none.
	Lint *lint.Config
	// Assertions are decided before and after the change, under Assumptions. OldRules are the
	// earlier rules that comparing assertions refer to.
	Assertions  []prove.Assertion
	Assumptions prove.Assumptions
	OldRules    map[string]prove.Rules
	// NoGuard allows a plan that locks people out.
	NoGuard bool
	// NoEffect omits who gains and loses access, and the gates that depend on it.
	NoEffect bool
	// Snapshot is the directory of a pulled snapshot on which the effect is decided, "" for the
	// current site.
	Snapshot string
	Progress snapshot.Progress
}

// Build plans the changes from the site's rules to those of a directory.
func Build(ctx context.Context, client *qrs.Client, dir string, o Options) (*Plan, error) {
	return build(ctx, client, o, func(p *Plan, site Rules) error {
		files, err := ReadFiles(ctx, dir, client.Site(), site, siteNames{client})
		if err != nil {
			return err
		}
		if err := valid(files.Rules); err != nil {
			return err
		}
		p.Dir = dir
		if files.Foreign {
			p.Lock, p.Matched = files.LockName, map[string]string{}
		}
		return p.threeWay(dir, files, site, o)
	})
}

// valid returns the errors of rules that would grant nothing on the site.
func valid(rules []ruleset.Rule) error {
	_, found := compiler.Compile(rules, compiler.Options{Schema: schema.Default()})
	if found.HasErrors() {
		return &BrokenError{found}
	}
	return nil
}

// ToBackup plans the changes from the site's rules to those of a backup.
func ToBackup(ctx context.Context, client *qrs.Client, backup []ruleset.Rule, o Options) (*Plan, error) {
	o.CreateTags, o.NoDefaultGates = true, true
	return build(ctx, client, o, func(p *Plan, site Rules) error {
		before := ByID(backup)
		for _, id := range sortedKeys(before) {
			r := before[id]
			after := FieldsOf(&r)
			now, known := site[id]
			if !known {
				p.Changes = append(p.Changes, Change{Op: Create, ID: id, Name: r.Name, After: &after, Alias: id})
				continue
			}
			if was := FieldsOf(&now); !was.Equal(after) {
				p.Changes = append(p.Changes, Change{Op: Update, ID: id, Name: r.Name, Before: &was, After: &after, Condition: conditionDiff(was, after)})
			}
		}
		for _, id := range sortedKeys(site) {
			r := site[id]
			if _, known := before[id]; !known {
				was := FieldsOf(&r)
				if alias := sameRule(p.Changes, was); alias >= 0 {
					p.Changes = slices.Delete(p.Changes, alias, alias+1) // it was restored under another id
					continue
				}
				p.Changes = append(p.Changes, Change{Op: Delete, ID: id, Name: r.Name, Before: &was})
			}
		}
		return nil
	})
}

// sameRule returns the index of the change that would create a rule with these fields, -1 if
// there is none.
func sameRule(changes []Change, f Fields) int {
	return slices.IndexFunc(changes, func(c Change) bool { return c.Op == Create && c.After.Equal(f) })
}

// build reads the site, fills the plan with changes and decides their effect.
func build(ctx context.Context, client *qrs.Client, o Options, compare func(*Plan, Rules) error) (*Plan, error) {
	temp, err := os.MkdirTemp("", "qlik2rego-plan-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(temp) }() // temporary
	now, err := Now(ctx, client, temp)
	if err != nil {
		return nil, err
	}
	about, err := client.About(ctx)
	if err != nil {
		return nil, err
	}
	p := &Plan{
		Version: planVersion, Site: client.Site().Name, URL: client.Site().URL, Build: about.BuildVersion, Created: time.Now().UTC().Truncate(time.Second),
		Changes: []Change{}, Drift: []Drift{}, Conflicts: []Conflict{}, Problems: []string{}, Guard: []string{}, Gates: []Gate{}, Assertions: []Assertion{}, CreateTags: []string{},
		Rules: now.Rules.Digests(), same: map[string]ruleset.Rule{},
	}
	if err := compare(p, now.Rules); err != nil {
		return nil, err
	}
	p.policy(client.Site().Defaults, now.Tags, o.CreateTags)
	p.order()
	if p.Empty() {
		return p, nil
	}
	if !o.NoGuard {
		wrong, err := now.Guard(client.Site()).CheckAll(now.Rules, p.Changes)
		if err != nil {
			return nil, err
		}
		p.Guard = append(p.Guard, wrong...)
	}
	if o.NoEffect {
		return p, nil
	}
	return p, p.decide(ctx, client, now.Rules, o)
}

// decide compares access before and after, with the gates, lints and assertions.
func (p *Plan) decide(ctx context.Context, client *qrs.Client, now Rules, o Options) error {
	dir := o.Snapshot
	if dir == "" {
		temp, err := os.MkdirTemp("", "qlik2rego-site-*")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(temp) }() // temporary
		if _, err := pull.Snapshot(ctx, client, temp, o.Progress); err != nil {
			return err
		}
		dir = filepath.Join(temp, live.SiteDir)
	}
	now = maps.Clone(now)
	maps.Copy(now, p.same)
	rules, err := After(now, p.Changes, len(p.Changes))
	if err != nil {
		return err
	}
	var site []string
	if p.Dir != "" { // a rollback must always be possible
		site = client.Site().Gates
	}
	gates, err := gatesOf(site, o)
	if err != nil {
		return err
	}
	before, after := opened(now.List(), dir, o.Progress), opened(rules.List(), dir, o.Progress)
	in, err := before.Sides(ctx, after, difference.Input{})
	if err != nil {
		return broken(err, before, after)
	}
	report, err := difference.Compare(ctx, in)
	if err != nil {
		return err
	}
	p.accessGates(report, gates, !o.NoDefaultGates)
	if err := p.hubGate(ctx, in, report, gates); err != nil {
		return err
	}
	if err := p.review(ctx, before, after, o, gates); err != nil {
		return err
	}
	p.report = report
	var b bytes.Buffer
	if err := (render.AsJSON[*difference.Report]{}).Render(&b, report); err != nil {
		return err
	}
	p.Effect = json.RawMessage(bytes.TrimSpace(b.Bytes()))
	return nil
}

// State is the state of a site that plans and writes need: rules, tags and users.
type State struct {
	Rules Rules
	// Raw are the rules as the site sends them, and Tags the ids of tags by name.
	Raw   []json.RawMessage
	Tags  map[string]string
	Users *snapshot.Site
	// Inactive are the users who cannot log in, by case-folded DIR\id.
	Inactive map[string]bool
	// IDs are the ids of users by case-folded DIR\id.
	IDs map[string]string
}

// Now reads the state of a site. It writes users to a temporary directory.
func Now(ctx context.Context, client *qrs.Client, temp string) (*State, error) {
	s := &State{Tags: map[string]string{}, Inactive: map[string]bool{}, IDs: map[string]string{}}
	var err error
	if s.Rules, s.Raw, err = readRules(ctx, client); err != nil {
		return nil, err
	}
	count, err := client.Count(ctx, "systemrule", "")
	if err != nil {
		return nil, err
	}
	if count > len(s.Raw) {
		return nil, errors.New("the site lists fewer rules than it counts: its lists are cut short, or the user may not read all rules")
	}
	err = client.List(ctx, "tag", "", func(entity []byte) error {
		var tag struct{ ID, Name string }
		err := json.Unmarshal(entity, &tag)
		s.Tags[tag.Name] = tag.ID
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Users, err = s.users(ctx, client, temp)
	return s, err
}

// ReadRules reads the rules of a site.
func ReadRules(ctx context.Context, client *qrs.Client) (Rules, error) {
	rules, _, err := readRules(ctx, client)
	return rules, err
}

func readRules(ctx context.Context, client *qrs.Client) (Rules, []json.RawMessage, error) {
	var raw []json.RawMessage
	err := client.List(ctx, "systemrule", "", func(entity []byte) error {
		raw = append(raw, bytes.Clone(entity))
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	data, err := json.Marshal(raw)
	if err != nil {
		return nil, nil, err
	}
	rules, found := ruleset.Decode("systemrule.json", data)
	if found.HasErrors() {
		return nil, nil, &BrokenError{found}
	}
	return ByID(rules), raw, nil
}

// users reads the users in the form of the evaluator.
func (s *State) users(ctx context.Context, client *qrs.Client, temp string) (*snapshot.Site, error) {
	f, err := os.Create(filepath.Join(temp, "user.json"))
	if err != nil {
		return nil, err
	}
	separator := "["
	err = client.List(ctx, "user", "", func(entity []byte) error {
		var user struct {
			ID, UserDirectory, UserID                string
			Inactive, RemovedExternally, Blacklisted bool
		}
		if err := json.Unmarshal(entity, &user); err != nil {
			return err
		}
		login := schema.Fold(user.UserDirectory + `\` + user.UserID)
		s.IDs[login] = user.ID
		if user.Inactive || user.RemovedExternally || user.Blacklisted {
			s.Inactive[login] = true
		}
		_, err := f.Write(append([]byte(separator), entity...))
		separator = ",\n"
		return err
	})
	if err == nil && separator == "[" {
		_, err = f.WriteString(separator)
	}
	if err == nil {
		_, err = f.WriteString("]\n")
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	open, found := snapshot.Open(temp, schema.Default())
	site, more := open.Load(nil)
	if found = append(found, more...); found.HasErrors() {
		return nil, &BrokenError{onlyErrors(found)}
	}
	return site, nil
}

func onlyErrors(list diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(list), func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
}

// Guard returns the guard of a site over its users.
func (s *State) Guard(site *qrs.Site) Guard {
	return Guard{Site: s.Users, Inactive: s.Inactive, Protect: site.Protect, Self: site.User}
}
