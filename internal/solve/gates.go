package solve

import (
	"encoding/binary"
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// and returns a literal that is true when all literals are. Equal gates are one.
func (s *Scope) and(lits ...sat.Lit) sat.Lit {
	lits = slices.Clone(lits)
	slices.Sort(lits)
	lits = slices.Compact(lits)
	kept := lits[:0]
	for i, l := range lits {
		if l == s.yes.Not() || i > 0 && lits[i-1] == l.Not() && l.Negated() {
			return s.yes.Not()
		}
		if l != s.yes {
			kept = append(kept, l)
		}
	}
	switch len(kept) {
	case 0:
		return s.yes
	case 1:
		return kept[0]
	}
	var key []byte
	for _, l := range kept {
		key = binary.AppendUvarint(key, uint64(l))
	}
	if gate, ok := s.gates[string(key)]; ok {
		return gate
	}
	gate := s.sat.New()
	s.gates[string(key)] = gate
	all := make([]sat.Lit, 0, len(kept)+1)
	for _, l := range kept {
		s.sat.Add(gate.Not(), l)
		all = append(all, l.Not())
	}
	s.sat.Add(append(all, gate)...)
	return gate
}

// or returns a literal that is true when one of the literals is.
func (s *Scope) or(lits ...sat.Lit) sat.Lit {
	negated := make([]sat.Lit, len(lits))
	for i, l := range lits {
		negated[i] = l.Not()
	}
	return s.and(negated...).Not()
}

// several returns a literal that is true when two or more of the literals are.
func (s *Scope) several(lits []sat.Lit) sat.Lit {
	var twice []sat.Lit
	before := s.yes.Not()
	for _, l := range lits {
		twice = append(twice, s.and(before, l))
		before = s.or(before, l)
	}
	return s.or(twice...)
}
