package rego

// Other packages generate Rego about Qlik rules too, such as tests of this package's output,
// and use the same conventions.

// Quote returns a Rego string in which all characters are visible.
func Quote(s string) string { return quote(s) }

// Comment returns text as comment lines, each indented after the "#". The text cannot end the
// comment and is never parsed as an annotation.
func Comment(indent, text string) string { return comment(indent, text) }

// Snake returns a name in snake case: lower-case ASCII letters and digits, words joined by _.
// It may be empty or begin with a digit.
func Snake(name string) string { return snake(name) }
