// Package render is the common interface of results.
//
// A [Renderer] writes results of one type in one format. [Formats] are the renderers of a
// type, by the name of the format. The command line takes the values of --format, its help,
// its completion and its error messages from the formats that also write the results, so that
// a format is added in one place:
//
//	var formats = render.Results(show.Text{}).
//		With(render.Markdown, show.Markdown{}).
//		With(render.JUnit, show.JUnit{})
//
//	formats.Names()                          // text, json, markdown, junit
//	formats.Render(render.JUnit, w, report)
//
// The package is independent of results. Renderers are next to the results that they write: those of
// diagnostics in internal/diag, of rows in internal/tabular, of audits in internal/audit/*/show.
package render
