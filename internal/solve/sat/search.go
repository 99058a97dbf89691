package sat

import "slices"

// The usual parameters of the search.
const (
	variableDecay = 0.95
	clauseDecay   = 0.999
	restartUnit   = 100
	rescaleAt     = 1e100
)

// Solve reports whether the clauses have a model in which all assumptions are true. If so,
// Value returns the model; if not, Core returns the conflicting assumptions.
func (s *Solver) Solve(assumptions ...Lit) bool {
	s.core = nil
	if s.broken {
		return false
	}
	s.cancel(0)
	s.init()
	for n := 1; ; n++ {
		switch s.search(luby(n)*restartUnit, assumptions) {
		case isTrue:
			s.model = append(s.model[:0], s.values...)
			s.cancel(0)
			return true
		case isFalse:
			s.cancel(0)
			return false
		case unset: // restart
		}
	}
}

func (s *Solver) init() {
	if s.increment == 0 {
		s.increment, s.clauseIncrement = 1, 1
	}
}

// search searches for a model until it finds one, proves that there is none, or has met a
// number of conflicts, in which case it returns unset.
func (s *Solver) search(budget int, assumptions []Lit) value {
	for met := 0; ; {
		if conflict := s.propagate(); conflict != nil {
			met++
			s.conflicts++
			if len(s.limits) == 0 {
				s.broken = true
				return isFalse
			}
			learnt, back := s.analyze(conflict)
			s.cancel(back)
			s.learn(learnt)
			s.increment /= variableDecay
			s.clauseIncrement /= clauseDecay
			continue
		}
		if met >= budget {
			s.cancel(0)
			return unset
		}
		if len(s.learnts) > 4000+len(s.clauses)/2+len(s.trail) {
			s.reduce()
		}
		next, done := s.decide(assumptions)
		if done != unset {
			return done
		}
		s.limits = append(s.limits, len(s.trail))
		s.assign(next, nil)
	}
}

// decide returns the next literal to assume: an assumption, or an unassigned variable. It
// returns isTrue if there is none left, isFalse if an assumption fails.
func (s *Solver) decide(assumptions []Lit) (Lit, value) {
	for len(s.limits) < len(assumptions) {
		l := assumptions[len(s.limits)]
		switch s.of(l) {
		case isTrue:
			s.limits = append(s.limits, len(s.trail)) // an empty level
		case isFalse:
			s.blame(l)
			return 0, isFalse
		case unset:
			return l, unset
		}
	}
	for {
		v, ok := s.order.pop()
		if !ok {
			return 0, isTrue
		}
		if s.values[v] == unset {
			l := Lit(v << 1)
			if !s.phase[v] {
				l = l.Not()
			}
			return l, unset
		}
	}
}

func (s *Solver) assign(l Lit, reason *clause) {
	v := l.variable()
	s.values[v] = isTrue
	if l.Negated() {
		s.values[v] = isFalse
	}
	s.level[v], s.reason[v] = int32(len(s.limits)), reason
	s.trail = append(s.trail, l)
}

// cancel undoes all decisions above a level.
func (s *Solver) cancel(level int) {
	if len(s.limits) <= level {
		return
	}
	for i := len(s.trail) - 1; i >= s.limits[level]; i-- {
		v := s.trail[i].variable()
		s.phase[v] = s.values[v] == isTrue
		s.values[v] = unset
		s.order.add(v)
	}
	s.trail = s.trail[:s.limits[level]]
	s.limits = s.limits[:level]
	s.head = len(s.trail)
}

// propagate assigns implied literals and returns a clause that is false, or nil.
func (s *Solver) propagate() *clause {
	for s.head < len(s.trail) {
		p := s.trail[s.head]
		s.head++
		list := s.watches[p]
		kept := list[:0]
		for i := 0; i < len(list); i++ {
			w := list[i]
			if s.of(w.blocker) == isTrue {
				kept = append(kept, w)
				continue
			}
			c := w.c
			if c.deleted {
				continue
			}
			if c.lits[0] == p.Not() {
				c.lits[0], c.lits[1] = c.lits[1], c.lits[0]
			}
			first := c.lits[0]
			if s.of(first) == isTrue {
				kept = append(kept, watcher{c, first})
				continue
			}
			if s.rewatch(c, first) {
				continue
			}
			kept = append(kept, watcher{c, first})
			if s.of(first) == isFalse {
				kept = append(kept, list[i+1:]...)
				s.watches[p] = kept
				s.head = len(s.trail)
				return c
			}
			s.assign(first, c)
		}
		clear(list[len(kept):])
		s.watches[p] = kept
	}
	return nil
}

