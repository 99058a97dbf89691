// Package assume knows the open points of the rule language: where Qlik does not document what
// a rule means, this program uses one interpretation, and another is possible. For each point
// it returns the same rules and options under the other interpretation, so that a comparison
// (internal/audit/difference) shows which decisions of a site depend on it.
//
// A point that is an option of the compiler switches the option; any other rewrites the
// condition:
//
//	like "a?c"           one character    becomes  like "a\?c"
//	a = b                both empty: no   becomes  a = b or a.Empty() and b.Empty()
//	matches "\d"         ASCII            becomes  matches "\p{Nd}"
//
// What cannot be rewritten is reported as undecided, with the rules. Assumptions about a
// snapshot (a field that was not exported, users who do not log in) are points of the same
// kind: SitePoints rewrites whole conditions. The package does not compare rules: it defines
// the report (Report), which internal/workspace fills.
package assume
