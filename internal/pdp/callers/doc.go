// Package callers authenticates the callers of a decision point and determines their
// permissions.
//
// It knows static bearer tokens, JSON Web Tokens, client certificates, and the two permissions:
// to evaluate requests, and to search.
//
// It does not know the requests or their subjects: a caller is a program that asks about
// others.
package callers
