package studio_test

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSaveAndUndo edits a rule of an export: only its fields change, and undo restores the bytes.
func TestSaveAndUndo(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	path := filepath.Join(r.dir, "rules.json")
	before := content(t, path)
	one := r.rule("ResourceAccess")
	draft := one.edited(rule{"condition": `user.group = resource.@GroupAccess and user.name != "<b>"`, "comment": "Only \"them\"", "actions": 6})
	r.ask("/api/save", rule{"draft": draft, "revision": one["revision"]}, nil, http.StatusOK)
	want := strings.NewReplacer(
		`"rule": "((user.group=resource.@GroupAccess))"`, `"rule": "user.group = resource.@GroupAccess and user.name != \"<b>\""`,
		`"comment": "Streams and data connections by directory group"`, `"comment": "Only \"them\""`,
	).Replace(strings.Replace(before, `"actions": 2,`, `"actions": 6,`, 1))
	if after := content(t, path); after != want {
		t.Errorf("the file is\n%s\nwant\n%s", after, want)
	}
	if again := r.rule("ResourceAccess"); again["condition"] != draft["condition"] || again["comment"] != draft["comment"] || again["revision"] == one["revision"] {
		t.Errorf("the console shows %v", again)
	}
	if _, undo := r.state(); !strings.Contains(undo, "ResourceAccess") {
		t.Errorf("undo offers %q", undo)
	}
	r.ask("/api/undo", rule{}, nil, http.StatusOK)
	if content(t, path) != before {
		t.Error("undo does not restore the file")
	}
	if _, undo := r.state(); undo != "" {
		t.Errorf("undo still offers %q", undo)
	}
}

// TestNobodyIsOverwritten saves after another tab or program has changed the file.
func TestNobodyIsOverwritten(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	path := filepath.Join(r.dir, "rules.json")
	one := r.rule("CreateApp")
	save := func(comment string, revision any, status int) {
		t.Helper()
		r.ask("/api/save", rule{"draft": one.edited(rule{"comment": comment}), "revision": revision}, nil, status)
	}
	save("first tab", one["revision"], http.StatusOK)
	save("second tab", one["revision"], http.StatusConflict)
	if got := r.rule("CreateApp")["comment"]; got != "first tab" {
		t.Errorf("the comment is %q", got)
	}
	save("second tab", r.rule("CreateApp")["revision"], http.StatusOK)
	// An editor writes the file: the console shows the change, and undo does not revert it.
	other := strings.Replace(content(t, path), "second tab", "an editor", 1)
	if err := os.WriteFile(path, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := r.rule("CreateApp")["comment"]; got != "an editor" {
		t.Errorf("the comment is %q", got)
	}
	r.ask("/api/undo", rule{}, nil, http.StatusConflict)
	if content(t, path) != other {
		t.Error("undo has overwritten what somebody else wrote")
	}
}

func TestNewRule(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	draft := rule{"name": "Read/All ../../x", "filter": "App_*", "actions": 2, "context": "hub", "category": "Security", "condition": "user.roles = \"Auditor\""}
	var done struct{ File string }
	r.ask("/api/save", rule{"draft": draft}, &done, http.StatusOK)
	if done.File != "rules/security/read-all-x.qrule" {
		t.Errorf("the file is %q", done.File)
	}
	if one := r.rule("Read/All ../../x"); one["condition"] != draft["condition"] || one["file"] != done.File {
		t.Errorf("the console shows %v", one)
	}
	r.ask("/api/undo", rule{}, nil, http.StatusOK)
	if _, err := os.Stat(filepath.Join(r.dir, filepath.FromSlash(done.File))); err == nil {
		t.Error("undo keeps the new file")
	}
}

// TestDraft sends the requests of the editor while a user types.
func TestDraft(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	one := r.rule("ResourceAccess")
	var d struct {
		Findings []struct {
			Code, Severity, Field string
			From, To              int
		}
		Rego []struct{ Text string }
	}
	r.ask("/api/draft", one.edited(nil), &d, http.StatusOK)
	if len(d.Rego) == 0 {
		t.Error("there is no Rego")
	}
	// 😀 is two UTF-16 units, and the finding is after it.
	r.ask("/api/draft", one.edited(rule{"condition": `user.name = "😀" and user.`}), &d, http.StatusOK)
	if len(d.Findings) == 0 || d.Findings[0].Severity != "error" || d.Findings[0].Field != "condition" || d.Findings[0].From != 21 || d.Findings[0].To != 26 {
		t.Errorf("findings: %+v", d.Findings)
	}
	if len(d.Rego) != 0 {
		t.Error("a broken rule has Rego")
	}
	var c struct {
		Items []struct {
			Label, Detail string
			Start         int
		}
	}
	text := `user.group = "pro`
	r.ask("/api/complete", rule{"draft": one.edited(rule{"condition": text}), "at": len(text)}, &c, http.StatusOK)
	if len(c.Items) == 0 || c.Items[0].Start != len(`user.group = "`) || !strings.Contains(c.Items[0].Detail, "user") {
		t.Errorf("values on record: %+v", c.Items)
	}
	var formatted rule
	r.ask("/api/format", one.edited(nil), &formatted, http.StatusOK)
	if formatted["condition"] != "user.group = resource.@GroupAccess" {
		t.Errorf("formatted: %v", formatted["condition"])
	}
}

// TestEffect previews an edit: who gains and who loses, with nothing saved.
func TestEffect(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	before := content(t, filepath.Join(r.dir, "rules.json"))
	one := r.rule("ResourceAccess")
	type counts struct{ Cells, Users, Resources int64 }
	effect := func(fields rule) (gain, loss counts) {
		t.Helper()
		var e struct {
			Gain, Loss counts
			Groups     []struct{ Parts []any }
			Members    [][]struct{ Users []any }
		}
		r.ask("/api/effect", one.edited(fields), &e, http.StatusOK)
		for i, g := range e.Groups {
			if len(e.Members[i]) != len(g.Parts) || len(e.Members[i][0].Users) == 0 {
				t.Errorf("group %d names nobody", i)
			}
		}
		return e.Gain, e.Loss
	}
	if gain, loss := effect(nil); gain.Cells != 0 || loss.Cells != 0 {
		t.Errorf("no edit: gain %v, loss %v", gain, loss)
	}
	gain, loss := effect(rule{"condition": "true"})
	if gain.Cells == 0 || loss.Cells != 0 {
		t.Errorf("for everybody: gain %v, loss %v", gain, loss)
	}
	// A property that no rule has read so far makes the console read the site again.
	if gain, loss = effect(rule{"condition": `resource.name = "Project 1"`}); gain.Cells == 0 && loss.Cells == 0 {
		t.Errorf("by name: gain %v, loss %v", gain, loss)
	}
	if gain, loss = effect(rule{"disabled": true}); gain.Cells != 0 || loss.Cells == 0 {
		t.Errorf("disabled: gain %v, loss %v", gain, loss)
	}
	if content(t, filepath.Join(r.dir, "rules.json")) != before {
		t.Error("a preview has written the file")
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWorkIsCancelled closes a request for long work after its first line: the next one is
// answered, and the server ends.
func TestWorkIsCancelled(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.at("/api/reach"), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := r.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(answer.Body).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, `{"progress":`) {
		t.Errorf("the first line is %q, %v", line, err)
	}
	cancel()
	_ = answer.Body.Close()
	var all map[string]struct{ Users int }
	r.ask("/api/reach", nil, &all, http.StatusOK)
	if len(all) == 0 {
		t.Error("no rule reaches anybody")
	}
}
