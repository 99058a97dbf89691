// Package smt writes a query of package solve as an SMT-LIB 2.6 script, so that other solvers
// (cvc5, z3) can check the answer of our solver.
//
// The script shares with package solve the meaning of a rule for one type (package ir), the plan of
// rights and the list of axioms, but nothing of the decision procedure: no cells, no
// representatives, no variables. Strings are strings of the SMT theory, patterns are its regular
// languages, entities are elements of uninterpreted sorts, and relations and properties are
// functions, so that two equal entities agree by congruence.
//
//	script.go   declarations, rights and formulas
//	terms.go    entities and values of paths
//	atoms.go    atoms
//	axioms.go   facts about every site
//	strings.go  literals, patterns and regular expressions
//
// A list is a number of places, each of which may have a string. It has one place for every test of
// it (two for a test that both sides are one string). This is sufficient: of a model, keep for every
// true test the string that makes it true, and for every false identity test two strings that
// differ; no test changes. Package solve uses a different bound, which counts strings per cell.
//
// If a string is only compared ignoring case, the script uses its case-fold. If it is also compared
// as written, literals and patterns list all spellings. Two such values that are compared with each
// other ignoring case cannot be expressed: Script returns ErrInexpressible, as it does for word
// boundaries in regular expressions and for characters beyond U+2FFFF.
package smt
