// Package diag describes what is wrong with a rule, a file or a snapshot, and shows it.
//
// A [Diagnostic] has a registered [Code], a place in a [Text], advice and often a
// [Fix]. The stages of the compiler return a [List] of them beside their result and
// go on after the first. A renderer (internal/render) writes a list for a reader: people (text.go),
// programs (json.go), code scanners (sarif.go), the log of a GitHub workflow
// (github.go).
//
// The package knows texts, offsets and terminals. It refuses to know what a rule
// means, and it decides nothing: which codes exist is up to those that register them,
// and whether a diagnostic ends a run is up to the command.
package diag
