// Package lsp is the language server for security rules: .qrule files and rule exports. It
// implements the Language Server Protocol 3.17 over one connection; the entry point is [Serve].
//
//	server.go       the connection: requests, their order, the server's capabilities
//	document.go     open files: edits, positions, the rules in them
//	directory.go    the rules of the workspace that are not open
//	site.go         the snapshot: existing values, custom properties, names of ids
//	cursor.go       the context of a position: a condition, a filter, a header; complete or not
//	diagnostics.go, completion.go, hover.go, lens.go, actions.go, navigate.go, structure.go
//	                one capability each
//
// Requests are answered one after the other. Edits are checked immediately, changed rules only;
// lints that compare rules, and the reach of rules on the site, are computed in the background
// when a file is opened or saved.
//
// The package makes no decisions about rules: diagnostics come from the compiler and
// internal/lint, layout from internal/format, reach from internal/audit.
package lsp
