// Package prove decides assertions about rules for all users, resources and requests
// that could be, not for those of a site. An assertion is proved, has a counterexample,
// or is unknown with the reason.
//
//	assertion.go, yaml.go   assertions and where they are written
//	assume.go               what is taken for granted: axioms, closed sets of values
//	question.go, run.go     assertions as questions for package solve
//	replay.go               counterexamples are decided by the independent evaluator and
//	                        by OPA before anybody sees them
//	export.go               questions for other solvers
//	report.go               the result, which the directory show renders
//
// A counterexample that does not replay is a mistake of ours and an error; it is never
// shown.
package prove
