// Package explain explains why a request is granted or denied, and what would grant it: every
// rule that could apply, clause by clause with the values of both sides, through HasPrivilege
// into the rules on the parents; and for a denial the smallest changes of data that would grant
// access, each of which has been tried.
//
// It converts the trace of the independent evaluator to a model (model.go), which is documented
// JSON. Its parts: questions.go the rules and clauses, near.go how near a denied rule came,
// inactive.go the rules that are disabled, left out or for another context, request.go the
// errors of an invalid request; location.go the data that people can change, goal.go and
// goal_compare.go the changes that make a clause true, search.go the smallest sets of changes
// for a request, by a SAT solver, edit.go applying a change to copies, propose.go which changes
// grant access and what else they would grant, change.go a change in words. Package packed
// explains from a bundle.
//
// It does not know how an explanation is displayed, which is up to package text. It decides
// nothing itself and never modifies the site: changes are tried on copies.
package explain
