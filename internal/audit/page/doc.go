// Package page writes an access matrix as one self-contained HTML page: no network, no server,
// no other file. An auditor opens it, filters and searches, and sees for any pair of subject
// and resource which rules grant what, and which of their tests are false if they grant
// nothing.
//
//	model.go, build.go     the data in the page: classes, their rights, and names
//	evidence.go, words.go  for whom tests are true, and tests in words
//	rego.go, census.go     the Rego of each rule; rights by role or group
//	category.go            tabs of License and Sync rules
//	page.go                the page around the data, built by package shell
//	assets/                the page's own script
//
// The data is grouped as in the matrix: a page of 10,000 subjects and 10,000 resources contains
// their classes and never their product. The script decides nothing; it looks up the decisions
// of internal/audit/matrix.
//
// It knows the grouped matrix and the bundle that it was computed from. It does not know how
// rights were decided, or how tests combine to a rule (see the explain command).
package page
