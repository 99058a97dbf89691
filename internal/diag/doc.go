// Package diag describes errors in rules, files and snapshots, and displays them.
//
// A [Diagnostic] has a registered [Code], a position in a [Text], advice and often a [Fix]. The
// stages of the compiler return a [List] of them with their result and continue after the first
// error. A renderer (internal/render) writes a list for a reader: people (text.go), programs
// (json.go), code scanners (sarif.go), the log of a GitHub workflow (github.go).
//
// The package knows texts, offsets and terminals. It does not know what a rule means, and it
// decides nothing: other packages register the codes, and the commands decide whether a
// diagnostic ends a run.
package diag
