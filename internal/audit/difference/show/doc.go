// Package show renders the effect of a change of rules (internal/audit/difference), one file
// per reader: people at a terminal, reviewers of a pull request, code scanners, and auditors,
// who get a page (html.go, htmldoc.go, assets/). Programs read the report itself, as JSON.
//
// It knows words and layout, but not how a difference is found.
package show
