package qrule

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // of the properties
)

// show formats the result of Parse: one entry or problem per line, and the condition.
func show(text string) string {
	d := Parse([]byte(text))
	var b strings.Builder
	for _, e := range d.Entries {
		if !e.Value.IsList {
			fmt.Fprintf(&b, "%s=%q\n", e.Key, e.Value.Text)
			continue
		}
		fmt.Fprintf(&b, "%s=[", e.Key)
		for i, s := range e.Value.List {
			fmt.Fprintf(&b, "%.*s%q", i, " ", s.Text)
		}
		b.WriteString("]\n")
	}
	for _, p := range d.Problems {
		fmt.Fprintf(&b, "%d-%d %s\n", p.At.Start, p.At.End, p.Summary)
	}
	if d.Body >= 0 {
		fmt.Fprintf(&b, "condition %q", Condition([]byte(text), d.Body, LF).Text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", "---\nname: a b\n---\nx\n", "name=\"a b\"\ncondition \"x\""},
		{"quoted", "---\nname: \"a \\\"b\\\" \\u00e9\"\n---\n", "name=\"a \\\"b\\\" é\"\ncondition \"\""},
		{"single quotes", "---\nname: 'it''s'\n---\n", "name=\"it's\"\ncondition \"\""},
		{"star without quotes", "---\nfilter: *\n---\n", "filter=\"*\"\ncondition \"\""},
		{"hash inside a word", "---\nname: C#\n---\n", "name=\"C#\"\ncondition \"\""},
		{"flow list", "---\nactions: [read, 'up, date' ,\"x\"]\n---\n", "actions=[\"read\" \"up, date\" \"x\"]\ncondition \"\""},
		{"empty list", "---\ntags: []\n---\n", "tags=[]\ncondition \"\""},
		{"list of lines", "---\ntags:\n  - a\n- b\nname: c\n---\n", "tags=[\"a\" \"b\"]\nname=\"c\"\ncondition \"\""},
		{"no value", "---\ncomment:\nname: c\n---\n", "comment=\"\"\nname=\"c\"\ncondition \"\""},
		{"block", "---\ncomment: |\n  a\n\n    b\n---\n", "comment=\"a\\n\\n  b\\n\"\ncondition \"\""},
		{"block without end", "---\ncomment: |-\n  a\n  b\n---\n", "comment=\"a\\nb\"\ncondition \"\""},
		{"block with all ends", "---\ncomment: |+\n  a\n\n---\n", "comment=\"a\\n\\n\"\ncondition \"\""},
		{"empty block", "---\ncomment: |\n---\n", "comment=\"\"\ncondition \"\""},
		{"line ends of Windows", "---\r\nname: a\r\ncomment: |-\r\n  b\r\n  c\r\n---\r\nx\r\nor y\r\n", "name=\"a\"\ncomment=\"b\\nc\"\ncondition \"x\\nor y\""},
		{"lines of the condition", "---\n---\n\n a\n---\nb\n\n", "condition \"\\n a\\n---\\nb\\n\""},

		{"empty file", "", "0-0 the file does not begin with the line ---"},
		{"no header", "true", "0-4 the file does not begin with the line ---"},
		{"no end", "---\nname: a\n", "name=\"a\"\n12-12 the header has no end"},
		{"no end before a condition", "---\nname: a\ntrue or false", "name=\"a\"\n25-25 the header has no end"},
		{"comment", "---\n# why\nid: 1 # new\n---\n", "id=\"1\"\n4-9 the header has a comment\n16-21 the header has a comment\ncondition \"\""},
		{"indented", "---\n  name: a\n---\n", "4-13 this line of the header is indented and belongs to no key\ncondition \"\""},
		{"no blank", "---\nname:a\n---\n", "name=\"a\"\n9-9 a space is missing after name:\ncondition \"\""},
		{"other YAML", "---\ncomment: >\ntags: {a: b}\n---\n", "comment=\">\"\ntags=\"{a: b}\"\n13-14 this kind of value is not supported in a header\n21-27 this kind of value is not supported in a header\ncondition \"\""},
		{"unclosed quotes", "---\nname: \"a\nid: 'b\n---\n", "name=\"a\"\nid=\"b\"\n10-12 the string has no closing quote\n17-19 the string has no closing quote\ncondition \"\""},
		{"unknown escape", "---\nname: \"\\q\"\n---\n", "name=\"\\\\q\"\n10-14 the string has an escape that does not exist\ncondition \"\""},
		{"after the value", "---\nname: \"a\" b\n---\n", "name=\"a\"\n14-15 text after the end of the value\ncondition \"\""},
		{"unclosed list", "---\ntags: [a, b\n---\n", "tags=[\"a\" \"b\"]\n10-15 the list has no closing bracket\ncondition \"\""},
		{"empty item", "---\ntags: [a,,b]\n---\n", "tags=[\"a\" \"b\"]\n13-13 an item of the list is empty\ncondition \"\""},
		{"no comma", "---\ntags: [\"a\" \"b\"]\n---\n", "tags=[\"a\"]\n15-19 a comma is missing between two items of the list\ncondition \"\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(c.text); got != c.want {
				t.Errorf("found\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestFormatQuotesWhatYAMLWouldReadOtherwise(t *testing.T) {
	for value, want := range map[string]string{
		"Sheet exceptions": "Sheet exceptions", "ACME\\x": "ACME\\x", "*": `"*"`, "App_*,Stream_*": "App_*,Stream_*", "": `""`,
		"true": `"true"`, "No": `"No"`, "12": `"12"`, "1e3": `"1e3"`, "2026-11-28": `"2026-11-28"`, " a": `" a"`, "a: b": `"a: b"`, "a #b": `"a #b"`,
		"a:": `"a:"`, "- a": `"- a"`, "\"a\"": `"\"a\""`, "a\nb": `"a\nb"`, "a\u00a0b": "\"a\u00a0b\"", "Größe": "Größe",
		"611d73ca-6764-4dac-be40-3e505206e974": "611d73ca-6764-4dac-be40-3e505206e974",
		"11111111-1111-1111-1111-111111111111": "11111111-1111-1111-1111-111111111111",
	} {
		if got := quoted(value, false); got != want {
			t.Errorf("%q is written %s, want %s", value, got, want)
		}
	}
	if got := list([]string{"a, b", "c"}); got != `["a, b", c]` {
		t.Errorf("a list is written %s", got)
	}
}

func TestFormat(t *testing.T) {
	h := Header{
		Name: "Sheets", ID: "1", Filter: "App*", Actions: []string{"read"}, Context: "both", Type: "custom", Category: "security",
		Disabled: true, Tags: []string{"sales"}, Comment: "Everybody\n\n  reads.",
	}
	const want = "---\nname: Sheets\nid: \"1\"\nfilter: App*\nactions: [read]\ncontext: both\ntype: custom\ncategory: security\ndisabled: true\n" +
		"tags: [sales]\neol: crlf\ncomment: |-\n  Everybody\n\n    reads.\n---\na\nor b\n"
	if got := string(Format(h, "a\r\nor b")); got != want {
		t.Errorf("written\n%s\nwant\n%s", got, want)
	}
}

// For any strings in a rule, Parse reads what Format has written, even after a conversion to Windows line ends, unless
// the condition must be kept byte by byte.
func TestParseReadsWhatFormatWrites(t *testing.T) {
	word := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ a-c\n\r\t"'#:\\|\[\],{}*-]{0,12}`))
	rapid.Check(t, func(t *rapid.T) {
		h := Header{
			Name: word.Draw(t, "name"), ID: word.Draw(t, "id"), Filter: word.Draw(t, "filter"), Type: word.Draw(t, "type"),
			Actions: rapid.SliceOfN(word, 0, 3).Draw(t, "actions"), Tags: rapid.SliceOfN(word, 0, 3).Draw(t, "tags"),
			Comment: word.Draw(t, "comment"),
		}
		condition := word.Draw(t, "condition")
		text := Format(h, condition)
		checkReads(t, text, h, condition)
		d := Parse(text)
		if eol, ok := d.Find("eol"); !ok || eol.Value.Text != Keep {
			checkReads(t, []byte(strings.ReplaceAll(string(text), "\n", "\r\n")), h, condition)
		}
	})
}

func checkReads(t *rapid.T, text []byte, h Header, condition string) {
	d := Parse(text)
	if len(d.Problems) > 0 {
		t.Fatalf("%q has problems: %v", text, d.Problems)
	}
	for key, want := range map[string]string{"name": h.Name, "id": h.ID, "filter": h.Filter, "type": h.Type, "comment": h.Comment} {
		if e, _ := d.Find(key); e.Value.Text != want {
			t.Errorf("%s is %q, want %q in %q", key, e.Value.Text, want, text)
		}
	}
	for key, want := range map[string][]string{"actions": h.Actions, "tags": h.Tags} {
		e, _ := d.Find(key)
		var got []string
		for _, s := range e.Value.List {
			got = append(got, s.Text)
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%s are %q, want %q", key, got, want)
		}
	}
	eol := LF
	if e, ok := d.Find("eol"); ok {
		eol = e.Value.Text
	}
	if got := Condition(text, d.Body, eol).Text; got != condition {
		t.Errorf("the condition is %q, want %q", got, condition)
	}
}

// Every byte of a string maps to its position in the file.
func TestPiecesLeadBack(t *testing.T) {
	const text = "---\nname: 'it''s'\nfilter: \"A\\u0070p_*\"\ncomment: |\n  one\n\n  two\n---\na\r\nb"
	d := Parse([]byte(text))
	f, _ := jsonfile.New("x.qrule", []byte(text))
	check := func(s Scalar, part string, line, column int) {
		t.Helper()
		at := f.Located("", s.Text, s.Pieces, s.At.End).Locate(strings.Index(s.Text, part))
		if at.Line != line || at.Column != column {
			t.Errorf("%q of %q is at %d:%d, want %d:%d", part, s.Text, at.Line, at.Column, line, column)
		}
	}
	find := func(key string) Scalar { e, _ := d.Find(key); return e.Value.Scalar }
	check(find("name"), "'s", 2, 10)
	check(find("name"), "s", 2, 12)
	check(find("filter"), "pp_", 3, 11)
	check(find("filter"), "p_", 3, 17)
	check(find("comment"), "two", 7, 3)
	check(Condition([]byte(text), d.Body, LF), "b", 10, 1)
	check(Condition([]byte(text), d.Body, CRLF), "b", 10, 1)
}

func FuzzParse(f *testing.F) {
	f.Add("---\nname: a\nactions: [read, 'x']\ncomment: |\n  a\n---\ntrue\n")
	f.Add("---\ntags:\n- \"a\n- b # c\n")
	f.Fuzz(func(t *testing.T, text string) {
		d := Parse([]byte(text))
		for _, e := range d.Entries {
			if e.At.End > len(text) || e.Value.At.End > len(text) || e.Value.At.Start > e.Value.At.End {
				t.Errorf("the range of %s is outside the text: %v", e.Key, e.Value.At)
			}
		}
		for _, p := range d.Problems {
			if p.At.Start < 0 || p.At.End > len(text) || p.At.Start > p.At.End {
				t.Errorf("the range of %q is outside the text: %v", p.Summary, p.At)
			}
		}
	})
}
