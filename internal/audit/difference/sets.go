package difference

import (
	"encoding/binary"
	"slices"
)

// sets numbers sets of rules, which are indices into the pairs. Number 0 is the empty set. It
// is not safe for concurrent use.
type sets struct {
	known map[string]int32
	all   [][]int32
	// unions are the numbers of unions by those of two sets.
	unions map[[2]int32]int32
}

func newSets() *sets {
	return &sets{known: map[string]int32{"": 0}, all: [][]int32{nil}, unions: map[[2]int32]int32{}}
}

// union returns the number of the union of two sets.
func (s *sets) union(a, b int32) int32 {
	if a == b || b == 0 {
		return a
	}
	n, ok := s.unions[[2]int32{a, b}]
	if !ok {
		n = s.number(union(s.of(a), s.of(b)))
		s.unions[[2]int32{a, b}] = n
	}
	return n
}

// number returns the number of a set, which it may sort.
func (s *sets) number(set []int32) int32 {
	slices.Sort(set)
	set = slices.Compact(set)
	key := make([]byte, 0, 4*len(set))
	for _, n := range set {
		key = binary.AppendUvarint(key, uint64(n))
	}
	n, ok := s.known[string(key)]
	if !ok {
		n = int32(len(s.all))
		s.known[string(key)] = n
		s.all = append(s.all, slices.Clone(set))
	}
	return n
}

// of returns the set with a number. Callers must not modify it.
func (s *sets) of(n int32) []int32 { return s.all[n] }
