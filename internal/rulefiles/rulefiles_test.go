package rulefiles

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	_ "github.com/qlik2rego/qlik2rego/internal/test/seed"   // of the properties
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// write converts the rules of an export to files in a directory, like convert.
func write(t *testing.T, dir string, export []byte) (files []File, lock *Lock) {
	t.Helper()
	rules, found := ruleset.Decode("export.json", export)
	if found.HasErrors() {
		t.Fatalf("the export has errors: %v", found)
	}
	files, lock = Arrange(rules, nil)
	for _, f := range append(files, File{LockName, lock.Encode()}) {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return files, lock
}

// read converts a directory back to an export.
func read(t *testing.T, dir string) []byte {
	t.Helper()
	lock, err := ReadLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	rules, found := ruleset.Read(filepath.Join(dir, Dir))
	if found.HasErrors() {
		t.Fatalf("the files have errors: %v", found)
	}
	return lock.Export(dir, rules)
}

// byID returns the rules of an export with all fields, by id or, for rules without an id, by content.
func byID(t *testing.T, export []byte) map[string]map[string]any {
	t.Helper()
	rules := map[string]map[string]any{}
	for _, r := range listed(t, export) {
		id, ok := r["id"].(string)
		if !ok {
			id = fmt.Sprint(r)
		}
		rules[id] = r
	}
	return rules
}

// listed returns the rules of an export in any form: a list, a list inside an object as PowerShell writes it, packages
// of rules, or a single rule.
func listed(t *testing.T, export []byte) []map[string]any {
	t.Helper()
	decode := func(data []byte, into any) {
		t.Helper()
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		if err := d.Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	var list []map[string]any
	if bytes.HasPrefix(bytes.TrimSpace(export), []byte("[")) {
		decode(export, &list)
		return list
	}
	var o struct {
		Value    json.RawMessage
		Packages []struct{ RuleList []map[string]any } `json:"localpackagelist"`
	}
	decode(export, &o)
	switch {
	case o.Packages != nil:
		for _, p := range o.Packages {
			list = append(list, p.RuleList...)
		}
	case o.Value != nil:
		return listed(t, o.Value)
	default:
		var rule map[string]any
		decode(export, &rule)
		list = append(list, rule)
	}
	return list
}

// checkLaws checks both laws of the round trip for an export.
func checkLaws(t *testing.T, export []byte) {
	t.Helper()
	first, second := t.TempDir(), t.TempDir()
	files, lock := write(t, first, export)
	again := read(t, first)
	if want, got := byID(t, export), byID(t, again); !reflect.DeepEqual(got, want) {
		for id := range want {
			if !reflect.DeepEqual(got[id], want[id]) {
				t.Errorf("rule %s\n%v\nbecame\n%v", id, want[id], got[id])
			}
		}
	}
	filesAgain, lockAgain := write(t, second, again)
	if !reflect.DeepEqual(filesAgain, files) {
		t.Error("an export made from files gives different files")
	}
	if a, b := lock.Encode(), lockAgain.Encode(); !bytes.Equal(a, b) {
		t.Errorf("the lock\n%s\nbecame\n%s", a, b)
	}
}

func corpus(t *testing.T, name string) []byte {
	t.Helper()
	folder := os.Getenv("QLIK_CORPUS")
	if folder == "" {
		t.Skip("QLIK_CORPUS is not set: no real rules to read")
	}
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRoundTripOfARealExport(t *testing.T) {
	checkLaws(t, corpus(t, filepath.Join("site-export", "systemrule.json")))
}

func TestRoundTripOfPublishedRules(t *testing.T) {
	var rules []map[string]any
	lines := bufio.NewScanner(bytes.NewReader(corpus(t, "published-rules.jsonl")))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p struct {
			ID, Name, ResourceFilter, Condition string
		}
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		rules = append(rules, map[string]any{
			"id": p.ID, "name": p.Name, "resourceFilter": p.ResourceFilter, "rule": p.Condition, "actions": 2,
		})
	}
	export, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	checkLaws(t, export)
}

func TestRoundTripOfGeneratedSites(t *testing.T) {
	for seed := range uint64(5) {
		checkLaws(t, sitegen.Generate(seed, sitegen.Small).Rules)
	}
}

// Exports differ in their fields and in their notation.
func TestRoundTripOfOddExports(t *testing.T) {
	for name, export := range map[string]string{
		"without ids":    `[{"name": "a", "actions": "2", "resourceFilter": "App_*"}, {"name": "A", "actions": 2, "resourceFilter": "*", "x": [1, {"b": null}]}]`,
		"nulls":          `[{"id": "1", "name": null, "comment": null, "rule": null, "disabled": null, "tags": null, "actions": 2}]`,
		"other values":   `[{"id": "1", "ruleContext": "QMCOnly", "category": "security", "actions": "16", "type": "custom"}]`,
		"tags with ids":  `[{"id": "1", "actions": 4294967295, "tags": [{"id": "7", "name": "a, b", "privileges": null}, {"name": "c"}]}]`,
		"line ends":      `[{"id": "1", "actions": 1, "rule": "a\r\nb \r\n", "comment": "x\r\ny"}, {"id": "2", "actions": 1, "rule": "a\rb\n\r\nc\r"}]`,
		"numbers":        `[{"id": "1", "actions": 1, "version": 12345678901234567890, "later": 1.50}]`,
		"the same name":  `[{"id": "abcdefgh1", "actions": 1, "name": "A b"}, {"id": "abcdefgh2", "actions": 1, "name": "a-B"}, {"id": "abcdefgh3", "actions": 1, "name": "a b"}]`,
		"lines as fence": `[{"id": "1", "actions": 1, "rule": "\n---\n", "comment": "---\n---"}]`,
	} {
		t.Run(name, func(t *testing.T) { checkLaws(t, []byte(export)) })
	}
}

// Any strings and unknown fields are preserved.
func TestRoundTripOfAnyStrings(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		rule := map[string]any{"id": "1", "actions": r0(r)}
		for _, field := range []string{"name", "rule", "resourceFilter", "comment", "modifiedDate", "later"} {
			rule[field] = rapid.String().Draw(r, field)
		}
		export, _ := json.Marshal([]any{rule})
		rules, found := ruleset.Decode("export.json", export)
		if found.HasErrors() {
			r.Fatal(found)
		}
		files, lock := Arrange(rules, nil)
		again, found := ruleset.Decode(filepath.Join(dir, files[0].Path), files[0].Content)
		if found.HasErrors() {
			r.Fatal(found)
		}
		if got := byID(t, lock.Export(dir, again)); !reflect.DeepEqual(got, byID(t, export)) {
			r.Errorf("%s became %v", export, got)
		}
	})
}

