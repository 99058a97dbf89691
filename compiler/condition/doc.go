// Package condition reads and writes the conditions of Qlik security rules.
//
// [Parse] turns a text into a tree of sealed [Node] types, in four steps:
//
//	scan.go      characters → lexemes: strings, words, operators; everything finds a place
//	words.go     lexemes → tokens: what a word is, and a diagnostic for each that is nothing;
//	             paths.go, values.go and operators.go hold its three large families
//	grammar.go   tokens → productions, by participle
//	convert.go   productions → the tree of ast.go
//
// A lexical mistake that has an obvious repair is reported and repaired, and the
// rest of the condition is read as if it had been written correctly. A syntax error
// ends the work on a condition: syntax.go explains the token at which the grammar
// stopped. [Print] writes a tree so that it reads as the same tree again.
//
// The package knows the language of docs/language.md: its words, its grammar, the
// three roots and the four functions. It refuses to know what a rule, a resource
// type, a property or an action is, and whether a condition makes sense.
package condition
