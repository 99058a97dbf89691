// Package ruleset reads rules. They come from exports: the JSON that the repository's
// interface, Qlik-Cli and rule packages write, in every shape and encoding it is found in;
// or from .qrule files, one rule each. The results are rules whose texts know where in
// the file each of their bytes stands.
//
// It knows fields, contexts, categories, the bits of the actions and the syntax
// of resource filters. It refuses to know what a condition says, which resource
// types exist (but for one warning, given a schema) and whether a rule makes sense.
//
// A rule with an error is reported and left out of the result: it grants nothing,
// as in the product. All errors of all files are reported in one run.
package ruleset
