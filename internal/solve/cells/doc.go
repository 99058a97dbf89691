// Package cells splits the set of all texts into the cells that a set of tests can tell
// apart, and chooses representatives of each, so that a question about all texts becomes
// one about a few.
//
// Tests are equality with a literal, patterns of `like`, which read the case-fold of a
// text, and regular expressions of `matches`, which read it as written. Each literal is
// a cell of its own; the other cells are the non-empty combinations of patterns. They
// are found by automata, so a cell without members gets no representative, and one with
// fewer members than asked for gets all of them.
//
// Where spellings matter (an exact comparison or a regular expression takes part), texts
// that are equal but for case are kept together: the automaton reads folded texts and
// follows all spellings of them at once, counting up to what is asked for. `(?i)` and
// case-folding differ on letters such as ſ and K; the automaton of a regular
// expression is RE2's own program, so the difference is kept.
//
//	machine.go   one expression as a deterministic automaton, built on demand
//	alphabet.go  the runes that need to be tried
//	orbit.go     the product of all automata over the spellings of a folded text
//	choose.go    representatives, and the limits
package cells
