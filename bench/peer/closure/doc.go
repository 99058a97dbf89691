// Package closure decides by plain Go: each rule is a function over structs, made
// from its predicate. It is the floor of what is possible without an engine, and
// the loop over the rules that a programmer would write.
package closure
