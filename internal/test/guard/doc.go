// Package guard compares the cost of fixed decisions with committed bounds, so that a test detects a slower
// layout on any machine, however busy. It contains only tests.
//
// It counts only what is exactly repeatable: the rule bodies that OPA enters and the expressions that it
// evaluates, according to its tracer, and allocations. It does not measure time, and it does not count
// instructions: perf needs counters that containers and most virtual machines hide, valgrind needs
// minutes and Linux, and both depend on the processor and the Go release, whereas the number of entered
// rule bodies depends only on the policy.
//
// It uses the mix of rules of the benchmarks (internal/test/sitegen/mix). bench/ measures time.
package guard
