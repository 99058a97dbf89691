package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestNoAnswerIsNoPermit gives the client everything that is not an answer.
// What it says of a real decision point is in internal/test/deploy.
func TestNoAnswerIsNoPermit(t *testing.T) {
	const permit = `{"evaluations":[{"decision":true}]}`
	answer := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, body)
		}
	}
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"unauthorized", answer(401, "application/json", permit), "401"},
		{"overloaded", answer(503, "application/json", permit), "503"},
		{"created", answer(201, "application/json", permit), "201"},
		{"another place", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, "307"},
		{"a page", answer(200, "text/html", permit), "text/html"},
		{"half", answer(200, "application/json", permit[:len(permit)-3]), "unexpected end"},
		{"text for true", answer(200, "application/json", `{"evaluations":[{"decision":"true"}]}`), "cannot unmarshal"},
		{"no decision", answer(200, "application/json", `{"evaluations":[{}]}`), "without a decision"},
		{"too few", answer(200, "application/json", `{"evaluations":[]}`), "0 answers to 1 questions"},
		{"a single one", answer(200, "application/json", `{"decision":true}`), "0 answers to 1 questions"},
		{"too much", answer(200, "application/json", permit+strings.Repeat(" ", maxAnswer)), "more than"},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = fmt.Fprint(w, permit)
		}, "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), []string{"-pdp", server.URL, "-subject", `ACME\anna`, "App:1"}, &stdout, &stderr)
			if code != 3 || stdout.Len() > 0 || !strings.Contains(stderr.String(), c.want) || !strings.Contains(stderr.String(), "denied") {
				t.Errorf("exit code %d\n%s%s\nwant 3 and %q", code, &stdout, &stderr, c.want)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		answer, err := NewClient(server.URL, "", time.Second).Ask(t.Context(), Question{})
		if err == nil || answer.Decision {
			t.Errorf("%+v %v", answer, err)
		}
	})
	t.Run("silence", func(t *testing.T) {
		release := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		defer server.Close()
		defer close(release)
		answer, err := NewClient(server.URL, "", time.Millisecond).Ask(t.Context(), Question{})
		if err == nil || answer.Decision {
			t.Errorf("%+v %v", answer, err)
		}
	})
}

// TestWrongUse asks nobody.
func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{{}, {"App:1"}, {"-subject", "anna"}, {"-subject", "anna", "App"}, {"-pdq", "x"}} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), args, &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), "usage:") {
			t.Errorf("%q: exit code %d\n%s", args, code, &stderr)
		}
	}
}
