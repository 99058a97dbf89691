// Package report writes an access matrix as rows: by class, by member, by cell, by subject, by
// resource, by rule, and as a summary. docs/access.md describes the columns.
//
// It knows the grouped matrix (internal/audit/matrix) and names. It does not know how the
// matrix was decided or in which format rows are written (internal/tabular).
package report
