// Package difference computes how a change of rules, or of a site, changes who may do what:
// which subjects gain and which lose which action on which resource, and why.
//
// Each side is an access matrix (internal/audit/matrix), partitioned into classes by what its
// own rules read. Subjects in one class on the old side and in one class on the new side are
// equivalent for the comparison, and so are resources; pairs that meet an identity test (owner
// = user) are partitioned by which of these tests they meet. If rules, and the rights that they
// ask for, are literally the same on both sides, nothing is decided.
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
// It knows rules, classes and the engine. It does not know how a report is rendered (package
// show), and it never treats as equal what it has not decided: the report lists what was left
// out.
package difference
