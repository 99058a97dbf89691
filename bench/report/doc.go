// Package report prints measurements as text for a terminal, as Markdown, and as JSON.
//
// It is independent of the source of the figures.
package report
