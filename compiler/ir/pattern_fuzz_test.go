package ir

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// FuzzLike compares every simplified pattern, and the pattern itself, with a matcher that tries
// everything.
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
		value = schema.Fold(value)
		p := ParsePattern(pattern)
		want := tryAll([]rune(schema.Fold(pattern)), []rune(value))
		if got := p.Match(value); got != want {
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

// tryAll implements the sentence about like in docs/language.md literally.
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

func TestParts(t *testing.T) {
	want := []Part{{Literal: "a"}, {Wildcard: '*'}, {Literal: "b*"}, {Wildcard: '?'}}
	if got := ParsePattern(`A**b\*?`).Parts(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
