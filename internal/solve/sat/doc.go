// Package sat decides whether a set of clauses has a model. It is a solver by
// conflict-driven clause learning: two watched literals, activity-ordered decisions,
// saved phases, restarts, and solving under assumptions with a core.
//
// Variables are created by New, clauses can be added between two calls of Solve, and each call
// reuses the clauses learnt by earlier ones. Solve is deterministic. Decisions try false first,
// so models have few true variables.
//
// It knows nothing about rules. The package was written because the published pure Go solver is
// too slow for the targets in docs/performance.md: it took seconds for a problem of 5,000
// rules.
package sat
