// Package condition reads and writes the conditions of Qlik security rules.
//
// [Parse] turns a condition into a tree of sealed [Node] types, in four steps:
//
//	scan.go      characters → lexemes: strings, words, operators, and everything else
//	words.go     lexemes → tokens: classifies words and reports those that are not allowed;
//	             paths.go, values.go and operators.go handle the three largest groups
//	grammar.go   tokens → productions, by participle
//	convert.go   productions → the tree of ast.go
//
// A lexical error with an obvious repair is reported and repaired, and the rest of the
// condition is parsed as if it had been written correctly. After a syntax error, parsing
// resumes behind the next connective (resume.go); syntax.go explains the token at which the
// grammar stopped. [Print] writes a tree so that Parse reads the same tree again.
//
// The package knows the language of docs/language.md: its words, its grammar, the three roots
// and the four functions. It does not know rules, resource types, properties or actions, and
// does not check whether a condition makes sense.
package condition
