// Package mix generates the sites, rules and requests for benchmarks and for the bounds of
// internal/test/guard: the mix of rules of a large site in any number, a site of any size, and rules that
// resist fast layouts. The same numbers give the same site, rules and requests.
//
// It knows the forms of exports, snapshots and requests. It does not know the compiler, and does not aim at
// variety, unlike sitegen.
package mix
