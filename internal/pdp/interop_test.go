package pdp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// authzen returns the directory of the working group's interop data.
func authzen(t *testing.T) string {
	dir := os.Getenv("QLIK_AUTHZEN")
	if dir == "" {
		t.Skip("QLIK_AUTHZEN names no folder with todo-decisions.json and search-*.json")
	}
	return dir
}

func load(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// TestTodoDecisions sends the 43 requests of the todo interop event.
func TestTodoDecisions(t *testing.T) {
	dir := authzen(t)
	var cases struct {
		Evaluation []struct {
			Request  json.RawMessage
			Expected bool
		}
		Evaluations []struct {
			Request  json.RawMessage
			Expected []struct{ Decision bool }
		}
	}
	load(t, filepath.Join(dir, "todo-decisions.json"), &cases)
	cfg := config(pack(t, testdata+"/todo"))
	cfg.EntryPoint = "todo"
	p := start(t, cfg)
	for i, c := range cases.Evaluation {
		var a decisionAnswer
		if p.ask(evaluation, string(c.Request), &a); a.Decision != c.Expected {
			t.Errorf("evaluation %d: %t, want %t: %s", i, a.Decision, c.Expected, c.Request)
		}
	}
	for i, c := range cases.Evaluations {
		var b batchAnswer
		p.ask(evaluations, string(c.Request), &b)
		want := batchAnswer{make([]decisionAnswer, len(c.Expected))}
		for j, e := range c.Expected {
			want.Evaluations[j].Decision = e.Decision
		}
		if b.short() != want.short() {
			t.Errorf("evaluations %d: %s, want %s", i, b.short(), want.short())
		}
	}
	if n := len(cases.Evaluation) + len(cases.Evaluations); n != 43 {
		t.Errorf("%d decisions, want 43", n)
	}
}

// TestSearchInterop sends the 198 searches of the search interop event, in one page and page by page.
func TestSearchInterop(t *testing.T) {
	dir := authzen(t)
	var users, records json.RawMessage
	load(t, filepath.Join(dir, "search-users.json"), &users)
	load(t, filepath.Join(dir, "search-records.json"), &records)
	data := packFiles(t, map[string]string{
		".manifest":        `{"revision":"search-data","roots":["search"],"rego_version":1}`,
		"search/data.json": text(map[string]any{"users": users, "records": records}),
	})
	cfg := config(pack(t, testdata+"/records"), data)
	cfg.EntryPoint = "records"
	p := start(t, cfg)
	searches := 0
	for kind, path := range map[string]string{"subject": searchSubject, "resource": searchResource, "action": searchAction} {
		var cases struct {
			Evaluation []struct {
				Request  map[string]any
				Expected foundAnswer
			}
		}
		load(t, filepath.Join(dir, "search-"+kind+".json"), &cases)
		for i, c := range cases.Evaluation {
			searches++
			var a foundAnswer
			p.ask(path, text(c.Request), &a)
			if !slices.Equal(a.names(), c.Expected.names()) {
				t.Errorf("%s %d: %s, want %s", kind, i, a.names(), c.Expected.names())
			}
			var paged []string
			for token := ""; ; {
				c.Request["page"] = map[string]any{"limit": 2, "token": token}
				p.ask(path, text(c.Request), &a)
				paged = append(paged, a.names()...)
				if token = *a.Page.NextToken; token == "" {
					break
				}
			}
			if !slices.Equal(paged, append([]string(nil), c.Expected.names()...)) {
				t.Errorf("%s %d: %s in pages, want %s", kind, i, paged, c.Expected.names())
			}
		}
	}
	if searches != 198 {
		t.Errorf("%d searches, want 198", searches)
	}
}
