package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// tiny is a policy with the entry points of the real one: a user may do everything to the resource with
// the same id.
const tiny = `package qlik.authz

default _text(_) := false

_text(x) if is_string(x)

default decision := {"allow": false, "granted_by": [], "reason": "invalid_request"}

decision := {"allow": false, "granted_by": [], "reason": "no_rule"} if {
	_text(input.subject.id)
	not _same
}

decision := {"allow": true, "granted_by": ["b", "a"], "reason": "granted"} if _same

_same if lower(input.subject.id) == data.site.entities.app[input.resource.id].name

actions contains action if {
	_same
	some action in ["update", "read"]
}
`

func prepare(t testing.TB, source string, site string) *engine.Engine {
	t.Helper()
	b := &bundles.Bundle{Modules: []bundles.Module{{Path: "qlik/authz.rego", Source: []byte(source)}}}
	if err := b.Data.PutJSON(strings.NewReader(site), "site"); err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const site = `{"entities": {"app": {"1": {"name": "anna"}, "2": {"name": "bo", "stream": "s"}}}}`

func TestDecide(t *testing.T) {
	e := prepare(t, tiny, site)
	tests := []struct{ request, want string }{
		{`{"subject": {"id": "Anna"}, "resource": {"id": "1"}}`, "true [a b] granted"},
		{`{"subject": {"id": "Anna"}, "resource": {"id": "2"}}`, "false [] no_rule"},
		{`{"subject": {"id": 1}}`, "false [] invalid_request"},
		{`7`, "false [] invalid_request"},
		{`{"subject": {"id": "Anna"}, "subject": {"id": "Bo"}}`, "false [] invalid_request"},
		{`{"subject": {"id": "Anna"}} {}`, "false [] invalid_request"},
		{"{\"subject\": {\"id\": \"\xff\"}}", "false [] invalid_request"},
		{`{"subject": {"id": "Anna"}`, "false [] invalid_request"},
		{``, "false [] invalid_request"},
		{strings.Repeat("[", 100) + strings.Repeat("]", 100), "false [] invalid_request"},
	}
	for _, tt := range tests {
		d, err := e.Decide(t.Context(), []byte(tt.request))
		if got := fmt.Sprintf("%t %s %s", d.Allow, d.GrantedBy, d.Reason); err != nil || got != tt.want {
			t.Errorf("Decide(%s) = %s, %v; want %s", tt.request, got, err, tt.want)
		}
	}
}

func TestActions(t *testing.T) {
	e := prepare(t, tiny, site)
	tests := []struct{ request, want string }{
		{`{"subject": {"id": "bo"}, "resource": {"id": "2"}}`, "[read update]"},
		{`{"subject": {"id": "bo"}, "resource": {"id": "1"}}`, "[]"},
		{`no JSON`, "[]"},
	}
	for _, tt := range tests {
		got, err := e.Actions(t.Context(), []byte(tt.request))
		if err != nil || fmt.Sprint(got) != tt.want {
			t.Errorf("Actions(%s) = %s, %v; want %s", tt.request, got, err, tt.want)
		}
	}
}

// TestNoAnswerIsNoAllow checks that a policy without a result, or with a result of another form, gives an
// error and not a decision.
func TestNoAnswerIsNoAllow(t *testing.T) {
	for name, source := range map[string]string{
		"not an object":            `decision := true`,
		"allow is no boolean":      `decision := {"allow": "true", "granted_by": ["r"], "reason": "granted"}`,
		"no reason":                `decision := {"allow": true, "granted_by": ["r"]}`,
		"allowed by no rule":       `decision := {"allow": true, "granted_by": [], "reason": "granted"}`,
		"allowed for no_rule":      `decision := {"allow": true, "granted_by": ["r"], "reason": "no_rule"}`,
		"denied by a rule":         `decision := {"allow": false, "granted_by": ["r"], "reason": "no_rule"}`,
		"granted by a number":      `decision := {"allow": true, "granted_by": [1], "reason": "granted"}`,
		"two values at once":       "decision := input.x if input.x\n\ndecision := input.y if input.y",
		"granted_by is not a list": `decision := {"allow": true, "granted_by": "r", "reason": "granted"}`,
	} {
		e := prepare(t, "package qlik.authz\n\n"+source, site)
		d, err := e.Decide(t.Context(), []byte(`{"x": 1, "y": 2}`))
		if err == nil || d.Allow {
			t.Errorf("%s: decided %+v without an error", name, d)
		}
	}
}

func TestActionsMustBeTexts(t *testing.T) {
	e := prepare(t, "package qlik.authz\n\ndecision := {}\n\nactions := 7", site)
	if _, err := e.Actions(t.Context(), []byte(`{}`)); err == nil {
		t.Error("a number passed as actions")
	}
	if _, err := prepare(t, "package qlik.authz\n\ndecision := {}", site).Actions(t.Context(), []byte(`{}`)); err == nil {
		t.Error("no entry point, and no error")
	}
}

// TestNewRefuses checks that a policy cannot reach the network, the clock or
// the environment.
func TestNewRefuses(t *testing.T) {
	for _, source := range []string{
		`decision := http.send({"method": "get", "url": "http://example.com"})`,
		`decision := time.now_ns()`,
		`decision := opa.runtime()`,
		`decision := unknown(1)`,
		`decision := {`,
		"decision if x\n\nx if decision",
	} {
		b := &bundles.Bundle{Modules: []bundles.Module{{Path: "a.rego", Source: []byte("package qlik.authz\n\n" + source)}}}
		if _, err := engine.New(t.Context(), b); err == nil {
			t.Errorf("%s: was accepted", source)
		}
	}
}

func TestDecideAllKeepsOrder(t *testing.T) {
	e := prepare(t, tiny, site)
	var in, want strings.Builder
	in.WriteString("\ufeff")
	for i := range 5000 {
		switch i % 5 {
		case 0:
			in.WriteString("no JSON\n")
			want.WriteString(`{"allow":false,"granted_by":[],"reason":"invalid_request"}` + "\n")
		case 1:
			in.WriteString("\n")
			want.WriteString(`{"allow":false,"granted_by":[],"reason":"invalid_request"}` + "\n")
		case 2:
			in.WriteString(`{"subject":{"id":"ANNA"},"resource":{"id":"1"}}` + "\r\n")
			want.WriteString(`{"allow":true,"granted_by":["a","b"],"reason":"granted"}` + "\n")
		default:
			fmt.Fprintf(&in, `{"subject":{"id":"bo %d"},"resource":{"id":"1"}}`+"\n", i)
			want.WriteString(`{"allow":false,"granted_by":[],"reason":"no_rule"}` + "\n")
		}
	}
	in.WriteString(`{"subject":{"id":"last, without an end"}}`)
	want.WriteString(`{"allow":false,"granted_by":[],"reason":"no_rule"}` + "\n")
	var out bytes.Buffer
	answered := 0
	if err := engine.DecideAll(t.Context(), e, strings.NewReader(in.String()), &out, func(n int) { answered += n }); err != nil {
		t.Fatal(err)
	}
	if out.String() != want.String() {
		t.Error("the decisions are not those of the lines, in order")
	}
	if answered != 5001 {
		t.Errorf("%d lines were answered, want 5001", answered)
	}
}

func TestDecideAllLongLine(t *testing.T) {
	e := prepare(t, tiny, site)
	good := `{"subject":{"id":"anna"},"resource":{"id":"1"}}`
	fits := good + strings.Repeat(" ", engine.LineMax-len(good))
	in := fits + "\n" + fits + " \n" + good + "\n" + fits + "  "
	var out bytes.Buffer
	if err := engine.DecideAll(t.Context(), e, strings.NewReader(in), &out, nil); err != nil {
		t.Fatal(err)
	}
	yes, no := `{"allow":true,"granted_by":["a","b"],"reason":"granted"}`, `{"allow":false,"granted_by":[],"reason":"invalid_request"}`
	if want := strings.Join([]string{yes, no, yes, no, ""}, "\n"); out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

type decideFunc func(request []byte) (engine.Decision, error)

func (f decideFunc) Decide(_ context.Context, r []byte) (engine.Decision, error) { return f(r) }

// TestDecideAllEngineError checks that lines before the failure are answered
// and none after it.
func TestDecideAllEngineError(t *testing.T) {
	broken := errors.New("the engine is broken")
	d := decideFunc(func(r []byte) (engine.Decision, error) {
		if string(r) == "200" {
			return engine.Decision{Allow: true}, broken
		}
		return engine.Decision{GrantedBy: []string{}, Reason: string(r)}, nil
	})
	var in strings.Builder
	for i := range 1000 {
		fmt.Fprintln(&in, i)
	}
	var out bytes.Buffer
	err := engine.DecideAll(t.Context(), d, strings.NewReader(in.String()), &out, nil)
	if !errors.Is(err, broken) || err.Error() != "line 201: the engine is broken" {
		t.Errorf("the error is %v", err)
	}
	if lines := strings.Count(out.String(), "\n"); lines != 200 || strings.Contains(out.String(), "true") {
		t.Errorf("%d lines were answered, want the 200 before the failure", lines)
	}
}

func TestDecideAllPanic(t *testing.T) {
	d := decideFunc(func([]byte) (engine.Decision, error) { panic("out of cheese") })
	err := engine.DecideAll(t.Context(), d, strings.NewReader("{}\n"), io.Discard, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "line 1: panic: out of cheese\n") {
		t.Errorf("the error is %v", err)
	}
}

func TestDecideAllReadAndWriteErrors(t *testing.T) {
	e := prepare(t, tiny, site)
	broken := errors.New("broken pipe")
	var out bytes.Buffer
	err := engine.DecideAll(t.Context(), e, io.MultiReader(strings.NewReader("{}\n{}\n"), failing{broken}), &out, nil)
	if !errors.Is(err, broken) || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("reading failed: %v after %q", err, out.String())
	}
	if err := engine.DecideAll(t.Context(), e, strings.NewReader("{}\n"), failing{broken}, nil); !errors.Is(err, broken) {
		t.Errorf("writing failed: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestDecideAllBatches has a client that waits for each answer before it sends the next request, and
// then stops without closing its end.
func TestDecideAllBatches(t *testing.T) {
	e := prepare(t, tiny, site)
	ctx, cancel := context.WithCancel(t.Context())
	requests, ask := io.Pipe()
	listen, answers := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- engine.DecideAll(ctx, e, requests, answers, nil) }()
	want := `{"allow":false,"granted_by":[],"reason":"invalid_request"}` + "\n"
	for range 3 {
		fmt.Fprintln(ask, "?")
		got := make([]byte, len(want))
		if _, err := io.ReadFull(listen, got); err != nil || string(got) != want {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the end of the context gave %v", err)
	}
}
