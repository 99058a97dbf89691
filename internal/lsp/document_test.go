package lsp

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	_ "github.com/qlik2rego/qlik2rego/internal/test/seed"   // of the properties
	"pgregory.net/rapid"
)

func TestPositions(t *testing.T) {
	const text = "a\r\né😀b\n\nc"
	for _, c := range []struct {
		offset      int
		utf16, utf8 position
	}{
		{0, position{0, 0}, position{0, 0}},
		{1, position{0, 1}, position{0, 1}},
		{3, position{1, 0}, position{1, 0}},
		{5, position{1, 1}, position{1, 2}},
		{9, position{1, 3}, position{1, 6}},
		{11, position{2, 0}, position{2, 0}},
		{13, position{3, 1}, position{3, 1}},
	} {
		for bytes, want := range map[bool]position{false: c.utf16, true: c.utf8} {
			d := newDocument("file:///a.qrule", text, 0, bytes)
			if got := d.position(c.offset); got != want {
				t.Errorf("offset %d is at %v, want %v", c.offset, got, want)
			}
			if got := d.offset(want); got != c.offset {
				t.Errorf("position %v is at %d, want %d", want, got, c.offset)
			}
		}
	}
	d := newDocument("file:///a.qrule", text, 0, false)
	for p, want := range map[position]int{{0, 99}: 1, {9, 0}: len(text), {-1, 0}: 0, {1, 2}: 9} {
		if got := d.offset(p); got != want {
			t.Errorf("position %v is at %d, want %d", p, got, want)
		}
	}
}

// Every position of a character boundary maps back to the boundary.
func TestPositionsLeadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ReplaceAll(rapid.String().Draw(t, "text"), "\r", "")
		d := newDocument("file:///a.qrule", text, 0, rapid.Bool().Draw(t, "bytes"))
		for i := range text {
			if utf8.RuneStart(text[i]) && d.offset(d.position(i)) != i {
				t.Fatalf("offset %d of %q is at %v, which is at %d", i, text, d.position(i), d.offset(d.position(i)))
			}
		}
	})
}

func TestPathsOfURIs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths of other systems")
	}
	for uri, want := range map[string]string{
		"file:///files/a%20b.qrule": "/files/a b.qrule", "file:///c%3A/rules/a.qrule": "c:/rules/a.qrule", "untitled:Untitled-1": "untitled:Untitled-1", "%": "%",
	} {
		if got := pathOf(uri); got != want {
			t.Errorf("%s is %s, want %s", uri, got, want)
		}
	}
	path := filepath.Join(t.TempDir(), "ä b.qrule")
	if got := pathOf(uriOf(path)); got != path {
		t.Errorf("%s became %s", path, got)
	}
}

// After any edit the server answers every request, and has the same text as the client.
func TestAnyEditIsAnswered(t *testing.T) {
	const whole = "---\nname: a\nfilter: App_*, Stream*\nactions: [read]\n---\n(user.group = \"A\" and resource.@Region.Empty())\nor !resource.stream.HasPrivilege(\"read\")\n"
	c := newClient(t, t.TempDir(), `{"general": {"positionEncodings": ["utf-8"]}}`)
	rapid.Check(t, func(r *rapid.T) {
		text := whole
		c.open("a.qrule", text)
		for range rapid.IntRange(1, 4).Draw(r, "edits") {
			start := rapid.IntRange(0, len(text)).Draw(r, "start")
			end := min(len(text), start+rapid.IntRange(0, 8).Draw(r, "length"))
			typed := rapid.SampledFrom([]string{"", ".", "\"", "(", ")", "user.", "resource.@", "\n---\n", "@", " = ", "[", "é😀", "\\"}).Draw(r, "typed")
			d := newDocument(c.uri("a.qrule"), text, 0, true)
			if !utf8.RuneStart((text + " ")[start]) || !utf8.RuneStart((text + " ")[end]) {
				continue
			}
			c.notify("textDocument/didChange", map[string]any{
				"textDocument":   textDocument{URI: d.uri, Version: 2},
				"contentChanges": []any{map[string]any{"range": d.span(start, end), "text": typed}},
			})
			text = text[:start] + typed + text[end:]
			at := positionParams{textDocument{URI: d.uri}, newDocument(d.uri, text, 0, true).position(start + len(typed))}
			for _, method := range []string{"completion", "hover", "definition", "references", "prepareRename"} {
				c.call("textDocument/"+method, at, nil)
			}
			doc := documentParams{at.TextDocument}
			for _, method := range []string{"codeLens", "documentSymbol", "foldingRange", "semanticTokens/full", "formatting"} {
				c.call("textDocument/"+method, doc, nil)
			}
			all := rangeParams{at.TextDocument, span{End: position{Line: 1000}}}
			c.call("textDocument/codeAction", all, nil)
			c.call("textDocument/inlayHint", all, nil)
			c.call("textDocument/selectionRange", selectionParams{at.TextDocument, []position{at.Position}}, nil)
		}
		c.server.mu.Lock()
		defer c.server.mu.Unlock()
		if got := c.server.docs[c.uri("a.qrule")].text; got != text {
			r.Fatalf("the server holds %q, the client %q", got, text)
		}
	})
}

