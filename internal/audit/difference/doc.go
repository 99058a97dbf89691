// Package difference says what a change of rules, or of a site, does to who may do
// what: which subjects gain and which lose which action on which resource, and
// because of what.
//
// Each side is an access matrix (internal/audit/matrix), folded into classes by what its
// own rules read. Subjects who are of one class on the old side and of one on the
// new side are alike to the comparison, and so are resources; pairs that meet an
// identity test (owner = user) are put into classes of their own by which of them they
// meet. Where rules, and the rights that they ask for, are the same on both sides word
// by word, nothing is decided.
//
//	rules.go, clauses.go      what was edited, rule by rule, clause by clause
//	affected.go               the types and actions that the edits can reach
//	side.go, apart.go         one side: its matrix, as the comparison reads it
//	joined.go, compare.go     the cells that differ
//	cause.go, variants.go     which edit makes a cell differ
//	tally.go, report.go,      groups with counts: the report (model.go), which others
//	changes.go                render, with the rules that changed and what was left out
//	gate.go, baseline.go      what ends a build, and what was accepted before
//	search.go, synthesize.go  without a site: the solver finds users and resources on
//	                          which the sides differ, or proves that there are none
//
// It knows rules, classes and the engine. It refuses to know how a report is shown
// (the folder show), and it never calls equal what it has not decided: what was left
// out stands in the report.
package difference
