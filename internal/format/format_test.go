package format

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

func rule(filter, condition string) *ruleset.Rule {
	return &ruleset.Rule{
		ID: "1", Name: "a", Category: ruleset.Security, Actions: 2,
		Filter: &diag.Text{Content: filter}, Condition: &diag.Text{Content: condition},
	}
}

func TestRule(t *testing.T) {
	for _, c := range []struct{ filter, condition, wantFilter, want string }{
		{"App_*,Stream_* ,  *", "", "App_*, Stream_*, *", ""},
		{"App*", " \n", "App*", ""},
		{"App*", `RESOURCE.Owner.UserDirectory="x"&&resource.haspriviLege("Read")`, "App*", `resource.owner.userDirectory = "x" and resource.HasPrivilege("Read")`},
		{"App*", `user.Group=resource.@GROUP`, "App*", `user.Group = resource.@GROUP`},
		{"App*", `user.environment.Name="x" or user.USERID="y"`, "App*", `user.environment.Name = "x" or user.userId = "y"`},
		{"App*", `(true or (false or user.isanonymous()))`, "App*", `true or false or user.IsAnonymous()`},
		{"App*", `resource.ObjectType = "sheet"`, "App*", `resource.objectType = "sheet"`},
	} {
		filter, condition, list := Rule(rule(c.filter, c.condition), Options{})
		if len(list) > 0 || filter != c.wantFilter || condition != c.want {
			t.Errorf("%s: %s is formatted\n%s: %s\nwant\n%s: %s\n%v", c.filter, c.condition, filter, condition, c.wantFilter, c.want, list)
		}
	}
	if filter, condition, list := Rule(rule("A,B", `true and`), Options{}); !list.HasErrors() || filter != "A,B" || condition != "true and" {
		t.Errorf("a rule with errors is formatted: %s %s", filter, condition)
	}
	if _, condition, _ := Rule(rule("App*", `((user.group="X"))`), Options{KeepParentheses: true}); condition != `((user.group = "X"))` {
		t.Errorf("the parentheses are missing: %s", condition)
	}
}

// checkFile checks that formatting a file is idempotent and changes only conditions and filters.
func checkFile(t *testing.T, name string, data []byte, o Options) {
	t.Helper()
	once, found := File(name, data, o)
	for _, d := range found {
		if d.Code == codeMeaning {
			t.Errorf("%s: %s: %s", d.Rule.Name, d.Summary, d.Text.Content)
		}
	}
	if twice, _ := File(name, once, o); !bytes.Equal(once, twice) {
		t.Errorf("%s formatted twice is not what it is formatted once", name)
	}
	if filepath.Ext(name) == ".json" && !reflect.DeepEqual(withoutTexts(t, data), withoutTexts(t, once)) {
		t.Errorf("%s: formatting changed more than conditions and filters", name)
	}
}

