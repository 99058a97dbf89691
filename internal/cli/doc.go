// Package cli is what the commands share: exit codes, flags and their place
// among the arguments, output formats, progress, files that appear whole or not
// at all, and the way from file names to a compiled policy.
//
// It knows the command line of docs/formats.md, section 5. It refuses to know
// single commands, which stand in cmd/qlik2rego, one file each, and it decides
// and compiles nothing itself.
package cli
