package ruleset

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// writeFiles writes files into a new directory and makes it the working directory, so that findings
// have short paths.
func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func named(id, name string) string {
	return `{"id": "` + id + `", "name": "` + name + `", "category": "Sync", "ruleContext": 1, "actions": 1}`
}

func names(rules []Rule) string {
	var all []string
	for _, r := range rules {
		all = append(all, r.Name)
	}
	return strings.Join(all, " ")
}

func TestReadFilesAndFolders(t *testing.T) {
	writeFiles(t, map[string]string{
		"one.json": named("1", "one"), "rules/b.JSON": named("2", "two"), "rules/a.json": named("3", "three"),
		"rules/notes.txt": "no rules", "rules/below/c.json": named("4", "four"),
	})
	rules, found := Read("one.json", "rules")
	expect(t, found, "")
	if got := names(rules); got != "one three two" {
		t.Errorf("read %s", got)
	}
}

func TestReadReportsWhatIsNotThere(t *testing.T) {
	writeFiles(t, map[string]string{"one.json": named("1", "one"), "empty/readme.md": ""})
	rules, found := Read("none.json", "one.json", "empty")
	expect(t, found, `
error Q0101: there is no file or folder none.json
error Q0116: the folder empty contains no files *.json or *.qrule`)
	if names(rules) != "one" {
		t.Errorf("read %s", names(rules))
	}
}

func TestReadReportsWhatCannotBeRead(t *testing.T) {
	writeFiles(t, map[string]string{"rules/one.json": named("1", "one")})
	if err := os.Symlink("nowhere", filepath.Join("rules", "two.json")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	_, found := Read("rules")
	expect(t, found, "error Q0101: there is no file or folder "+filepath.Join("rules", "two.json"))
	_, found = Read("rules\x00")
	if len(found) != 1 || !strings.HasPrefix(found[0].Summary, "cannot read rules\x00: ") {
		t.Errorf("%+v", found)
	}
	if got := reason(errors.New("late")); got != "late" {
		t.Error(got)
	}
}

// The path - is standard input if there is one, otherwise a file with that name.
func TestStandardInput(t *testing.T) {
	writeFiles(t, map[string]string{"a.json": named("1", "file"), "-": named("3", "dash")})
	rules, list := ReadWith(strings.NewReader(named("2", "input")), "a.json", "-")
	if got := names(rules); got != "file input" || list.HasErrors() {
		t.Errorf("%s, %v", got, list)
	}
	if rules, _ := Read("-"); names(rules) != "dash" {
		t.Errorf("without standard input - holds %s", names(rules))
	}
	_, list = ReadWith(strings.NewReader("{"), "-")
	if len(list) != 1 || list[0].Text.File != "<stdin>" {
		t.Errorf("broken standard input: %v", list)
	}
	_, list = ReadWith(iotest.ErrReader(errors.New("gone")), "-")
	expect(t, list, "error Q0101: cannot read <stdin>: gone")
}

func TestSharedIdsAreErrorsOfBoth(t *testing.T) {
	writeFiles(t, map[string]string{
		"a.json": "[" + named("AB", "first") + ",\n" + named("c", "other") + "]",
		"b.json": "[\n" + named("ab", "second") + "]",
	})
	rules, found := Read("a.json", "b.json")
	expect(t, found, `
error Q0115 a.json:1:9: two rules have the id "AB"
	[{"id": "AB", "name": "first", "category": "Sync", "ruleContext": 1, "actions": 1},
	        ^^^^
	b.json:2:8: the rule "second" has it too
error Q0115 b.json:2:8: two rules have the id "ab"
	{"id": "ab", "name": "second", "category": "Sync", "ruleContext": 1, "actions": 1}]
	       ^^^^
	a.json:1:9: the rule "first" has it too`)
	if names(rules) != "other" {
		t.Errorf("kept %s", names(rules))
	}
}

func TestRulesWithoutId(t *testing.T) {
	rule := func(name, filter, condition string) string {
		return `{"name": "` + name + `", "resourceFilter": "` + filter + `", "rule": "` + condition + `", "category": "Sync", "ruleContext": 1, "actions": 1}`
	}
	rules, found := Decode("f.json", []byte("["+rule("a", "b", "c")+","+rule("ab", "", "c")+","+rule("a", "bc", "")+`,{"id": "", "actions": 1, "category": "Sync", "ruleContext": 1}]`))
	expect(t, found, "")
	ids := map[string]bool{}
	for _, r := range rules {
		ids[r.ID] = true
	}
	// The value is in bundles and logs, so it must not change.
	if len(ids) != 4 || rules[0].ID != "ac678da9-9e6e-8ebf-98ea-cdce8293836e" {
		t.Errorf("ids %v", ids)
	}
	rules, found = Decode("f.json", []byte("["+rule("a", "b", "c")+",\n"+rule("a", "b", "c")+"]"))
	expect(t, found, `
error Q0115 f.json:1:2: the rule "a" is defined twice
	[{"name": "a", "resourceFilter": "b", "rule": "c", "category": "Sync", "ruleContex
	 ^
	f.json:2:1: the rule "a" has it too
error Q0115 f.json:2:1: the rule "a" is defined twice
	{"name": "a", "resourceFilter": "b", "rule": "c", "category": "Sync", "ruleContex
	^
	f.json:1:2: the rule "a" has it too`)
	if len(rules) != 0 {
		t.Errorf("kept %s", names(rules))
	}
}

// utf16File encodes a text as Windows PowerShell does.
func utf16File(text string, order binary.AppendByteOrder) []byte {
	file := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		file = order.AppendUint16(file, unit)
	}
	return file
}

