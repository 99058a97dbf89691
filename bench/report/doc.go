// Package report prints what was measured: as text for a terminal, as Markdown
// for a page, as JSON for a program.
//
// It knows rows and columns. It refuses to know where figures come from.
package report
