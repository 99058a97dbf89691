package compiled

import "slices"

// sequence is a list of definitions that are tried in order until one has a value: those of a rule
// with else, or those of a unit that can only have one value.
type sequence struct {
	steps []step
	// fixed reports for each definition whether it reads only arguments that are the same at every
	// evaluation of the sequence.
	fixed []bool
	// id is the id of the remaining definitions for the stable members, negative if none can be
	// skipped.
	id int32
}

func (q *sequence) add(steps []step, isFixed bool) {
	for _, s := range steps {
		q.steps, q.fixed = append(q.steps, s), append(q.fixed, isFixed)
	}
}

// cache allows definitions to be skipped for some subjects. With fewer than two fixed definitions
// that does not pay off.
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

// remaining are the definitions of a sequence that may have a value for the stable members. The other
// definitions depend only on those members and the data, and had no value.
type remaining struct {
	steps []step
	fixed []bool
	// settled reports whether all definitions were evaluated once.
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
