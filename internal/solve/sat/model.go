package sat

// Model is an assignment of all variables.
type Model []value

// Model returns the last model that Solve found.
func (s *Solver) Model() Model { return append(Model(nil), s.model...) }

// Value reports whether a literal is true. A variable that was created later is false.
func (m Model) Value(l Lit) bool {
	v := isFalse
	if i := l.variable(); i < len(m) {
		v = m[i]
	}
	if l.Negated() {
		v = -v
	}
	return v == isTrue
}
