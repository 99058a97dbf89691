// Package sitegen makes sites up: rules as an export, a snapshot folder and
// requests, from a seed, so that several engines can be asked the same things.
//
// It is directed by types and by witnesses. A site's texts come from a small
// stock in many spellings, so that they meet each other; a rule is written for
// one subject and one resource of the requests, with the values that they
// really have (world.go, request.go, path.go, atom.go, rule.go); and rules that turned
// out to hold always or never are written anew (generate.go). All that it writes
// is valid but for GenerateBroken; FromExport builds a site around real rules.
//
// It knows the schema, the forms of exports, snapshots and requests, and it
// measures with the reference. It refuses to know how anything is compiled.
package sitegen
