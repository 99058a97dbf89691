// Package studio serves a console for the rules of a folder to a browser on the same
// machine: rules are edited with their effect beside them, access is shown and explained,
// findings are fixed.
//
//	server.go, guard.go   the listener, and who may speak to it
//	page.go               the page and its assets
//	folder.go, history.go files: revisions, atomic writes below the folder, undo
//	console.go            what is known about the folder, kept in memory
//	stream.go             long work: progress and cancellation
//	api_*.go              one file for each page of the console
//	web/                  the page's source, TypeScript; .ci/studio makes assets/ of it
//
// The package decides nothing: rules are compiled, decided, explained and linted by
// internal/workspace and what it calls. It makes no outside requests, but to the site that
// is configured, when the page asks for a plan, and writes nothing outside the folder.
package studio
