package lint

import (
	"context"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
	"github.com/qlik2rego/qlik2rego/internal/solve/facts"
)

// maxProved is the maximum number of rules that the solver compares with each other, which
// takes some milliseconds per rule.
const maxProved = 1500

// relations are the proved facts about rules that grant.
type relations struct {
	byRule map[diag.Rule][]facts.Fact
	reason string // why there are none
}

// proved asks the solver once, for all lints that need its results.
func (s *Set) proved() *relations {
	if s.relations != nil {
		return s.relations
	}
	s.relations = &relations{byRule: map[diag.Rule][]facts.Fact{}}
	var rules []ruleset.Rule
	for _, r := range s.Rules {
		if r.Grants() {
			rules = append(rules, r.Rule.Rule)
		}
	}
	if len(rules) > maxProved {
		s.relations.reason = "there are too many rules to compare each with all others"
		return s.relations
	}
	book, err := facts.New(rules, solve.Options{
		Schema: s.Options.Schema, ListInequality: s.Options.ListInequality, EntityText: s.Options.EntityText, SessionAttributes: s.Options.SessionAttributes,
	})
	if err != nil {
		s.relations.reason = "the rules cannot be resolved together: " + err.Error()
		return s.relations
	}
	list, err := book.All(context.Background())
	if err != nil {
		s.relations.reason = "the rules cannot be compared: " + err.Error()
		return s.relations
	}
	for _, f := range list {
		s.relations.byRule[f.Rule] = append(s.relations.byRule[f.Rule], f)
	}
	return s.relations
}

// related calls f for every proved fact of a kind about a custom rule.
func (p *Pass) related(kind facts.Kind, f func(*Rule, facts.Fact)) {
	known := p.proved()
	if known.reason != "" {
		p.CannotRun(known.reason)
		return
	}
	for _, r := range p.Rules {
		if r.Product() {
			continue
		}
		for _, fact := range known.byRule[r.Ref()] {
			if fact.Kind == kind {
				f(r, fact)
			}
		}
	}
}

// find returns the rule of a reference, or nil.
func (s *Set) find(ref diag.Rule) *Rule {
	for _, r := range s.Rules {
		if r.Ref() == ref {
			return r
		}
	}
	return nil
}

// seeAll returns references to the rules of a finding.
func (s *Set) seeAll(refs []diag.Rule) (names []string, related []diag.Related) {
	for i, ref := range refs {
		names = append(names, `"`+strings.TrimSpace(ref.Name)+`"`)
		if r := s.find(ref); r != nil && i < 3 {
			related = append(related, See(r, "the rule %q", ref.Name))
		}
	}
	if len(names) > 4 {
		names = append(names[:3:3], "others")
	}
	return names, related
}
