// Package resolve gives conditions their meaning. It checks names, functions,
// actions and regular expressions, and specialises each rule once per class of
// resources that its filter reaches: tests on the resource's type and on
// properties that the type lacks are folded away, and what is left is a typed
// Predicate. Every diagnostic about meaning is made here.
//
// It knows the schema and the rule language, and refuses to know Rego, a
// site's entities, and what other rules grant: a Privilege stays a question.
package resolve
