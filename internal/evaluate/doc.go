// Package evaluate is the second, independent reading of docs/language.md: it
// judges parsed conditions directly on the entities of a site, for clarity and
// not for speed, so that tests can hold the compiled policy against it.
//
// It knows the rules (as decoded), the schema table, the joined site and the
// form of a request. Its parts follow the page: path.go what a path denotes
// (4.1, 4.4), operator.go and like.go the operators (4.2), holds.go logic and
// the functions (4.3), filter.go resource filters (5), rights.go the least
// fixpoint (7) and rule contexts (8), request.go and describe.go the decision's
// input, explain.go the same judgement told in words.
//
// It refuses to know how rules are compiled: it shares the parser, the decoder
// and the schema with the compiler and nothing else, and a test on imports keeps
// it so. It does not look for errors of meaning that depend on a resource's
// type, nor for warnings; the rules it is given are those that compile.
package evaluate
