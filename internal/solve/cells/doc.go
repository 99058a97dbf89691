// Package cells partitions the set of all strings into the cells that a set of tests can
// distinguish, and chooses representatives of each, so that a question about all strings
// becomes one about a few.
//
// Tests are equality with a literal, patterns of `like`, which read the case-folded string, and
// regular expressions of `matches`, which read the string as written. Each literal is a cell of
// its own; the other cells are the non-empty combinations of patterns. They are found with
// automata, so a cell without members gets no representative, and one with fewer members than
// requested gets all of them.
//
// If spellings matter (because of an exact comparison or a regular expression), strings that
// differ only in case are grouped: the automaton reads case-folded strings and follows all
// their spellings together, counting up to the requested number. `(?i)` and case-folding differ
// on letters such as ſ and K; the automaton of a regular expression is RE2's own program, which
// preserves the difference.
//
//	machine.go   one expression as a deterministic automaton, built on demand
//	alphabet.go  the runes that need to be tried
//	orbit.go     the product of all automata over the spellings of a folded text
//	choose.go    representatives, and the limits
package cells
