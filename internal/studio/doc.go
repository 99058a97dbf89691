// Package studio serves a console for the rules of a directory to a browser on the same
// machine. The console edits rules and shows the effect of each edit, shows and explains access,
// and fixes findings.
//
//	server.go, guard.go        the listener, and which requests are allowed
//	page.go                    the page and its assets
//	directory.go, history.go   files: revisions, atomic writes in the directory, undo
//	console.go                 the state of the directory in memory
//	stream.go                  long work: progress and cancellation
//	api_*.go                   one file for each page of the console
//	web/                       the page's source, TypeScript; .ci/studio makes assets/ of it
//
// The package decides nothing: internal/workspace and the packages that it calls compile, decide,
// explain and lint rules. It sends no requests to other machines, except to the configured site
// when the page requests a plan, and writes nothing outside the directory.
package studio
