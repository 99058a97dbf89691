// Package cli is the command line: a file for each command (command_*.go) with its flags and
// help, and their shared parts: exit codes, progress, atomic files, and names instead of ids.
//
// A command reads its flags, calls internal/workspace or a package of internal/audit or
// internal/live, and writes the result in the formats of the result (internal/render). The
// package itself does not compile or decide.
package cli
