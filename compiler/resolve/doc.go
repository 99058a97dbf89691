// Package resolve determines the meaning of conditions. It checks names, functions, actions and
// regular expressions, and specialises each rule once per class of resources that its filter
// reaches: tests on the resource's type and on properties that the type lacks are
// constant-folded, and the rest is a typed Predicate. All diagnostics about meaning are created
// here.
//
// It knows the schema and the rule language, but not Rego, a site's entities, or what other
// rules grant: a Privilege is evaluated later.
package resolve
