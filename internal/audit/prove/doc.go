// Package prove decides assertions about rules for all possible users, resources and requests,
// not for those of a site. An assertion is proved, has a counterexample, or is unknown with a
// reason.
//
//	assertion.go, yaml.go   assertions and their file format
//	assume.go               assumptions: axioms, closed sets of values
//	question.go, run.go     assertions as questions for package solve
//	replay.go               checks of counterexamples by the independent evaluator and OPA
//	                        before they are shown
//	export.go               questions for other solvers
//	report.go               the result, which package show renders
//
// A counterexample that fails this check is a bug of this program and returned as an error; it
// is never shown.
package prove
