package diag

import (
	"slices"
	"strings"
	"testing"
)

// The codes of these tests. Real ones are registered by the packages that report them.
var (
	codeError   = Register("T0001", Error, "an error")
	codeWarning = Register("T0002", Warning, "a warning")
	codeInfo    = Register("T0003", Info, "a fact")
)

// inFile is a text in the second line of a file, which begins at column 10.
func inFile(label, file, content string) *Text {
	return &Text{Label: label, Content: content, File: file, Locate: func(offset int) Position {
		return Position{Offset: 100 + offset, Line: 2, Column: 10 + offset}
	}}
}

func sample() List {
	text := inFile("condition", "rules/a b.json", `user.group = 'x'`)
	return List{
		{
			Code: codeError, Severity: Error, Summary: "single quotes", Detail: "Use double ones.\nAlways.",
			Rule: Rule{ID: "7", Name: "Stream"}, Text: text, Subject: Range{13, 16},
			Fix:     &Fix{Message: "write double quotes", Range: Range{13, 16}, Replacement: `"x"`},
			Related: []Related{{Message: "compared with this", Text: text, Range: Range{0, 10}}, {Message: "nowhere"}},
		},
		{Code: codeWarning, Severity: Warning, Summary: "100%: sure", Text: &Text{Label: "file", Content: "[\n  1]", File: "b,c.json"}, Subject: Range{4, 4}},
		{Code: codeInfo, Severity: Info, Summary: "a fact"},
	}
}

func TestCodes(t *testing.T) {
	codes := Codes()
	if !slices.IsSortedFunc(codes, func(a, b CodeInfo) int { return strings.Compare(string(a.Code), string(b.Code)) }) {
		t.Errorf("not sorted: %v", codes)
	}
	if !slices.Contains(codes, CodeInfo{Code: "T0002", Severity: Warning, Title: "a warning"}) {
		t.Errorf("a registered code is missing in %v", codes)
	}
	if got := codeError.Page(); got != "docs/rules/T0001.md" {
		t.Errorf("page %s", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a code can be registered twice")
		}
	}()
	Register("T0001", Error, "another")
}

func TestList(t *testing.T) {
	list := sample()
	if !list.HasErrors() || list[1:].HasErrors() || (List{}).HasErrors() {
		t.Error("HasErrors is wrong")
	}
	if list.Count(Error) != 1 || list.Count(Info) != 1 || (List{}).Count(Warning) != 0 {
		t.Error("Count is wrong")
	}
	if _, ok := list[1].Position(); ok {
		t.Error("a text without Locate has a position")
	}
}

func TestSort(t *testing.T) {
	at := func(file string, offset int, code Code) Diagnostic {
		return Diagnostic{Code: code, Text: inFile("condition", file, "text"), Subject: Range{offset, offset}}
	}
	list := List{at("b", 0, "1"), at("a", 2, "1"), at("a", 1, "2"), {Code: "9"}, at("a", 1, "1"), {Code: "8"}}
	list.Sort()
	want := List{{Code: "8"}, {Code: "9"}, at("a", 1, "1"), at("a", 1, "2"), at("a", 2, "1"), at("b", 0, "1")}
	for i := range want {
		if list[i].Code != want[i].Code || list[i].file() != want[i].file() || list[i].Subject != want[i].Subject {
			t.Errorf("at %d: got %s in %q, want %s in %q", i, list[i].Code, list[i].file(), want[i].Code, want[i].file())
		}
	}
}

func TestSeverity(t *testing.T) {
	for severity, want := range map[Severity]string{Error: "error", Warning: "warning", Info: "info", 0: "invalid severity"} {
		if got := severity.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	functions := []string{"HasPrivilege", "IsAnonymous", "Empty", "IsOwned"}
	tests := []struct {
		word       string
		candidates []string
		want       string
	}{
		{"HasPrivelege", functions, "HasPrivilege"},
		{"IsAnononymous", functions, "IsAnonymous"},
		{"hasprivilege", functions, "HasPrivilege"}, // a different case is a misspelling
		{"Empty", functions, ""},                    // the word itself is not a suggestion
		{"emtpy", functions, "Empty"},               // a transposition is one edit
		{"Contains", functions, ""},
		{"usr", []string{"resource", "user"}, "user"},
		{"nam", []string{"name", "nae"}, "name"}, // the first of equally near ones
		{"nam", []string{"nameX", "name"}, "name"},
		{"a", []string{"b"}, ""}, // nothing is left of the word
		{"ab", []string{"ac"}, "ac"},
		{"abcdefghijklmno", []string{"abcdefghijkwxyz"}, ""}, // four edits are too many
		{"", []string{"a"}, ""},
		{"Größe", []string{"Grösse", "grösse"}, ""},
		{"Größen", []string{"GRÖSSEN"}, "GRÖSSEN"},
		{strings.Repeat("x", 65), []string{strings.Repeat("x", 64)}, ""},
		{strings.Repeat("x", 64), []string{strings.Repeat("x", 65)}, ""},
	}
	for _, test := range tests {
		got, ok := Suggest(test.word, test.candidates)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("Suggest(%q, %q) = %q, %t, want %q", test.word, test.candidates, got, ok, test.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	marked := func(word string) string { return "<" + word + ">" }
	for _, test := range []struct {
		word string
		show func(string) string
		want string
	}{
		{"raed", nil, "; did you mean read?"},
		{"raed", marked, "; did you mean <read>?"},
		{"publish", marked, ""},
	} {
		if got := DidYouMean(test.word, []string{"read", "update"}, test.show); got != test.want {
			t.Errorf("DidYouMean(%q) = %q, want %q", test.word, got, test.want)
		}
	}
}
