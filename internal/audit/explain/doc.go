// Package explain tells why a request is granted or denied, and what would grant
// it: every rule that could apply, clause by clause with the values met on either
// side, through HasPrivilege into the rules on the parents; and for a denial the
// smallest changes of data that would grant, each of which has been tried.
//
// It knows the trace of the reference evaluator and makes a model of it
// (model.go), which is JSON for programs as it stands. Its parts: questions.go
// the rules and clauses, near.go how near a denied rule came, apart.go the rules
// that are disabled, left out or of another context, request.go what is wrong
// with a request that cannot be judged; location.go the data that people change,
// goal.go and goal_compare.go what of it would have to be different for a clause,
// search.go the smallest sets of changes for a request, by a SAT solver, edit.go a
// change made to copies, propose.go which changes grant and what else they would,
// change.go a change in words. Package packed explains from a bundle.
//
// It refuses to know how an explanation is shown: text is another package. It
// decides nothing itself and never touches the site that it is given: changes are
// tried on copies.
package explain