// TestLargeFoldersAreCompared opens a rule that repeats one of a large folder.
func TestLargeFoldersAreCompared(t *testing.T) {
	dir := t.TempDir()
	var rules []string
	for i := range maxRules + 1 {
		rules = append(rules, fmt.Sprintf(`{"id": "r%d", "name": "Group %[1]d", "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0, "rule": "user.group = \"%[1]d\""}`, i))
	}
	if err := os.WriteFile(filepath.Join(dir, "rules.json"), []byte("["+strings.Join(rules, ",")+"]"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newClient(t, dir, `{}`)
	c.open("again.qrule", "---\nname: Again\nfilter: App_*\nactions: [read]\n---\nuser.group = \"7\"\n")
	c.settle()
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if found := c.server.of(c.server.docs[c.uri("again.qrule")]); !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Code == "Q0801" }) {
		t.Errorf("the duplicate is not found: %+v", found)
	}
}

// TestCommands explains, compares and audits with the rules in the editor.
func TestCommands(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "site"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"site/user.json": `[{"id": "u-1", "userDirectory": "ACME", "userId": "anna", "name": "Anna", "attributes": [{"attributeType": "group", "attributeValue": "Sales"}]}]`,
		"site/app.json":  `[{"id": "a-1", "name": "Budget"}]`,
		"a.qrule":        "---\nname: A\nfilter: App_*\nactions: [read]\n---\nuser.group = \"Finance\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := newClient(t, dir, `{}`)
	c.open("a.qrule", "---\nname: A\nfilter: App_*\nactions: [read]\n---\nuser.group != \"Finance\" and !user.IsAnonymous()\n")
	c.settle()
	var result explained
	request := json.RawMessage(`{"subject": {"type": "user", "id": "ACME\\anna"}, "action": {"name": "read"}, "resource": {"type": "App", "id": "a-1"}}`)
	c.call("workspace/executeCommand", executeParams{explainCommand, []json.RawMessage{request}}, &result)
	if result.Explanation == nil || !result.Explanation.Allow || !strings.Contains(result.Text, "Anna") && !strings.Contains(result.Text, "anna") {
		t.Errorf("%+v", result)
	}
	var diff diffed
	c.call("workspace/executeCommand", executeParams{diffCommand, []json.RawMessage{json.RawMessage(`"a.qrule"`)}}, &diff)
	if diff.Report == nil || diff.Report.Gain.Users != 1 || !strings.Contains(diff.Text, "gain") {
		t.Errorf("%s", diff.Text)
	}
	var audit audited
	c.call("workspace/executeCommand", executeParams{auditCommand, nil}, &audit)
	if len(audit.Rules) != 1 || audit.Rules[0].Users != 1 || audit.Rules[0].Only != 1 || audit.Text != "A: 1 user, 1 resource, 1 right only by this rule\n" {
		t.Errorf("%+v", audit)
	}
	for _, p := range []executeParams{
		{explainCommand, nil}, {diffCommand, nil}, {"nothing", nil}, {diffCommand, []json.RawMessage{json.RawMessage(`1`)}}, {diffCommand, []json.RawMessage{json.RawMessage(`"nowhere"`)}},
	} {
		if err := c.conn.Call(t.Context(), "workspace/executeCommand", p, nil); err == nil {
			t.Errorf("%+v is accepted", p)
		}
	}
}

