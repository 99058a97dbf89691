// Package tabular writes rows of named columns: as a table for people, CSV, JSON,
// lines of JSON and Parquet. Rows are written as they come, so that a table may
// have more of them than memory.
//
// It knows formats. It refuses to know what the rows are about.
package tabular
