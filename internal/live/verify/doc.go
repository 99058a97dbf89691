// Package verify compares our decisions with the audit of the site itself.
//
//	verify.go     the pairs that cover all equivalence classes, and the cells that differ
//	site.go       the site's side: live, optionally with captures, or from captures
//	explain.go    the reading of the language under which both sides agree
//	anonymise.go  a result without names
//
// Our side is the compiled policy. Pairs are chosen by its equivalence classes: of users that
// no rule can tell apart, one is compared. Differences are reported per cell, with the rules by
// which either side grants.
package verify
