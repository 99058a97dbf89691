// Package text shows an explanation to people: the answer, what would change it,
// and the rules as a tree with marks, wrapped to a width.
//
// It knows the model of package explain and nothing of how it was made. It
// refuses to know terminals: the width and the colours are given to it.
package text
