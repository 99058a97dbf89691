package matrix

import (
	"fmt"
	"slices"
)

// maxBatch is the maximum number of resources in one query to the policy.
const maxBatch = 1024

// ask queries the policy about one pair of each open cell, if there is one.
func (w *worker) ask(k *known, open []question) error {
	chosen := map[int32][]int32{} // resources by subject, sorted
	var subjects []int32
	// Two pairs are chosen in these classes: any, and one that is not exceptional.
	some, ordinary := NewSet(len(k.Classes)), NewSet(len(k.Classes))
	for _, q := range open {
		personal := q.rule.shape.personal()
		if personal && q.cell.classes.meets(ordinary) || !personal && q.cell.classes.meets(some) {
			continue
		}
		p, ok := w.pick(k, q.cell.classes, personal)
		if !ok {
			continue // every pair of the cell is exceptional
		}
		some.add(k.Of[p.resource])
		if !k.isExceptional(p.subject, p.resource) {
			ordinary.add(k.Of[p.resource])
		}
		if chosen[p.subject] == nil {
			subjects = append(subjects, p.subject)
		}
		chosen[p.subject] = append(chosen[p.subject], p.resource)
	}
	for _, subject := range subjects {
		if _, err := w.decide(k, subject, chosen[subject]); err != nil {
			return err
		}
	}
	return nil
}

// pick chooses a pair of a cell, one that is not exceptional if the answer depends on the
// identity of the subject.
func (w *worker) pick(k *known, cell Set, personal bool) (pair, bool) {
	for class := range cell.All() {
		for _, resource := range k.Classes[class].Members {
			for _, subject := range w.class.Members {
				if !personal || !k.isExceptional(subject, resource) {
					return pair{subject, resource}, true
				}
			}
		}
	}
	return pair{}, false
}

// decide queries the policy about resources, records the result for every rule, and returns the
// rules that grant on each resource.
func (w *worker) decide(k *known, subject int32, resources []int32) ([][]*rule, error) {
	var all [][]*rule
	for part := range slices.Chunk(resources, maxBatch) {
		handles := make([]string, len(part))
		for i, n := range part {
			handles[i] = k.Handles[n]
		}
		answers, err := w.judge.decide(w.ctx, w.model.Subjects.IDs[subject], k.Type, k.cover, handles)
		if err != nil {
			return nil, err
		}
		w.asked += int64(len(part))
		for i, ids := range answers {
			granting := map[*rule]bool{}
			list := make([]*rule, 0, len(ids))
			for _, id := range ids {
				one := k.byID[id]
				if one == nil && k.Excluded[id] {
					continue
				}
				if one == nil {
					return nil, fmt.Errorf("the policy grants by a rule %q that, by data.qlik.reads, reaches no %s", id, k.Type)
				}
				granting[one] = true
				list = append(list, one)
			}
			w.note(k, pair{subject, part[i]}, granting)
			all = append(all, list)
		}
	}
	return all, nil
}

// note records the truth of every rule for a pair.
func (w *worker) note(k *known, p pair, granting map[*rule]bool) {
	var held uint32
	for one := range granting {
		held |= one.actions
	}
	class := k.Of[p.resource]
	across := map[*shape]string{}
	for _, one := range k.rules {
		if _, ok := across[one.shape]; !ok {
			across[one.shape] = w.across(k, one.shape, p, class, held)
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, one := range k.rules {
		one.truth[sides{trueTests(w.class.Holds, one.subject), one.shape.of[class], across[one.shape]}] = granting[one]
	}
}

// across returns the results of the tests across for one pair, given the actions of the
// fixpoint.
func (w *worker) across(k *known, s *shape, p pair, class int32, held uint32) string {
	if s.fixed() {
		return ""
	}
	key := make([]byte, 0, 16)
	add := func(holds bool) {
		if holds {
			key = append(key, '1')
		} else {
			key = append(key, '0')
		}
	}
	for _, test := range s.across {
		add(w.having(k, test).Has(class))
	}
	for _, test := range s.identities {
		add(k.meets(test, p.subject, p.resource))
	}
	for _, test := range s.rights {
		add(w.hasRight(k, test, p))
	}
	for _, action := range s.same {
		add(held&action != 0)
	}
	return string(key)
}

// hasRight reports whether the subject has the right that a test asks for on one of the
// entities that a resource leads to.
func (w *worker) hasRight(k *known, test int, p pair) bool {
	typ, action := k.target(test)
	target := w.known[typ]
	for _, n := range k.Resources.Targets(test, p.resource) {
		if target.isExceptional(p.subject, n) {
			if target.exceptional[pair{p.subject, n}]&action != 0 {
				return true
			}
		} else if target.right(action).Has(target.Of[n]) {
			return true
		}
	}
	return false
}
