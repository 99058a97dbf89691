package condition

import (
	"fmt"
	"strings"
	"testing"
)

func TestWordsOfWhatIsHalfTyped(t *testing.T) {
	for source, want := range map[string]string{
		`resource. and (user.group = "A" || !true)`: "1:resource. 4:and 8:( 1:user.group 6:= 2:\"A\" 4:|| 7:! 5:true 9:)",
		`user.group = "A and`:                       "1:user.group 6:= 3:\"A and",
		`user.name <> 'x'`:                          "1:user.name 10:<> 10:'x'",
		`user.name LIKE`:                            "1:user.name 6:LIKE",
		strings.Repeat("(", maxDepth+1):             strings.TrimSpace(strings.Repeat("8:( ", maxDepth)),
	} {
		var got []string
		for _, w := range Words(source) {
			if source[w.Range.Start:w.Range.End] != w.Text {
				t.Errorf("%q is not at %v", w.Text, w.Range)
			}
			got = append(got, fmt.Sprintf("%d:%s", w.Kind, w.Text))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("the words of %s are %s", source, strings.Join(got, " "))
		}
	}
}

func TestSplitPath(t *testing.T) {
	var got []string
	for _, s := range SplitPath(Word{Text: "resource.@Group.", Range: Span{Start: 10, End: 26}}) {
		got = append(got, fmt.Sprintf("%s %v %d-%d", s.Name, s.Custom, s.Range.Start, s.Range.End))
	}
	if want := "resource false 10-18, Group true 19-25,  false 26-26"; strings.Join(got, ", ") != want {
		t.Errorf("the names are %s", strings.Join(got, ", "))
	}
}

func TestUnquote(t *testing.T) {
	for literal, want := range map[string]string{`"a\"b"`: `a"b`, `"a\"`: `a"`, `"`: "", `""`: "", `"a`: "a"} {
		if got := Unquote(literal); got != want {
			t.Errorf("%s is %q, want %q", literal, got, want)
		}
	}
	if got := Quote(`a"b\`); got != `"a\"b\\"` {
		t.Errorf("quoted %s", got)
	}
}

// The vocabulary table has exactly the words that the scanner and the parser know, and its examples are
// conditions.
func TestVocabularyIsTheLanguage(t *testing.T) {
	words := func(list []Entry) (all []string) {
		for _, e := range list {
			all = append(all, e.Word)
			if len(e.Summary) == 0 {
				t.Errorf("%s has no summary", e.Word)
			}
			mustParse(t, e.Example)
		}
		return all
	}
	v := Language()
	if got := words(v.Roots); strings.Join(got, " ") != strings.Join(roots, " ") {
		t.Errorf("roots %v", got)
	}
	if got := words(v.Functions); strings.Join(got, " ") != strings.Join(functionNames(), " ") {
		t.Errorf("functions %v", got)
	}
	known := map[string]bool{}
	for _, w := range append(append(words(v.Connectives), words(v.Constants)...), words(v.Operators)...) {
		known[w] = true
		_, keyword := keywords[w]
		if _, operator := operatorNamed[w]; !keyword && !operator {
			t.Errorf("%s is not a word of the language", w)
		}
	}
	for w := range keywords {
		if !known[w] {
			t.Errorf("the keyword %s is not in the table", w)
		}
	}
	for w := range operatorNamed {
		if !known[w] {
			t.Errorf("the operator %s is not in the table", w)
		}
	}
}
