// Package workspace implements the use cases behind the commands: it reads rules and a site,
// and compiles, decides, explains, audits and compares them. The command line, the language
// server and the public API translate their input into calls of this package and its results
// into their output.
//
// The package knows no flags, terminals or output files. Errors in rules or a site are
// diagnostics of the workspace; returned errors are ErrNoRules, ErrBroken, errors of reading,
// and the context's error.
package workspace
