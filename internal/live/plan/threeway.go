package plan

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
)

// sides are the three versions of one rule: the one last read from the site, the one in its file,
// and the current one on the site. Each may be missing.
type sides struct {
	id   string
	base *rulefiles.Locked
	ours *ruleset.Rule
	file string
	site *ruleset.Rule
	// named are the strings of ours that contain names, nil if there are none.
	named *Named
}

// threeWay compares the lock file, the rules of files and those of the site. It adds to the plan
// the changes to write and the differences that are kept.
func (p *Plan) threeWay(dir string, files *Files, site Rules, o Options) error {
	all := map[string]*sides{}
	of := func(id string) *sides {
		key := schema.Fold(id)
		if all[key] == nil {
			all[key] = &sides{id: id}
		}
		return all[key]
	}
	for _, id := range sortedKeys(site) {
		r := site[id]
		of(id).site = &r
	}
	for _, id := range sortedKeys(files.Lock.Rules) {
		of(id).base = files.Lock.Rules[id]
	}
	ours := files.Rules
	for i := range ours {
		file, err := relative(dir, ours[i].Condition.File)
		if err != nil {
			return err
		}
		s := of(ours[i].ID)
		s.ours, s.file, s.named = &ours[i], file, files.named(ours[i].ID)
	}
	for _, key := range sortedKeys(all) {
		p.compare(all[key], o)
	}
	return nil
}

// relative returns the path of a file relative to a directory, with slashes.
func relative(dir, file string) (string, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if file, err = filepath.Abs(file); err != nil {
		return "", err
	}
	name, err := filepath.Rel(root, file)
	return filepath.ToSlash(name), err
}

// takeTheirs says how to resolve a conflict.
const takeTheirs = ": pull the rules of the site with --overwrite, then make the change again"

// compare adds the result for one rule to the plan.
func (p *Plan) compare(s *sides, o Options) {
	var base, ours, theirs string
	if s.base != nil {
		base = s.base.Digest
		if s.file == "" {
			s.file = s.base.File
		}
	}
	if s.ours != nil {
		ours = rulefiles.Digest(s.ours)
	}
	if s.site != nil {
		theirs = rulefiles.Digest(s.site)
	}
	known := s.base != nil
	if !known && o.Adopt && s.ours != nil && s.site != nil {
		known, base = true, theirs
	}
	update := func() {
		before, after := FieldsOf(s.site), FieldsOf(s.ours)
		p.Changes = append(p.Changes, Change{Op: Update, ID: s.site.ID, Name: after.Name, File: s.file, Before: &before, After: &after, Condition: conditionDiff(before, after), Named: s.named, rule: s.ours})
	}
	remove := func() {
		f := FieldsOf(s.site)
		p.Changes = append(p.Changes, Change{Op: Delete, ID: s.site.ID, Name: f.Name, File: s.file, Before: &f})
	}
	switch {
	case ours == theirs && s.ours != nil:
		r := *s.ours
		r.ID = s.site.ID
		p.same[r.ID] = r
		if p.Matched != nil {
			p.Matched[r.ID] = s.file
		}
	case ours == theirs:
	case s.ours != nil && s.site == nil && !known:
		p.create(s)
	case s.site != nil && s.ours == nil && !known && o.Revert && o.Prune:
		remove()
	case s.site != nil && s.ours == nil && !known:
		p.drift(s, "created")
	case !known && p.Lock != "":
		p.conflict(s, "the site has a different rule with the same name: --adopt replaces it")
	case !known:
		p.conflict(s, "the rule is not in the lock file: pull first")
	case ours == base && s.site == nil && o.Revert:
		p.create(s)
	case ours == base && s.site == nil:
		p.drift(s, "deleted")
	case ours == base && s.ours != nil && o.Revert:
		update()
	case ours == base:
		p.drift(s, "changed")
	case theirs != base && s.site == nil:
		p.conflict(s, "it was deleted on the site, and changed in its file"+takeTheirs)
	case theirs != base && s.ours == nil:
		p.conflict(s, "it was changed on the site, and its file was deleted"+takeTheirs)
	case theirs != base:
		p.conflict(s, "it was changed on the site and in its file"+takeTheirs)
	case s.ours == nil && o.Prune:
		remove()
	case s.ours == nil:
		p.drift(s, "kept")
	default:
		update()
	}
}

