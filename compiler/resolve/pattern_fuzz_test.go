package resolve

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// FuzzLike holds every shape that a pattern comes down to, and the pattern
// itself, to a matcher that tries all ways.
func FuzzLike(f *testing.F) {
	for _, c := range [][2]string{
		{"", ""}, {"*", "x"}, {"**", ""}, {"a*", "ABC"}, {"*c", "abc"}, {"*b*", "abc"}, {"a?c", "aßc"}, {`a\*`, "a*"}, {`a\?\\`, `a?\`},
		{`\a`, `\a`}, {`a\`, `a\`}, {"?*?", "ab"}, {"a.c", "abc"}, {"[a]", "a"}, {"*\n", "a\n"}, {"İ", "i̇"}, {"ſ", "s"}, {"\u212a", "k"}, {"*a*b", "ab ab"},
	} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		if len(pattern) > 12 || len(value) > 24 || !utf8.ValidString(pattern+value) {
			t.Skip("trying all ways takes too long")
		}
		value = fold(value)
		p := ParsePattern(pattern)
		want := tryAll([]rune(fold(pattern)), []rune(value))
		if got := p.match(value); got != want {
			t.Errorf("%q like %q is %t; want %t", value, pattern, got, want)
		}
		got := false
		switch shape, text := p.Shape(); shape {
		case Whole:
			got = value == text
		case Anything:
			got = true
		case Prefix:
			got = strings.HasPrefix(value, text)
		case Suffix:
			got = strings.HasSuffix(value, text)
		case Infix:
			got = strings.Contains(value, text)
		case General:
			got = regexp.MustCompile(text).MatchString(value)
		}
		if got != want {
			t.Errorf("%q like %q comes down to %t; want %t", value, pattern, got, want)
		}
	})
}

// tryAll is the language page's sentence about like, word for word.
func tryAll(pattern, value []rune) bool {
	if len(pattern) == 0 {
		return len(value) == 0
	}
	switch pattern[0] {
	case '*':
		return tryAll(pattern[1:], value) || len(value) > 0 && tryAll(pattern, value[1:])
	case '?':
		return len(value) > 0 && tryAll(pattern[1:], value[1:])
	case '\\':
		if len(pattern) > 1 && strings.ContainsRune(`*?\`, pattern[1]) {
			pattern = pattern[1:]
		}
	}
	return len(value) > 0 && value[0] == pattern[0] && tryAll(pattern[1:], value[1:])
}

// FuzzMatches holds that a regular expression that is accepted means the whole
// value, ignoring case, whatever is in it.
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
		// Some match of the expression in the value is all of it, or none is.
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
