// Package guard holds what fixed decisions cost against committed bounds, so that
// a slower layout is noticed by a test, on any machine, however busy. It is all
// tests.
//
// What is counted is exactly repeatable: the rule bodies that OPA enters and the
// expressions that it evaluates, as its tracer tells them, and allocations. Time
// is not, and neither are instruction counts: perf needs counters that
// containers and most virtual machines hide, valgrind needs minutes and Linux, and
// both change with the processor and the Go release, where the entries of rule
// bodies change with nothing but the policy.
//
// It knows the mix of rules that benchmarks measure (internal/test/sitegen/mix). It
// refuses to know time; that is what bench/ is for.
package guard
