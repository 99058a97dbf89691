// Package callers tells who asks a decision point, and what they may ask.
//
// It knows bearer tokens, static ones and JSON Web Tokens, client certificates,
// and the two permissions there are: to have requests evaluated, and to search.
//
// It refuses to know the questions, and any subject of a question: a caller is a
// program that asks about others.
package callers
