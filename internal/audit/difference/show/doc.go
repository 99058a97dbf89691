// Package show renders what a change of rules does (internal/audit/difference), one
// file per reader: people at a terminal, people at a pull request, code scanners, and
// auditors, who get a page (html.go, htmldoc.go, assets/). Programs read the report
// itself, as JSON.
//
// It knows words and layout. It refuses to know how a difference is found.
package show
