package cells

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func like(pattern string) Pattern { return Pattern{"(?s)^" + pattern + "$", true} }

func matches(expression string) Pattern { return Pattern{"(?i)^(?:" + expression + ")$", false} }

// count returns the number of representatives for each set of matching patterns.
func count(list []Text) map[string]int {
	counts := map[string]int{}
	for _, t := range list {
		counts[fmt.Sprint(t.Matches)]++
	}
	return counts
}

func TestRepresentatives(t *testing.T) {
	tests := []struct {
		name  string
		tests Tests
		want  string
	}{
		{"no test", Tests{Each: 1}, `other`},
		{"no test, several", Tests{Each: 3}, `other other-2 other-3`},
		{"literals", Tests{Folded: []string{"b", "a", "other"}, Each: 1}, `a b other other-2`},
		{"a prefix", Tests{Patterns: []Pattern{like("app.*")}, Each: 1}, `app `},
		{"a prefix and its literal", Tests{Folded: []string{"app"}, Patterns: []Pattern{like("app.*")}, Each: 1}, `app appa `},
		{"everything", Tests{Patterns: []Pattern{like(".*")}, Each: 2}, ` a`},
		{"patterns that exclude each other", Tests{Patterns: []Pattern{like("a.*"), like("b.*")}, Each: 1}, `a b `},
		{"patterns that overlap", Tests{Patterns: []Pattern{like("a.*"), like(".*b")}, Each: 1}, `ab a b `},
		{"a finite pattern", Tests{Patterns: []Pattern{like("a.?")}, Folded: []string{"a"}, Each: 2}, `a aa ab  b`},
		{"a finite expression", Tests{Patterns: []Pattern{matches("1|2")}, Spelt: true, Each: 5}, ``},
		{"spellings", Tests{Exact: []string{"Ab"}, Spelt: true, Each: 1}, `Ab ab other`},
		{"spellings of a sign", Tests{Exact: []string{"1"}, Spelt: true, Each: 1}, `1 other`},
		{"two spellings of everything", Tests{Spelt: true, Each: 2}, `other Other other-2 Other-2`},
		{"the letter ſ", Tests{Folded: []string{"s", "ſ"}, Patterns: []Pattern{matches("s")}, Spelt: true, Each: 9}, ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			list, err := Representatives(test.tests)
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, text := range list {
				texts = append(texts, text.Written)
			}
			if got := strings.Join(texts, " "); test.want != "" && got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestFiniteCells lists all members of cells with few members.
func TestFiniteCells(t *testing.T) {
	for _, test := range []struct {
		pattern Pattern
		want    int
	}{
		{like("[abc]"), 3}, {like("[0-9][0-9]"), 100}, {matches("k"), 3}, {matches("s"), 3}, {matches("ab"), 4}, {matches("[x-z]{2}"), 36}, {matches(`\bx\b`), 2}, {matches(`a\Bb`), 4},
	} {
		list, err := Representatives(Tests{Patterns: []Pattern{test.pattern}, Spelt: !test.pattern.Folded, Each: test.want + 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := count(list)["[true]"]; got != test.want {
			t.Errorf("%s has %d strings, want %d", test.pattern.Expression, got, test.want)
		}
	}
}

// TestMachine compares the automata with package regexp on short strings.
func TestMachine(t *testing.T) {
	const runes = "aAbſsK1 \n-"
	var texts []string
	for layer := []string{""}; len(layer) > 0 && len(layer[0]) < 12; {
		texts = append(texts, layer...)
		var next []string
		for _, w := range layer {
			if len([]rune(w)) < 3 {
				for _, r := range runes {
					next = append(next, w+string(r))
				}
			}
		}
		layer = next
	}
	for _, expression := range []string{
		`(?i)^(?:s+)$`, `(?i)^(?:a|b*)$`, `(?s)^a.*b$`, `^.$`, `(?i)^(?:\w\b.)$`, `^(?:(?m)a$\n^b)$`, `(?i)^(?:[^a-k])$`, `^\B.\B$`, `(?i)^(?:)$`, `^[^\x00-\x{10FFFF}]$`,
	} {
		m, err := newMachine(expression)
		if err != nil {
			t.Fatal(err)
		}
		re := regexp.MustCompile(expression)
		for _, text := range texts {
			state := 0
			for _, r := range text {
				state = m.step(state, r)
			}
			if got, want := m.accepts(state), re.MatchString(text); got != want {
				t.Fatalf("%s on %q: %t, want %t", expression, text, got, want)
			}
		}
	}
}

// TestLimits checks that the result beyond a limit is an error, not a wrong answer.
func TestLimits(t *testing.T) {
	var patterns []Pattern
	for _, r := range "abcdefghijklmnop" {
		patterns = append(patterns, like(".*"+string(r)+".*"))
	}
	if _, err := Representatives(Tests{Patterns: patterns, Each: 1}); !errors.Is(err, ErrTooMany) {
		t.Errorf("sixteen patterns that overlap: %v", err)
	}
	if _, err := Representatives(Tests{Patterns: []Pattern{{Expression: "("}}, Each: 1}); err == nil {
		t.Error("an invalid expression has representatives")
	}
}
