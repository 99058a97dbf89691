package lsp

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/internal/diag"
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

// Every boundary of a character has a position that leads back to it.
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

// Whatever is typed wherever, the server answers every request, and holds the text that the
// client has.
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

// TestCommandsAndRefactorings explains a decision by a rule as it is in the editor, and negates
// an equality.
func TestCommandsAndRefactorings(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "site"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"user.json": `[{"id": "u-1", "userDirectory": "ACME", "userId": "anna", "name": "Anna", "attributes": [{"attributeType": "group", "attributeValue": "Sales"}]}]`,
		"app.json":  `[{"id": "a-1", "name": "Budget"}]`,
	} {
		if err := os.WriteFile(filepath.Join(dir, "site", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := newClient(t, dir, `{}`)
	c.open("a.qrule", "---\nname: A\nfilter: App_*\nactions: [read]\n---\nuser.group != \"Finance\"\n")
	c.settle()
	var told explained
	request := json.RawMessage(`{"subject": {"type": "user", "id": "ACME\\anna"}, "action": {"name": "read"}, "resource": {"type": "App", "id": "a-1"}}`)
	c.call("workspace/executeCommand", executeParams{explainCommand, []json.RawMessage{request}}, &told)
	if told.Explanation == nil || !told.Explanation.Allow || !strings.Contains(told.Text, "Anna") && !strings.Contains(told.Text, "anna") {
		t.Errorf("%+v", told)
	}
	for _, p := range []executeParams{{explainCommand, nil}, {"nothing", nil}} {
		if err := c.conn.Call(t.Context(), "workspace/executeCommand", p, nil); err == nil {
			t.Errorf("%+v is accepted", p)
		}
	}
	var actions []codeAction
	c.call("textDocument/codeAction", rangeParams{textDocument{URI: c.uri("a.qrule")}, span{End: position{Line: 9}}}, &actions)
	i := slices.IndexFunc(actions, func(a codeAction) bool { return a.Kind == "refactor.rewrite" })
	if i < 0 || actions[i].Edit.Changes[c.uri("a.qrule")][0].NewText != `!(user.group = "Finance")` {
		t.Errorf("%+v", actions)
	}
}