// TestPlaces checks that every byte of a condition maps to its location in the file, through escapes and
// in every encoding.
func TestPlaces(t *testing.T) {
	const text = "{\"actions\": 2, \"ruleContext\": 0, \"category\": \"Sync\", \"name\": \"🙂\",\r\n \"rule\": \"é\\u00e9🙂\\ud83d\\uDE42\\n\\\"x\", \"id\": \"\\u0041\"}"
	type place struct{ text, line, column, char int } // char counts characters of the file
	second := strings.Count(text[:strings.Index(text, " \"rule\"")], "") - 1
	want := []place{
		{0, 2, 11, second + 10}, {1, 2, 11, second + 10}, // é
		{2, 2, 12, second + 11},    // é
		{4, 2, 18, second + 17},    // 🙂
		{8, 2, 19, second + 18},    // 🙂
		{12, 2, 31, second + 30},   // line feed
		{13, 2, 33, second + 32},   // "
		{14, 2, 35, second + 34},   // x
		{15, 2, 36, second + 35},   // the end
		{-1, 2, 11, second + 10},   // before it
		{9999, 2, 36, second + 35}, // past it
	}
	for name, file := range map[string][]byte{
		"UTF-8": []byte(text), "with mark": []byte("\ufeff" + text),
		"UTF-16LE": utf16File(text, binary.LittleEndian), "UTF-16BE": utf16File(text, binary.BigEndian),
	} {
		rules, found := Decode("f.json", file)
		expect(t, found, "")
		r := rules[0]
		if r.Condition.Content != "éé🙂🙂\n\"x" || r.Name != "🙂" || r.ID != "A" {
			t.Errorf("%s: read as %+q %+q %+q", name, r.Condition.Content, r.Name, r.ID)
		}
		for _, w := range want {
			chars := string([]rune(text)[:w.char])
			offset := len(file) - len(text) + len(chars)
			if strings.HasPrefix(name, "UTF-16") {
				offset = len(utf16File(chars, binary.LittleEndian))
			}
			if got := r.Condition.Locate(w.text); got != (diag.Position{Offset: offset, Line: w.line, Column: w.column}) {
				t.Errorf("%s: byte %d is at %+v, want %d:%d, byte %d", name, w.text, got, w.line, w.column, offset)
			}
		}
		if p := r.Filter.Locate(0); p.Line != 1 || p.Column != 1 {
			t.Errorf("%s: the filter that is not there is at %+v", name, p)
		}
	}
}

func TestCorpus(t *testing.T) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS names no folder with real exports")
	}
	t.Chdir(corpus)
	for path, want := range map[string]struct {
		rules    int
		findings string // each code, ordered by place
	}{
		"site-export":                               {74, ""},
		"exports/rule-manager.json":                 {3, ""},
		"exports/package-sheet-level.json":          {2, ""},
		"exports/package-stream-developer-old.json": {3, ""},
		// A file that was concatenated by hand, with trailing text.
		"exports/package-stream-developer.json": {4, "Q0103 at 104:1"},
		// Condensed entities: no rule has a context.
		"exports/import-settings.json": {9, strings.TrimSpace(strings.Repeat("Q0112 ", 9))},
	} {
		path = filepath.FromSlash(path)
		rules, found := Read(path)
		var codes []string
		for _, d := range found {
			code := string(d.Code)
			if p, _ := d.Position(); d.Severity == diag.Error {
				code += fmt.Sprintf(" at %d:%d", p.Line, p.Column)
			}
			codes = append(codes, code)
		}
		if got := strings.Join(codes, " "); len(rules) != want.rules || got != want.findings {
			t.Errorf("%s: %d rules and %q, want %d and %q", path, len(rules), got, want.rules, want.findings)
		}
		for _, r := range rules {
			filter, found := ParseFilter(r.Filter, r.identity())
			expect(t, append(found, filter.Check(schema.Default(), nil, r.Filter, r.identity())...), "")
		}
	}
}

// FuzzDecode checks that no file makes Decode panic or report a location outside the file.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "[]", rule(`"rule": "é\u00e9\ud83d\ude42"`), `{"localpackagelist":[{"ruleList":[{"actions":"2"}]}]}`,
		"\ufeff" + rule(""), "[" + rule("") + "," + rule("") + "] x", "{\"actions\": 1, \"Actions\": [",
	} {
		f.Add([]byte(seed))
		f.Add(utf16File(seed, binary.LittleEndian))
		f.Add(utf16File(seed, binary.BigEndian))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		inside := func(text *diag.Text, offset int) {
			p := text.Locate(offset)
			if p.Offset < 0 || p.Offset > len(file) || p.Line < 1 || p.Column < 1 {
				t.Errorf("byte %d of %q is at %+v of %d bytes", offset, text.Content, p, len(file))
			}
		}
		rules, found := Decode("f.json", file)
		for _, d := range found {
			if d.Subject.Start < 0 || d.Subject.End > len(d.Text.Content) || d.Subject.Start > d.Subject.End {
				t.Errorf("%+v", d)
			}
			inside(d.Text, d.Subject.Start)
			inside(d.Text, d.Subject.End)
		}
		for _, r := range rules {
			for offset := range len(r.Condition.Content) + 1 {
				inside(r.Condition, offset)
			}
			inside(r.Filter, len(r.Filter.Content))
		}
	})
}
