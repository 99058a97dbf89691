package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// point is a decision point that answers with one filter and permits ids with a prefix.
func point(t *testing.T, answer, permitted string) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.Header.Get("Accept"))
		if strings.HasPrefix(r.URL.Path, "/v1/compile/qlik/App/read") {
			_, _ = fmt.Fprint(w, answer)
			return
		}
		var asked struct {
			Evaluations []Question `json:"evaluations"`
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.Evaluations) > batch {
			http.Error(w, "bad", http.StatusBadRequest)
			return
		}
		answers := []map[string]any{}
		for _, q := range asked.Evaluations {
			answers = append(answers, map[string]any{"decision": strings.HasPrefix(q.Resource.ID, permitted)})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"evaluations": answers})
	}))
	t.Cleanup(server.Close)
	return NewClient(server.URL, "", time.Minute)
}

var apps = Question{Subject: Entity{"user", `ACME\anna`}, Action: Action{"read"}, Resource: Entity{Type: "App"}}

// What an exact filter selects is the list; of one that selects more, what is permitted is.
func TestList(t *testing.T) {
	var all []string
	for i := range batch + 7 {
		all = append(all, fmt.Sprintf("%d-%d", i%2, i))
	}
	for name, c := range map[string]struct {
		answer string
		want   func(id string) bool
	}{
		"exact":    {`{"result": {"kind": "conditional", "exact": true, "sql": "x"}}`, func(string) bool { return true }},
		"superset": {`{"result": {"kind": "conditional", "exact": false, "filters": ["name eq 'x'"]}}`, func(id string) bool { return id[0] == '1' }},
		"always":   {`{"result": {"kind": "always", "exact": true, "sql": "1=1"}}`, func(string) bool { return true }},
		"never":    {`{"result": {"kind": "never", "exact": true, "sql": "1=0"}}`, func(string) bool { return false }},
	} {
		got, err := point(t, c.answer, "1-").List(t.Context(), apps, "qrs", func(context.Context, Filter) ([]string, error) {
			if name == "never" {
				t.Error("a filter that selects nothing is run")
			}
			return slices.Clone(all), nil
		})
		var want []string
		for _, id := range all {
			if c.want(id) {
				want = append(want, id)
			}
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %d ids, want %d, %v", name, len(got), len(want), err)
		}
	}
}

// Whatever is not a filter, and any failure, lists nothing.
func TestListFailsClosed(t *testing.T) {
	run := func(context.Context, Filter) ([]string, error) { return []string{"1-1"}, nil }
	for _, answer := range []string{``, `{}`, `{"result": {}}`, `{"result": {"kind": "all"}}`, `{"result": {"kind": "conditional", "exact": true, "sql": " "}}`, `[]`} {
		if got, err := point(t, answer, "1-").List(t.Context(), apps, "sqlite", run); err == nil || got != nil {
			t.Errorf("%s: %v, %v", answer, got, err)
		}
	}
	c := point(t, `{"result": {"kind": "conditional", "exact": true, "sql": "x"}}`, "1-")
	failed := errors.New("no database")
	if got, err := c.List(t.Context(), apps, "sqlite", func(context.Context, Filter) ([]string, error) { return nil, failed }); !errors.Is(err, failed) || got != nil {
		t.Errorf("a failing database: %v, %v", got, err)
	}
}
