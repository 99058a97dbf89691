// Package smt writes a question of package solve as an SMT-LIB 2.6 script, so that other
// solvers (cvc5, z3) can judge the answer of ours.
//
// The script shares with package solve what a rule means for one type (package ir), the
// plan of rights and the list of axioms, and nothing of the decision: no cells, no
// representatives, no variables. Strings are strings of the SMT theory, patterns are its
// regular languages, entities are elements of uninterpreted sorts, and relations and
// properties are functions, so that two entities that are one agree by congruence.
//
//	script.go   declarations, rights and formulas
//	terms.go    entities and values of paths
//	atoms.go    atoms
//	axioms.go   what holds for every site
//	strings.go  literals, patterns and regular expressions
//
// A list is a number of places, each of which may have a string. It has one place for
// every test of it (two for a test that both sides are one string): of a model keep for
// every true test the string that makes it true, and for every false test of identity two
// strings that differ; no test changes. This bound is another than that of package solve,
// which counts strings per cell.
//
// Where a string is compared ignoring case only, the script speaks of its case-fold.
// Where it is also compared as written, literals and patterns list all spellings. Two
// such values that are compared with each other ignoring case have no script: Script
// returns ErrInexpressible, and so it does for word boundaries in regular expressions and
// for characters beyond U+2FFFF.
package smt
