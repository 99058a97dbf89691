// Package verify compares our decisions with the audit of the site itself.
//
//	verify.go     the pairs that cover all equivalence classes, and the cells that differ
//	site.go       the site's side: live, with captures on the way, or from captures
//	explain.go    which reading of the language would make both sides agree
//	anonymise.go  a result without names
//
// Our side is the compiled policy. Pairs are chosen by its equivalence classes: users that
// no rule can tell apart need to be asked about once. What differs is told per cell, with
// the rules by which either side grants.
package verify