// rewrites returns the code actions for a .qrule file other than fixes: titles, and the resulting files.
func rewrites(t *testing.T, c *client, name, text string) map[string]map[string]string {
	t.Helper()
	c.open(name, text)
	c.settle()
	uri := c.uri(name)
	var actions []struct {
		Title, Kind string
		Edit        struct {
			Changes         map[string][]textEdit
			DocumentChanges []struct {
				Kind, URI    string
				TextDocument textDocument
				Edits        []textEdit
			}
		}
	}
	c.call("textDocument/codeAction", rangeParams{textDocument{URI: uri}, span{End: position{Line: 1000}}}, &actions)
	all := map[string]map[string]string{}
	for _, a := range actions {
		if a.Kind != rewrite {
			continue
		}
		files := map[string]string{}
		apply := func(uri string, edits []textEdit) {
			before := files[filepath.Base(uri)]
			if uri == c.uri(name) {
				before = text
			}
			d := newDocument(uri, before, 0, false)
			for _, e := range edits {
				files[filepath.Base(uri)] = before[:d.offset(e.Range.Start)] + e.NewText + before[d.offset(e.Range.End):]
			}
		}
		for uri, edits := range a.Edit.Changes {
			apply(uri, edits)
		}
		for _, step := range a.Edit.DocumentChanges {
			if step.Kind == "create" {
				files[filepath.Base(step.URI)] = ""
			} else {
				apply(step.TextDocument.URI, step.Edits)
			}
		}
		all[a.Title] = files
	}
	return all
}

const creating = `{"workspace": {"workspaceEdit": {"documentChanges": true, "resourceOperations": ["create"]}}}`

func qruleText(name, filter, condition string) string {
	return "---\nname: " + name + "\nfilter: " + filter + "\nactions: [read]\n---\n" + condition + "\n"
}

// TestRefactorings rewrites rules with refactorings that an author chooses.
func TestRefactorings(t *testing.T) {
	for _, test := range []struct{ name, filter, condition, title, wantFilter, wantCondition string }{
		{"A", "App_*", `user.group != "x"`, "negate the equality: true if no value is equal, not if one value differs", "App_*", `!(user.group = "x")`},
		{
			"B", "App_*", `resource.@a = "1" and (user.name = "ann" or user.userId = "ben" or user.group = "c")`,
			`replace 2 users by user.group = "B"; give it to ann, ben`, "App_*", `resource.@a = "1" and (user.group = "B" or user.group = "c")`,
		},
		{"C", "App_*", `user.name = "ann" or user.name = "ben"`, `replace 2 users by user.group = "C"; give it to ann, ben`, "App_*", `user.group = "C"`},
		{"D", "App_*", `user.name = "ann" or user.group = "b"`, "", "", ""},
		{
			"E", "App*", `user.group = "x" and (resource.resourcetype = "App" or resource.resourcetype = "App.Object")`,
			"narrow the filter to App.Object_*, App_*: the condition is false for all other types", "App.Object_*, App_*",
			`user.group = "x" and (resource.resourcetype = "App" or resource.resourcetype = "App.Object")`,
		},
		{"F", "App*", `user.group = "x"`, "", "", ""},
		{"G", "App_1*", `resource.resourcetype = "App"`, "", "", ""},
		{"H", "App_*", `user.group != "x" and`, "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newClient(t, t.TempDir(), `{}`)
			got := rewrites(t, c, "a.qrule", qruleText(test.name, test.filter, test.condition))
			if test.title == "" {
				if len(got) > 0 {
					t.Errorf("%v is offered", got)
				}
				return
			}
			if want := qruleText(test.name, test.wantFilter, test.wantCondition); got[test.title]["a.qrule"] != want {
				t.Errorf("%v", got)
			}
		})
	}
}

// A split rule becomes one file for each item, and the files together grant the same.
func TestSplit(t *testing.T) {
	text := qruleText("Readers", "App_*, Stream_*, Stream_abc", `user.group = "x"`)
	c := newClient(t, t.TempDir(), creating)
	got := rewrites(t, c, "a.qrule", text)["split the rule into 3, one for each item of the filter"]
	if got["a.qrule"] != qruleText("Readers", "App_*", `user.group = "x"`) || len(got) != 3 {
		t.Fatalf("%q", got)
	}
	filters := map[string]string{}
	for _, text := range got {
		rules, found := ruleset.Decode("a.qrule", []byte(text))
		if len(rules) != 1 || found.HasErrors() || rules[0].Condition.Content != `user.group = "x"` || rules[0].Actions != 2 {
			t.Fatalf("%s\n%v", text, found)
		}
		filters[rules[0].Name] = rules[0].Filter.Content
	}
	if want := map[string]string{"Readers": "App_*", "Readers (Stream)": "Stream_*", "Readers (Stream_abc)": "Stream_abc"}; !maps.Equal(filters, want) {
		t.Errorf("%v", filters)
	}
	for title := range rewrites(t, newClient(t, t.TempDir(), `{}`), "a.qrule", text) {
		t.Errorf("%q is offered to a client that creates no files", title)
	}
}
