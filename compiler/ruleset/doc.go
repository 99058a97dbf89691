// Package ruleset reads rules: from exports, the JSON that the repository's API, Qlik-Cli and
// rule packages write, in all shapes and encodings found in practice; and from .qrule files,
// one rule each. The strings of the resulting rules know the position of each of their bytes in
// the file.
//
// It knows fields, contexts, categories, the bits of the actions and the syntax of resource
// filters. It does not know the meaning of conditions or which resource types exist (except for
// one warning, given a schema), and does not check whether a rule makes sense.
//
// A rule with an error is reported and left out of the result: as in Qlik, it grants nothing.
// All errors of all files are reported in one run.
package ruleset