// rewatch finds a literal that is not false to watch instead of the second.
func (s *Solver) rewatch(c *clause, first Lit) bool {
	for k := 2; k < len(c.lits); k++ {
		if s.of(c.lits[k]) != isFalse {
			c.lits[1], c.lits[k] = c.lits[k], c.lits[1]
			at := c.lits[1].Not()
			s.watches[at] = append(s.watches[at], watcher{c, first})
			return true
		}
	}
	return false
}

// analyze returns the clause to learn from a conflict, at its first unique implication point,
// and the level to backtrack to.
func (s *Solver) analyze(conflict *clause) ([]Lit, int) {
	learnt := []Lit{0}
	open, index := 0, len(s.trail)-1
	var p Lit
	for c, first := conflict, true; ; first = false {
		if c.learnt {
			s.bumpClause(c)
		}
		for _, q := range c.lits {
			if !first && q == p {
				continue
			}
			v := q.variable()
			if s.seen[v] || s.level[v] == 0 {
				continue
			}
			s.seen[v] = true
			s.bump(v)
			if int(s.level[v]) == len(s.limits) {
				open++
			} else {
				learnt = append(learnt, q)
			}
		}
		for !s.seen[s.trail[index].variable()] {
			index--
		}
		p = s.trail[index]
		index--
		c = s.reason[p.variable()]
		s.seen[p.variable()] = false
		if open--; open == 0 {
			break
		}
	}
	learnt[0] = p.Not()
	all := slices.Clone(learnt)
	learnt = s.minimize(learnt)
	for _, l := range all {
		s.seen[l.variable()] = false
	}
	back := 0
	for i := 1; i < len(learnt); i++ {
		if l := int(s.level[learnt[i].variable()]); l > back {
			back = l
			learnt[1], learnt[i] = learnt[i], learnt[1]
		}
	}
	return learnt, back
}

// minimize removes the literals that the others imply in one step.
func (s *Solver) minimize(learnt []Lit) []Lit {
	kept := learnt[:1]
	for _, l := range learnt[1:] {
		c := s.reason[l.variable()]
		if c == nil || slices.ContainsFunc(c.lits, func(q Lit) bool {
			return q != l.Not() && !s.seen[q.variable()] && s.level[q.variable()] > 0
		}) {
			kept = append(kept, l)
		}
	}
	return kept
}

func (s *Solver) learn(lits []Lit) {
	if len(lits) == 1 {
		s.assign(lits[0], nil)
		return
	}
	c := &clause{lits: lits, learnt: true, activity: s.clauseIncrement}
	s.learnts = append(s.learnts, c)
	s.watch(c)
	s.assign(lits[0], c)
}

// blame collects the assumptions that make the assumption l false.
func (s *Solver) blame(l Lit) {
	s.core = []Lit{l}
	if s.level[l.variable()] == 0 {
		return
	}
	s.seen[l.variable()] = true
	for i := len(s.trail) - 1; i >= s.limits[0]; i-- {
		v := s.trail[i].variable()
		if !s.seen[v] {
			continue
		}
		s.seen[v] = false
		if c := s.reason[v]; c != nil {
			for _, q := range c.lits {
				if q.variable() != v && s.level[q.variable()] > 0 {
					s.seen[q.variable()] = true
				}
			}
		} else if s.trail[i] != l {
			s.core = append(s.core, s.trail[i])
		}
	}
	s.seen[l.variable()] = false
}

func (s *Solver) bump(v int) {
	if s.order.activity[v] += s.increment; s.order.activity[v] > rescaleAt {
		for i := range s.order.activity {
			s.order.activity[i] /= rescaleAt
		}
		s.increment /= rescaleAt
	}
	s.order.raised(v)
}

func (s *Solver) bumpClause(c *clause) {
	if c.activity += s.clauseIncrement; c.activity > rescaleAt {
		for _, l := range s.learnts {
			l.activity /= rescaleAt
		}
		s.clauseIncrement /= rescaleAt
	}
}

// reduce removes the half of the learnt clauses that took part in the fewest conflicts.
func (s *Solver) reduce() {
	slices.SortStableFunc(s.learnts, func(a, b *clause) int {
		switch {
		case a.activity > b.activity:
			return -1
		case a.activity < b.activity:
			return 1
		}
		return 0
	})
	kept := s.learnts[:0]
	for i, c := range s.learnts {
		locked := s.of(c.lits[0]) == isTrue && s.reason[c.lits[0].variable()] == c
		if i < len(s.learnts)/2 || len(c.lits) == 2 || locked {
			kept = append(kept, c)
			continue
		}
		c.deleted = true
	}
	clear(s.learnts[len(kept):])
	s.learnts = kept
}

// luby returns the n-th member of the sequence 1 1 2 1 1 2 4 1 …, counted from 1.
func luby(n int) int {
	for k := 1; ; k++ {
		if n == 1<<k-1 {
			return 1 << (k - 1)
		}
		if n < 1<<k-1 {
			return luby(n - (1<<(k-1) - 1))
		}
	}
}
