package difference

import (
	"encoding/binary"
	"slices"
	"sync"
)

// sets numbers sets of rules, which are indices into the pairs. Number 0 is the
// empty set. It is safe for concurrent use.
type sets struct {
	mu    sync.Mutex
	known map[string]int32
	all   [][]int32
}

func newSets() *sets { return &sets{known: map[string]int32{"": 0}, all: [][]int32{nil}} }

// number returns the number of a set, which it may order.
func (s *sets) number(set []int32) int32 {
	slices.Sort(set)
	set = slices.Compact(set)
	key := make([]byte, 0, 4*len(set))
	for _, n := range set {
		key = binary.AppendUvarint(key, uint64(n))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.known[string(key)]
	if !ok {
		n = int32(len(s.all))
		s.known[string(key)] = n
		s.all = append(s.all, slices.Clone(set))
	}
	return n
}

// of returns the set with a number. It must not be changed.
func (s *sets) of(n int32) []int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[n]
}
