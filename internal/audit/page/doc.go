// Package page writes an access matrix as one HTML page that needs nothing else: no
// network, no server, no other file. An auditor opens it, filters and searches, and
// asks of any pair of subject and resource which rules grant what, and which of
// their tests do not hold where they grant nothing.
//
//	model.go, build.go     the data in the page: classes, what they have, and names
//	evidence.go, words.go  which tests hold for whom, and what a test is in words
//	rego.go, census.go     the Rego of each rule; rights by role or group
//	category.go            tabs of License and Sync rules
//	page.go                the page of the data, put together by its package shell
//	assets/                the page's own script, as it is written
//
// The data are folded as the matrix is: a page of 10,000 subjects and 10,000
// resources holds their classes and never their product. The script decides nothing;
// it looks up what internal/audit/matrix decided.
//
// It knows the folded matrix and the bundle it was made from. It refuses to know how
// rights were decided, and how tests combine to a rule (the explain command does).
package page
