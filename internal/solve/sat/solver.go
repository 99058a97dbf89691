package sat

// Lit is a variable or its negation.
type Lit int32

// Not returns the negation of a literal.
func (l Lit) Not() Lit { return l ^ 1 }

// Negated reports whether the literal is a negated variable.
func (l Lit) Negated() bool { return l&1 == 1 }

func (l Lit) variable() int { return int(l >> 1) }

// value is the state of a variable or a literal.
type value int8

const (
	unset   value = 0
	isTrue  value = 1
	isFalse value = -1
)

// clause is a disjunction of literals; the first two are watched.
type clause struct {
	lits     []Lit
	learnt   bool
	deleted  bool
	activity float64
}

type watcher struct {
	c *clause
	// blocker is a literal of the clause: if it is true, the clause need not be examined.
	blocker Lit
}

// Solver holds clauses. The zero value is ready for use.
type Solver struct {
	clauses, learnts []*clause
	watches          [][]watcher // by literal: the clauses that watch its negation
	values           []value     // by variable
	phase            []bool      // by variable: its last value
	level            []int32
	reason           []*clause
	trail            []Lit
	limits           []int // length of the trail at each decision
	head             int   // the literals before it have been propagated
	order            heap
	increment        float64
	clauseIncrement  float64
	seen             []bool
	broken           bool
	model            []value
	core             []Lit
	conflicts        int64
}

// New creates a variable and returns its positive literal.
func (s *Solver) New() Lit {
	v := len(s.values)
	s.values = append(s.values, unset)
	s.phase = append(s.phase, false)
	s.level = append(s.level, 0)
	s.reason = append(s.reason, nil)
	s.seen = append(s.seen, false)
	s.watches = append(s.watches, nil, nil)
	s.order.add(v)
	return Lit(v << 1)
}

// Variables returns the number of variables.
func (s *Solver) Variables() int { return len(s.values) }

// Clauses returns the number of clauses, without those that were satisfied when added.
func (s *Solver) Clauses() int { return len(s.clauses) }

// Conflicts returns the number of conflicts so far, as a measure of the work.
func (s *Solver) Conflicts() int64 { return s.conflicts }

func (s *Solver) of(l Lit) value {
	v := s.values[l>>1]
	if l&1 == 1 {
		return -v
	}
	return v
}

// Add adds a clause: one of the literals is true in every model.
func (s *Solver) Add(lits ...Lit) {
	if s.broken {
		return
	}
	s.cancel(0)
	kept := make([]Lit, 0, len(lits))
next:
	for _, l := range lits {
		switch s.of(l) {
		case isTrue:
			return
		case isFalse:
			continue
		case unset:
		}
		for _, k := range kept {
			if k == l {
				continue next
			}
			if k == l.Not() {
				return
			}
		}
		kept = append(kept, l)
	}
	switch len(kept) {
	case 0:
		s.broken = true
	case 1:
		s.assign(kept[0], nil)
		s.broken = s.propagate() != nil
	default:
		c := &clause{lits: kept}
		s.clauses = append(s.clauses, c)
		s.watch(c)
	}
}

func (s *Solver) watch(c *clause) {
	for i := range 2 {
		at := c.lits[i].Not()
		s.watches[at] = append(s.watches[at], watcher{c, c.lits[1-i]})
	}
}

// Value reports whether a literal is true in the last model that Solve found.
func (s *Solver) Value(l Lit) bool {
	v := s.model[l>>1]
	if l.Negated() {
		v = -v
	}
	return v == isTrue
}

// Core returns assumptions of the last call of Solve that are unsatisfiable together. It is
// empty if the clauses are unsatisfiable without them.
func (s *Solver) Core() []Lit { return s.core }
