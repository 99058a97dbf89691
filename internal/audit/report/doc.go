// Package report writes an access matrix as rows: by class, by member, by cell, by
// subject, by resource, by rule, and as a summary. docs/access.md describes the
// columns.
//
// It knows the folded matrix (internal/audit/matrix) and names. It refuses to know
// how the matrix was decided and in which format rows are written
// (internal/tabular).
package report
