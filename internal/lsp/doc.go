// Package lsp is the language server for security rules: .qrule files and rule exports. It
// speaks the Language Server Protocol 3.17 over one connection, for which [Serve] is the
// way in.
//
//	server.go       the connection: requests, their order, what the server offers
//	document.go     open files: edits, positions, the rules in them
//	folder.go       the rules of the workspace folder that are not open
//	site.go         the snapshot: values on record, custom properties, names of ids
//	spot.go         what stands at a position: a condition, a filter, a header; half typed or not
//	diagnostics.go, completion.go, hover.go, lens.go, actions.go, navigate.go, structure.go
//	                one capability each
//
// Requests are answered one after the other. What is typed is checked at once, only the rules
// that changed; lints that compare rules, and the reach of rules on the site, are
// computed in the background when a file is opened or saved.
//
// The package decides nothing about rules: diagnostics come from the compiler and from
// internal/lint, layout from internal/format, reach from internal/audit.
package lsp
