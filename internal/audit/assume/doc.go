// Package assume knows the open points of the rule language: where the vendor does not
// document what a rule means, this product reads it in one way, and another reading is
// possible. For each point it returns the same rules and options under the other reading,
// so that a comparison (internal/audit/difference) says which decisions of a site depend
// on it.
//
// An option of the compiler is switched; what has no option is rewritten in the
// condition:
//
//	like "a?c"           one character    becomes  like "a\?c"
//	a = b                both empty: no   becomes  a = b or a.Empty() and b.Empty()
//	matches "\d"         ASCII            becomes  matches "\p{Nd}"
//
// What cannot be rewritten is reported as undecided, with the rules. What is assumed about a
// snapshot (a field that was not exported, users who do not log in) is a point of the same
// kind: SitePoints rewrites whole conditions. The package does not compare: it has the
// report (Report) that internal/workspace fills.
package assume
