// Package workspace holds the use cases behind the commands: rules and a site are
// read, compiled, decided, explained, audited and compared here. The command line, the
// language server and the public API translate their own input into calls of this
// package and its results into their own output.
//
// The package knows no flags, no terminal and no files of output. What is wrong with
// rules or a site is reported as diagnostics of the workspace; errors that are returned
// are ErrNoRules, ErrBroken, or those of reading and of a context that ends.
package workspace