func r0(r *rapid.T) uint32 { return rapid.Uint32().Draw(r, "actions") }

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Sheet exceptions": "sheet-exceptions", "  Äpfel & Birnen!": "pfel-birnen", "": "rule", "★": "rule", "CON": "con-rule", "lpt1": "lpt1-rule",
		"console": "console", strings.Repeat("ab ", 40): strings.TrimSuffix(strings.Repeat("ab-", 20), "-"),
	} {
		if got := Slug(name); got != want {
			t.Errorf("the slug of %q is %q, want %q", name, got, want)
		}
	}
}

// A rule keeps its file if another rule with the same name appears, and gets a new file with a new name.
func TestRulesKeepTheirFiles(t *testing.T) {
	decode := func(export string) []ruleset.Rule {
		rules, found := ruleset.Decode("export.json", []byte(export))
		if found.HasErrors() {
			t.Fatal(found)
		}
		return rules
	}
	_, lock := Arrange(decode(`[{"id": "b", "actions": 1, "name": "x"}, {"id": "c", "actions": 1, "name": "y"}]`), nil)
	files, lock := Arrange(decode(`[{"id": "a", "actions": 1, "name": "x"}, {"id": "b", "actions": 1, "name": "x"}, {"id": "c", "actions": 1, "name": "z"}]`), lock)
	for id, want := range map[string]string{"a": "rules/security/x-a.qrule", "b": "rules/security/x.qrule", "c": "rules/security/z.qrule"} {
		if got := lock.Rules[id].File; got != want {
			t.Errorf("rule %s is in %s, want %s", id, got, want)
		}
	}
	if len(files) != 3 || files[0].Path != "rules/security/x-a.qrule" {
		t.Errorf("files %v", files)
	}
}

// A rule that was edited keeps what only the site knows, and its tags keep their ids.
func TestExportOfAnEditedRule(t *testing.T) {
	dir := t.TempDir()
	files, _ := write(t, dir, []byte(`[{"id": "1", "modifiedDate": "d", "name": "a", "actions": "2", "comment": null, "tags": [{"id": "7", "name": "t"}]}]`))
	edited := strings.NewReplacer("name: a", "name: b", "tags: [t]", "tags: [u, t]").Replace(string(files[0].Content))
	if err := os.WriteFile(filepath.Join(dir, files[0].Path), []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	const want = `[
  {
    "id": "1",
    "modifiedDate": "d",
    "category": "Security",
    "name": "b",
    "rule": "",
    "resourceFilter": "",
    "actions": 2,
    "comment": "",
    "disabled": false,
    "ruleContext": 0,
    "tags": [
      {
        "name": "u"
      },
      {
        "id": "7",
        "name": "t"
      }
    ]
  }
]
`
	if got := string(read(t, dir)); got != want {
		t.Errorf("exported\n%s\nwant\n%s", got, want)
	}
}

func TestBrokenLocks(t *testing.T) {
	for text, want := range map[string]string{
		`{"rules": `:                    "lock.json:1:11: ",
		`[]`:                            "lock.json is not a lock file: ",
		`{"rules": {"a": {"file": 1}}}`: "lock.json is not a lock file: rule a: ",
	} {
		if _, err := ParseLock("lock.json", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if lock, err := ReadLock(t.TempDir()); lock != nil || err != nil {
		t.Errorf("no lock is %v, %v", lock, err)
	}
}

// The example of the documentation is the file that convert writes for its rule.
func TestExampleOfTheDocumentation(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "rules-as-files.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```qrule\n")
	example, _, _ := strings.Cut(rest, "```\n")
	rules, found := ruleset.Decode("example.qrule", []byte(example))
	if len(found) > 0 || len(rules) != 1 {
		t.Fatalf("found %v", found)
	}
	if got := string(rules[0].Format()); got != example {
		t.Errorf("the example is written\n%s", got)
	}
}
