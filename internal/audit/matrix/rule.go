package matrix

import (
	"encoding/binary"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// rule is a rule of one type with what its truth depends on: its tests of the subject, its
// tests of the resource, and the tests across, by kind.
type rule struct {
	number  int // in Typed.Rules
	id      string
	actions uint32
	// rank orders rules: one that asks for a right on the resource itself comes after all rules
	// that grant it.
	rank    int
	subject []int32
	shape   *shape
	// truth is the results of the policy, by sides and tests across.
	truth map[sides]bool
	// granted is the number of the set of classes on which the rule grants, by the subject's
	// side, if the rule depends on the two sides only and all results are known.
	granted map[string]int32
}

// sides are everything that the truth of a rule depends on: which of its tests of the subject
// are true, which of those of the resource, and which of those across, one byte per test.
type sides struct {
	subject  string
	resource int32
	across   string
}

// shape is what the truth of rules depends on in addition to the subject's side. Rules share
// it.
type shape struct {
	resource []int32
	// across are tests of strings, identities of entities, rights those of rights on entities
	// that the resource leads to: indices into Reads.Tests.
	across, identities, rights []int
	// same are the actions that are asked for on the resource itself.
	same []uint32
	// of is the resource's side by class, 0 if no test is true; groups are the classes by that
	// side.
	of     map[int32]int32
	groups []Set
}

// personal reports whether the truth depends on the identity of the subject, not only on its
// class and strings.
func (s *shape) personal() bool { return len(s.identities)+len(s.rights)+len(s.same) > 0 }

// fixed reports whether the truth depends on the two sides only.
func (s *shape) fixed() bool { return len(s.across) == 0 && !s.personal() }

// ranker orders the rules of one type.
type ranker struct {
	reads *reads.Reads
	// granting are the rules that grant an action, asks what they ask for on the same resource,
	// and reaches the transitive dependencies.
	granting map[uint32][]int
	reaches  map[[2]uint32]bool
}

func newRanker(all *reads.Reads, rules []int) *ranker {
	k := &ranker{reads: all, granting: map[uint32][]int{}, reaches: map[[2]uint32]bool{}}
	for _, n := range rules {
		for _, a := range ruleset.AllActions {
			if all.Rules[n].Actions&uint32(a) != 0 {
				k.granting[uint32(a)] = append(k.granting[uint32(a)], n)
				for _, asked := range k.asks(n) {
					k.reaches[[2]uint32{uint32(a), asked}] = true
				}
			}
		}
	}
	for _, via := range ruleset.AllActions {
		for _, from := range ruleset.AllActions {
			for _, to := range ruleset.AllActions {
				if k.reaches[[2]uint32{uint32(from), uint32(via)}] && k.reaches[[2]uint32{uint32(via), uint32(to)}] {
					k.reaches[[2]uint32{uint32(from), uint32(to)}] = true
				}
			}
		}
	}
	return k
}

// asks returns the actions that a rule asks for on the resource itself.
func (k *ranker) asks(rule int) []uint32 {
	var asked []uint32
	for _, n := range k.reads.Rules[rule].Tests {
		if t := k.reads.Tests[n]; t.Kind == reads.Privilege && len(t.Left.Steps) == 0 {
			asked = append(asked, t.Action)
		}
	}
	return asked
}

// inCycle reports whether an action depends on one of a rule's own.
func (k *ranker) inCycle(rule int, asked uint32) bool {
	for _, a := range ruleset.AllActions {
		if k.reads.Rules[rule].Actions&uint32(a) != 0 && (asked == uint32(a) || k.reaches[[2]uint32{asked, uint32(a)}]) {
			return true
		}
	}
	return false
}

// tests returns the tests that a rule's truth depends on. On a cycle of actions there is no
// first rule: there the tests of everything that the cycle depends on replace the privilege.
func (k *ranker) tests(rule int) (tests []int, same []uint32) {
	seen := map[uint32]bool{}
	var add func(n int)
	add = func(n int) {
		for _, number := range k.reads.Rules[n].Tests {
			t := k.reads.Tests[number]
			switch {
			case t.Kind != reads.Privilege || len(t.Left.Steps) > 0:
				tests = append(tests, number)
			case seen[t.Action]:
			case k.inCycle(rule, t.Action):
				seen[t.Action] = true
				for _, granting := range k.granting[t.Action] {
					add(granting)
				}
			default:
				seen[t.Action] = true
				same = append(same, t.Action)
			}
		}
	}
	add(rule)
	slices.Sort(tests)
	slices.Sort(same)
	return slices.Compact(tests), same
}

// newRules prepares the rules of a type, ordered by rank.
func newRules(m *partition.Model, r *partition.Resources) []*rule {
	k := newRanker(&m.Reads, r.Rules)
	shapes := map[string]*shape{}
	holding := map[int32][]int32{}
	for c := range r.Classes {
		for _, test := range r.Classes[c].Holds {
			holding[test] = append(holding[test], int32(c))
		}
	}
	var rules []*rule
	byNumber := map[int]*rule{}
	for i, n := range r.Rules {
		read := m.Reads.Rules[n]
		one := &rule{number: i, id: read.ID, actions: read.Actions, rank: -1, truth: map[sides]bool{}, granted: map[string]int32{}}
		s := &shape{}
		var tests []int
		tests, s.same = k.tests(n)
		for _, number := range tests {
			switch t := m.Reads.Tests[number]; {
			case t.OfSubject():
				one.subject = append(one.subject, int32(number))
			case t.OfResource():
				s.resource = append(s.resource, int32(number))
			case t.Kind == reads.Privilege:
				s.rights = append(s.rights, number)
			case t.Identity():
				s.identities = append(s.identities, number)
			default:
				s.across = append(s.across, number)
			}
		}
		key := s.key()
		if shapes[key] == nil {
			s.group(r, holding)
			shapes[key] = s
		}
		one.shape = shapes[key]
		byNumber[n] = one
		rules = append(rules, one)
	}
	var rank func(n int) int
	rank = func(n int) int {
		one := byNumber[n]
		if one.rank < 0 {
			one.rank = 0
			for _, asked := range one.shape.same {
				for _, granting := range k.granting[asked] {
					one.rank = max(one.rank, 1+rank(granting))
				}
			}
		}
		return one.rank
	}
	for _, n := range r.Rules {
		rank(n)
	}
	slices.SortStableFunc(rules, func(a, b *rule) int { return a.rank - b.rank })
	return rules
}

func (s *shape) key() string {
	var key []byte
	list := func(numbers []int) {
		key = binary.AppendUvarint(key, uint64(len(numbers)))
		for _, n := range numbers {
			key = binary.AppendUvarint(key, uint64(n))
		}
	}
	list(s.across)
	list(s.identities)
	list(s.rights)
	for _, n := range s.resource {
		key = binary.AppendUvarint(key, uint64(n))
	}
	key = append(key, "same"...)
	for _, a := range s.same {
		key = binary.AppendUvarint(key, uint64(a))
	}
	return string(key)
}

// group numbers the resource's sides. holding are the classes by test.
func (s *shape) group(r *partition.Resources, holding map[int32][]int32) {
	s.of = map[int32]int32{}
	rest := NewSet(len(r.Classes))
	for c := range r.Classes {
		rest.add(int32(c))
	}
	s.groups = []Set{rest}
	numbers := map[string]int32{}
	for _, test := range s.resource {
		for _, c := range holding[test] {
			if _, done := s.of[c]; done {
				continue
			}
			key := trueTests(r.Classes[c].Holds, s.resource)
			n, ok := numbers[key]
			if !ok {
				n = int32(len(s.groups))
				numbers[key] = n
				s.groups = append(s.groups, NewSet(len(r.Classes)))
			}
			s.of[c] = n
			s.groups[n].add(c)
			rest.remove(c)
		}
	}
}

// trueTests returns which of the tests are among those held, as a key.
func trueTests(held, tests []int32) string {
	var buf [32]byte
	key := buf[:0]
	for i, t := range tests {
		if _, ok := slices.BinarySearch(held, t); ok {
			key = binary.AppendUvarint(key, uint64(i))
		}
	}
	return string(key)
}
