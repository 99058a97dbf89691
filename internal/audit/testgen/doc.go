// Package testgen writes Rego tests that pin what rules decide on a site today,
// and measures, by mutating the rules, how many changes the tests notice.
//
// Each rule falls into branches: every comparison and call of its condition, the
// condition as a whole, its context and its filter, each true and false, once for
// every class of resources that the rule reaches (branch.go). Requests come from
// the classes of subjects and resources of the site (candidates.go) and, where
// the site has nobody, are described: the solver finds them, or proves that no request
// shows a branch (goal.go, described.go). The reference says what every clause is and
// the embedded OPA what is decided; where they disagree nothing is written (judge.go).
// The fewest requests that show all branches become tests (cover.go, write.go).
//
// It knows requests, conditions and what a test looks like. It refuses to know how
// rules are compiled or evaluated.
package testgen
