// Package sitegen generates sites from a seed: rules as an export, a snapshot directory and requests, so that
// several engines can decide the same requests.
//
// Generation is directed by types and by witnesses. A site's strings come from a small set in many spellings,
// so that they often match; a rule is written for one subject and one resource of the requests, with their
// actual values (world.go, request.go, path.go, atom.go, rule.go); and rules that are always or never true
// are replaced (generate.go). All output is valid, except with GenerateBroken; FromExport builds a site
// around real rules.
//
// It knows the schema and the forms of exports, snapshots and requests, and it measures with the independent
// evaluator. It does not know the compiler.
package sitegen
