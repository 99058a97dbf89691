package compiled

import "slices"

// sequence is definitions of which the first one with a value is used: those of a rule with
// else, and those of a unit that can only have one value.
type sequence struct {
	steps []step
	// fixed says which of them read only arguments that are the same whenever the sequence is
	// reached.
	fixed []bool
	// id is that of the remaining definitions for the stable members, negative if all remain.
	id int32
}

func (q *sequence) add(steps []step, isFixed bool) {
	for _, s := range steps {
		q.steps, q.fixed = append(q.steps, s), append(q.fixed, isFixed)
	}
}

// cache lets definitions be skipped for some subjects if that pays off: with two or more that
// read no arguments.
func (q *sequence) cache(p *Program) {
	n := 0
	for _, isFixed := range q.fixed {
		if isFixed {
			n++
		}
	}
	if n >= 2 && len(p.stable) > 0 {
		q.id = p.newID()
	}
}

// first evaluates the definitions until one has a value.
func (q *sequence) first(m *machine, s []any) {
	steps := q.steps
	if q.id >= 0 && m.caching {
		left := q.remaining(m)
		if !left.settled {
			left.settle(m, s)
			return
		}
		steps = left.steps
	}
	for _, run := range steps {
		if run(m, s); s[0] != nil || m.err != nil {
			return
		}
	}
}

// remaining are the definitions of a sequence that may have a value for the stable members. The
// others depend on those and the data only, and had no value.
type remaining struct {
	steps []step
	fixed []bool
	// settled says that all were evaluated.
	settled bool
}

func (q *sequence) remaining(m *machine) *remaining {
	if known, ok := m.known(q.id); ok {
		return known.(*remaining)
	}
	left := &remaining{steps: slices.Clone(q.steps), fixed: slices.Clone(q.fixed)}
	m.rules[q.id] = ruleMemo{gen: m.gen, value: left}
	m.notedSequences = append(m.notedSequences, q.id)
	return left
}

// settle evaluates the definitions until one has a value, and removes those that cannot have
// one for the stable members.
func (r *remaining) settle(m *machine, s []any) {
	n := 0
	for i, run := range r.steps {
		before := m.varies
		m.varies = false
		run(m, s)
		varies := m.varies || !r.fixed[i]
		m.varies = m.varies || before
		value, failed := s[0], m.err != nil
		if !failed && !varies && value == nil {
			continue
		}
		r.steps[n], r.fixed[n] = run, r.fixed[i]
		n++
		if !failed && !varies {
			if v, ok := frozen(value); ok {
				r.steps[n-1] = func(_ *machine, s []any) bool {
					s[0] = v
					return true
				}
				r.cut(n, len(r.steps))
				r.settled = true
				return
			}
		}
		if failed || value != nil {
			r.cut(n, i+1)
			return
		}
	}
	r.cut(n, len(r.steps))
	r.settled = true
}

// cut removes the definitions in a range.
func (r *remaining) cut(from, to int) {
	r.steps, r.fixed = slices.Delete(r.steps, from, to), slices.Delete(r.fixed, from, to)
}
