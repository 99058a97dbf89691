// Package lint finds risky, slow, useless or unclear rules among those that compile.
//
// A Lint has a code, a category, a default level, documentation with examples that
// the tests run, and a check. There is one variable for each lint, registered by
// New; All lists them. Run calls every check with a Set: the rules, their
// predicates for each type scope and, if there is one, the site. Then it applies
// the configuration (.qlik2rego.yaml), drops what a rule's comment suppresses,
// lowers the level for rules that come with the product, and proves fixes.
//
// The package reads predicates (compiler/ir) and trees (compiler/condition). It
// does not know files, terminals or output formats: its result is a diag.List and
// notices about lints that could not run.
package lint