// withoutTexts returns the lines of an export without conditions and filters.
func withoutTexts(t *testing.T, export []byte) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(string(export)) {
		if s := strings.TrimSpace(line); !strings.HasPrefix(s, `"rule"`) && !strings.HasPrefix(s, `"resourceFilter"`) {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestLawsOverRealRules(t *testing.T) {
	folder := os.Getenv("QLIK_CORPUS")
	if folder == "" {
		t.Skip("QLIK_CORPUS is not set: no real rules to read")
	}
	export, err := os.ReadFile(filepath.Join(folder, "site-export", "systemrule.json"))
	if err != nil {
		t.Fatal(err)
	}
	checkFile(t, "export.json", export, Options{})
	checkFile(t, "export.json", export, Options{KeepParentheses: true})
	published, err := os.ReadFile(filepath.Join(folder, "published-rules.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(published) {
		var p struct{ Name, ResourceFilter, Condition string }
		if err := json.Unmarshal(line, &p); err != nil {
			t.Fatal(err)
		}
		r := rule(p.ResourceFilter, p.Condition)
		r.Name = p.Name
		checkFile(t, "rule.qrule", r.Format(), Options{})
	}
}

func TestLawsOverGeneratedRules(t *testing.T) {
	for seed := range uint64(4) {
		var out bytes.Buffer
		if err := json.Indent(&out, sitegen.Generate(seed, sitegen.Small).Rules, "", "  "); err != nil {
			t.Fatal(err)
		}
		checkFile(t, "export.json", out.Bytes(), Options{KeepParentheses: seed%2 == 1})
	}
}

func TestFileKeepsItsEncoding(t *testing.T) {
	const before, after = `[{"id": "é1", "actions": 2, "resourceFilter": "App_*", "rule": "true\nand   user.\u006eame=\"é\""}]`,
		`[{"id": "é1", "actions": 2, "resourceFilter": "App_*", "rule": "true and user.name = \"é\""}]`
	utf16le := func(s string) []byte {
		out := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	}
	utf16be := func(s string) []byte {
		out := utf16le(s)
		for i := 0; i < len(out); i += 2 {
			out[i], out[i+1] = out[i+1], out[i]
		}
		return out
	}
	for name, encode := range map[string]func(string) []byte{
		"UTF-8":    func(s string) []byte { return []byte(s) },
		"mark":     func(s string) []byte { return []byte("\xef\xbb\xbf" + s) },
		"UTF-16LE": utf16le, "UTF-16BE": utf16be,
	} {
		if got, list := File("a.json", encode(before), Options{}); !bytes.Equal(got, encode(after)) || len(list) > 0 {
			t.Errorf("%s: %q %v", name, got, list)
		}
	}
}

func TestRuleFilesAreWrittenAnew(t *testing.T) {
	const before, after = "---\nactions: read\nfilter: App_*,Stream_*\nname: x\n---\ntrue\n\nand user.name=\"a\"\n\n",
		"---\nname: x\nfilter: App_*, Stream_*\nactions: [read]\ncontext: both\ncategory: security\n---\ntrue and user.name = \"a\"\n"
	if got, list := File("a.qrule", []byte(before), Options{}); string(got) != after || len(list) > 0 {
		t.Errorf("written\n%s%v", got, list)
	}
	windows := strings.ReplaceAll(before, "\n", "\r\n")
	if got, _ := File("a.qrule", []byte(windows), Options{}); string(got) != strings.ReplaceAll(after, "\n", "\r\n") {
		t.Errorf("written %q", got)
	}
}

func TestBrokenFilesAreLeftAsTheyAre(t *testing.T) {
	const broken = `{"id": "2", "actions": 2, "resourceFilter": "App_*", "rule": "a  b"}`
	const whole = `{"id": "1", "actions": 2, "resourceFilter": "App_*", "rule": "true  and true"}`
	got, list := File("a.json", []byte("["+broken+","+whole+"]"), Options{})
	if want := "[" + broken + "," + strings.Replace(whole, "  ", " ", 1) + "]"; string(got) != want || len(list) == 0 {
		t.Errorf("written %s, found %v", got, list)
	}
	for _, text := range []string{"[", "\xff\xfe\x00", "---\nname: [\n---\n"} {
		if got, list := File("a.json", []byte(text), Options{}); string(got) != text || len(list) == 0 {
			t.Errorf("%q became %q, found %v", text, got, list)
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add("App_*", `(user.group="X") or !resource.stream.Empty()&&true`, false)
	f.Add("*", `((user.name like "a\\*")) and (true or (false and true))`, true)
	f.Fuzz(func(t *testing.T, filter, condition string, keep bool) {
		o := Options{KeepParentheses: keep}
		r := rule(filter, condition)
		newFilter, newCondition, list := Rule(r, o)
		for _, d := range list {
			if d.Code == codeMeaning {
				t.Fatalf("%q: %s", condition, d.Summary)
			}
		}
		if list.HasErrors() {
			return
		}
		againFilter, again, list := Rule(rule(newFilter, newCondition), o)
		if list.HasErrors() || again != newCondition || againFilter != newFilter {
			t.Errorf("%q is formatted %q, and then %q: %v", condition, newCondition, again, list)
		}
	})
}

// TestRewriteLeavesTheRest replaces the filter and the condition of rule files. The order of headers, spaces, line ends
// and missing headers do not change.
func TestRewriteLeavesTheRest(t *testing.T) {
	for name, c := range map[string]struct{ before, filter, condition, after string }{
		"the condition": {
			"---\ncategory:   security\nname: N\nfilter:  App*\nactions: [ read ]\n---\nold\nrule", "App*", "new",
			"---\ncategory:   security\nname: N\nfilter:  App*\nactions: [ read ]\n---\nnew",
		},
		"both": {
			"---\nname: N\nfilter: \"App*\"  \nactions: [read]\n---\nold\n", "*", "new\nrule",
			"---\nname: N\nfilter: \"*\"  \nactions: [read]\n---\nnew\nrule\n",
		},
		"line ends of Windows": {
			"---\r\nname: N\r\nfilter: App*\r\nactions: [read]\r\n---\r\nold\r\n", "App_*", "new\nrule",
			"---\r\nname: N\r\nfilter: App_*\r\nactions: [read]\r\n---\r\nnew\r\nrule\r\n",
		},
		"line ends that the condition has": {
			"---\nname: N\nfilter: App*\nactions: [read]\neol: crlf\n---\nold\nrule\n", "App*", "new\r\nrule",
			"---\nname: N\nfilter: App*\nactions: [read]\neol: crlf\n---\nnew\r\nrule\n",
		},
		"line ends that the file cannot keep": {
			"---\nname: N\nactions: [read]\nfilter: App*\n---\nold\n", "App*", "new\r\nrule",
			"---\nname: \"N\"\nfilter: App*\nactions: [read]\ncontext: both\ncategory: security\neol: crlf\n---\nnew\nrule\n",
		},
		"nothing": {"---\nactions: 2\nfilter:   App*\n---\nold\n", "App*", "old", "---\nactions: 2\nfilter:   App*\n---\nold\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, list := Rewrite("a.qrule", []byte(c.before), func(*ruleset.Rule) (string, string, diag.List) { return c.filter, c.condition, nil })
			if len(list) > 0 || string(got) != c.after {
				t.Errorf("%v, the file is\n%q\nnot\n%q", list, got, c.after)
			}
		})
	}
}