// conditionDiff returns the difference of the conditions of two versions of a rule.
func conditionDiff(before, after Fields) *difference.ConditionDiff {
	if before.Rule == after.Rule {
		return nil
	}
	return difference.CompareConditions(before.Rule, after.Rule)
}

func (p *Plan) create(s *sides) {
	f := FieldsOf(s.ours)
	c := Change{Op: Create, ID: s.id, Name: f.Name, File: s.file, After: &f, Named: s.named, rule: s.ours}
	if !s.ours.Derived {
		c.Alias = s.id
	}
	p.Changes = append(p.Changes, c)
}

func (p *Plan) drift(s *sides, what string) {
	d := Drift{ID: s.id, File: s.file, What: what}
	switch {
	case s.site != nil:
		d.Name = s.site.Name
		d.By, d.At = edited(s.site)
	case s.ours != nil:
		d.Name = s.ours.Name
	}
	p.Drift = append(p.Drift, d)
}

func (p *Plan) conflict(s *sides, why string) {
	c := Conflict{ID: s.id, File: s.file, Why: why}
	if s.site != nil {
		f := FieldsOf(s.site)
		c.Theirs, c.Name = &f, f.Name
		c.By, c.At = edited(s.site)
	}
	if s.ours != nil {
		f := FieldsOf(s.ours)
		c.Ours, c.Name = &f, f.Name
	}
	p.Conflicts = append(p.Conflicts, c)
}

// edited returns the user who last changed a rule on the site, and the time.
func edited(r *ruleset.Rule) (by, at string) {
	for _, m := range (jsonfile.Value{Raw: r.Raw}).AppendMembers(nil) {
		var text string
		switch name := schema.Fold(string(m.Name.Text())); {
		case name != "modifiedbyusername" && name != "modifieddate":
		case json.Unmarshal(m.Value.Raw, &text) != nil:
		case name == "modifiedbyusername":
			by = text
		default:
			at = text
		}
	}
	return by, at
}

// Policy adds the problems that the policy for rules shipped by Qlik finds.
func (p *Plan) Policy(defaults string) { p.policy(defaults, nil, true) }

// policy adds the problems of changes that the site would reject or that the policy forbids.
func (p *Plan) policy(defaults string, tags map[string]string, createTags bool) {
	back := p.Dir == "" // a rollback restores every type
	for _, c := range p.Changes {
		if c.Before != nil && strings.EqualFold(c.Before.Type, "ReadOnly") {
			p.Problems = append(p.Problems, fmt.Sprintf("the rule %q is read-only: the site refuses to %s it", c.Name, c.Op))
		}
		if c.Before != nil && strings.EqualFold(c.Before.Type, "Default") && defaults == "refuse" && !back {
			p.Problems = append(p.Problems, fmt.Sprintf("the rule %q is one that Qlik ships: editing it makes it Custom, so that upgrades skip it; "+
				"give a copy of it another name, or set defaults: custom (or keep) for the site", c.Name))
		}
		if c.Op == Create && !back && !strings.EqualFold(c.After.Type, "Custom") {
			p.Problems = append(p.Problems, fmt.Sprintf("the rule %q is new and has the type %s: only Qlik ships such rules; write type: custom", c.Name, c.After.Type))
		}
		if c.After == nil {
			continue
		}
		for _, tag := range c.After.Tags {
			switch _, known := tags[tag]; {
			case known || slices.Contains(p.CreateTags, tag):
			case createTags:
				p.CreateTags = append(p.CreateTags, tag)
			default:
				p.Problems = append(p.Problems, fmt.Sprintf("the rule %q has the tag %q, which the site does not have: create it in the QMC, or use --create-tags", c.Name, tag))
			}
		}
	}
}
