// Package testgen writes Rego tests that check the current decisions of rules on a site, and
// measures, by mutating the rules, how many changes the tests detect.
//
// Each rule is divided into branches: every comparison and call of its condition, the condition
// as a whole, its context and its filter, each true and false, once for every class of
// resources that the rule reaches (branch.go). Requests are generated from the classes of
// subjects and resources of the site (candidates.go) and, if the site has no suitable entity,
// are described: the solver finds them, or proves that no request shows a branch (goal.go,
// described.go). The independent evaluator determines the value of every clause and the
// embedded OPA the decision; if they disagree nothing is written (judge.go). The smallest set
// of requests that shows all branches becomes tests (cover.go, write.go).
//
// It knows requests, conditions and the form of tests. It does not know how rules are compiled
// or evaluated.
package testgen
