package testgen

import (
	"context"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
)

// Pool returns all candidate requests, as cases.
func (s *Suite) Pool() []Case {
	var list []Case
	for i := range s.pool {
		list = append(list, Case{Request: s.pool[i].Request, cell: i})
	}
	return list
}

// Reach returns for each branch 0 if no case reaches it, 1 if it is seen without deciding, and 2 if it is pinned.
func (s *Suite) Reach(cases []Case) []uint8 {
	known := make([]reach, len(s.all))
	for _, c := range cases {
		s.pool[c.cell].note(known)
	}
	far := make([]uint8, len(known))
	for n, r := range known {
		if !s.impossible(n) {
			far[n] = uint8(r)
		}
	}
	return far
}

// Mutants returns all changes to the rules, and the rules with each.
func (s *Suite) Mutants() (changes []Mutant, rules [][]ruleset.Rule) {
	for _, r := range s.Rules {
		for _, m := range mutants(r) {
			changes = append(changes, m)
			rules = append(rules, s.with(m))
		}
	}
	return changes, rules
}

// Shortcuts compares the fast test whether a request notices a change with a new decision of the request. It returns
// the number of changes that both notice, and those for which they differ.
func (s *Suite) Shortcuts(ctx context.Context) (told int, wrong []string, err error) {
	t, err := s.newTrial(ctx)
	if err != nil {
		return 0, nil, err
	}
	for _, r := range s.Rules {
		for _, m := range mutants(r) {
			v, list := t.evaluator.Variant(m.rule)
			whole, _ := evaluate.New(s.with(m), s.subject.Site, referenceOptions(s.subject.Policy.Options))
			changed, err := t.changes(m, v, s.with(m))
			if list.HasErrors() || err != nil {
				continue
			}
			for i, c := range s.pool {
				tally := whole.Tally(c.JSON(anyAction))
				if tally.Err != nil {
					break // such rules do not compile
				}
				anew := !grantsOf(tally).equal(c.grants)
				if anew != changed(i) {
					wrong = append(wrong, m.Name+": "+m.Change+": "+string(c.JSON(anyAction)))
				}
				if anew {
					told++
				}
			}
		}
	}
	return told, wrong, nil
}
