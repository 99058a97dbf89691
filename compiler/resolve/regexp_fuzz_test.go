package resolve

import (
	"regexp"
	"testing"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// FuzzMatches checks that an accepted regular expression matches the whole value, ignoring case,
// whatever the value contains.
func FuzzMatches(f *testing.F) {
	for _, c := range [][2]string{
		{"a", "A"}, {"a|b", "xb"}, {"a)(b", "ab"}, {"^a$", "a"}, {"a.c", "a\nc"}, {`\w+`, "ſ"}, {"(?-i)a", "A"}, {"(?m)^b$", "a\nb"}, {"(?s).", "\n"},
		{"(a", "a"}, {"", ""}, {`a\`, "a"}, {"[[:alpha:]]", "a"}, {"k", "\u212a"}, {"a$\n?", "a\n"}, {`\Qa`, "a"}, {"(?i", "i"}, {"a{1001}", "a"}, {"(a{500}){3}", "a"},
	} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, expression, value string) {
		if !utf8.ValidString(expression + value) {
			t.Skip("no text")
		}
		r := &report{rule: &Rule{}}
		r.regexp(&condition.String{Value: expression, Range: diag.Range{End: len(expression)}})
		if r.list.HasErrors() {
			return
		}
		translated, err := regexp.Compile(Anchored(expression))
		if err != nil {
			t.Fatalf("%q is accepted and becomes %q: %v", expression, Anchored(expression), err)
		}
		// The expression alone has a match that is the whole value, or no such match.
		alone, err := regexp.Compile("(?i)" + expression)
		if err != nil {
			t.Fatalf("%q is accepted and is no expression: %v", expression, err)
		}
		alone.Longest()
		at := alone.FindStringIndex(value)
		whole := at != nil && at[0] == 0 && at[1] == len(value)
		if got := translated.MatchString(value); whole && !got {
			t.Errorf("%q matches all of %q, and %q does not", expression, value, translated)
		} else if got && at == nil {
			t.Errorf("%q matches nothing in %q, and %q does", expression, value, translated)
		}
	})
}
