// Package evaluate is a second, independent implementation of docs/language.md: it evaluates
// parsed conditions directly on the entities of a site. It is written for clarity, not speed,
// so that tests can compare the compiled policy with it.
//
// It knows the rules (as decoded), the schema table, the joined site and the form of a request.
// Its files follow the document: path.go what a path denotes (4.1, 4.4), operator.go and
// like.go the operators (4.2), holds.go logic and the functions (4.3), filter.go resource
// filters (5), rights.go the least fixpoint (7) and rule contexts (8), request.go and
// describe.go the decision's input, explain.go the same evaluation as text.
//
// It does not know how rules are compiled: it shares the parser, the decoder and the schema
// with the compiler and nothing else, which a test on imports enforces. It does not look for
// errors of meaning that depend on a resource's type, nor for warnings; it expects rules that
// compile.
package evaluate
