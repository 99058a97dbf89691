// Package closure decides with plain Go: each rule is a function over structs, made from its predicate.
// It shows what is possible without an engine, with the loop over the rules that a programmer would
// write.
package closure
