// Package sat decides whether a set of clauses has a model. It is a solver by
// conflict-driven clause learning: two watched literals, activity-ordered decisions,
// saved phases, restarts, and solving under assumptions with a core.
//
// Variables are made by New, clauses are added at any time between two calls of Solve,
// and what one call has learnt is kept for the next. Solve is deterministic. Decisions
// try false first, so models have few true variables.
//
// It knows nothing of rules. The package was written because the bars of
// docs/performance.md were missed by the pure Go solver that is published: the same
// problem of 5,000 rules took seconds there.
package sat
