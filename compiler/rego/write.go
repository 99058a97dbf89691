package rego

// Others write Rego about Qlik rules too: tests of what is generated here. They
// write it in the same manner.

// Quote returns a Rego string in which everything is visible.
func Quote(s string) string { return quote(s) }

// Comment returns text as comment lines, each indented behind the "#". The text
// cannot break out of the comment, and is no annotation.
func Comment(indent, text string) string { return comment(indent, text) }

// Snake returns a name in the manner of Rego's: lower case, ASCII letters and digits,
// words joined by _. It may be empty, and begin with a digit.
func Snake(name string) string { return snake(name) }
