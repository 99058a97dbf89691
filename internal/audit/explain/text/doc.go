// Package text renders an explanation for people: the answer, what would change it, and the
// rules as a tree with marks, wrapped to a width.
//
// It knows the model of package explain, but not how it is computed. It does not know
// terminals: the caller passes the width and the colours.
package text
