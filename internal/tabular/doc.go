// Package tabular writes rows of named columns as a text table, CSV, JSON, JSON lines and Parquet.
// Rows are streamed, so that a table may be larger than memory.
//
// It is independent of the content of the rows.
package tabular
