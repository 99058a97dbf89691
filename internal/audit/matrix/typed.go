package matrix

import (
	"hash/maphash"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// typed is what is known about the resources of one type, for all workers.
type typed struct {
	*partition.Resources
	model *partition.Model
	rules []*rule
	byID  map[string]*rule
	cover *ast.Term
	// exceptional are the resources of exceptional pairs, by subject.
	exceptional map[int32][]int32
	// having are the classes that have a string for a test across, leading those that lead to a
	// class of entities for a test of rights.
	having  map[int]map[int32]Set
	leading map[int]map[int32][]int32

	// mu guards the truth of the rules and the sets that they grant on.
	mu     sync.RWMutex
	sets   []Set
	seed   maphash.Seed
	hashed map[uint64][]int32
}

func newTyped(m *partition.Model, r *partition.Resources) *typed {
	t := &typed{
		Resources: r, model: m, rules: newRules(m, r), byID: map[string]*rule{}, exceptional: map[int32][]int32{},
		having: map[int]map[int32]Set{}, leading: map[int]map[int32][]int32{}, seed: maphash.MakeSeed(), hashed: map[uint64][]int32{},
	}
	for _, one := range t.rules {
		t.byID[one.id] = one
	}
	t.cover = cover(t.rules, r.Actions)
	for resource, subjects := range r.Exceptional {
		for _, n := range subjects {
			t.exceptional[n] = append(t.exceptional[n], int32(resource))
		}
	}
	for _, test := range r.Across {
		t.having[test] = map[int32]Set{}
	}
	for _, test := range r.Rights {
		t.leading[test] = map[int32][]int32{}
	}
	for c, class := range r.Classes {
		for test, texts := range class.Values {
			for _, text := range texts {
				if t.having[test][text] == nil {
					t.having[test][text] = NewSet(len(r.Classes))
				}
				t.having[test][text].add(int32(c))
			}
		}
		for test, targets := range class.Leads {
			for _, target := range targets {
				t.leading[test][target] = append(t.leading[test][target], int32(c))
			}
		}
	}
	return t
}

// intern returns the number of a set, -1 for an empty one. The caller holds mu.
func (t *typed) intern(s Set) int32 {
	if s.Empty() {
		return -1
	}
	var h maphash.Hash
	h.SetSeed(t.seed)
	for _, w := range s {
		maphash.WriteComparable(&h, w)
	}
	sum := h.Sum64()
	for _, n := range t.hashed[sum] {
		if slices.Equal(t.sets[n], s) {
			return n
		}
	}
	n := int32(len(t.sets))
	t.sets = append(t.sets, s)
	t.hashed[sum] = append(t.hashed[sum], n)
	return n
}

// target returns the type that a test of rights asks about, and the action.
func (t *typed) target(test int) (string, uint32) {
	asked := t.model.Reads.Tests[test]
	return asked.Left.Steps[len(asked.Left.Steps)-1].Type, asked.Action
}

// meets reports whether a pair meets an identity test.
func (t *typed) meets(test int, subject, resource int32) bool {
	_, ok := slices.BinarySearch(t.Met[test][resource], subject)
	return ok
}

// isExceptional reports whether a pair is exceptional.
func (t *typed) isExceptional(subject, resource int32) bool {
	_, ok := slices.BinarySearch(t.Exceptional[resource], subject)
	return ok
}
