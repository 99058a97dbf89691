// Package mix makes the sites, rules and requests that benchmarks and the bounds
// of internal/test/guard measure: the mix of rules that a large site has, in any
// number, a site of any size around them, and sets of rules that resist fast
// layouts. The same numbers give the same site, rules and requests.
//
// It knows the forms of exports, snapshots and requests. It refuses to know how
// rules are compiled, and seeks no variety: that is what sitegen is for.
package mix
