package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

func point(t testing.TB, path, source string) (*engine.EntryPoint, error) {
	t.Helper()
	b := &bundles.Bundle{Modules: []bundles.Module{{Path: "p.rego", Source: []byte(source)}}}
	return engine.NewEntryPoint(t.Context(), b, path)
}

const pointPolicy = `package a.b

allow if input.subject.id == input.resource.id

decision := {"reason": "odd"} if input.resource.id == "odd"

decision := {"allow": true} if input.resource.id == "contradiction"

decision := {"allow": true, "granted_by": {"r2", "r1"}, "reason": "granted"} if input.resource.id == "anna"
`

// TestPointAnswersTheSame checks that a request has the same answer alone, in a batch, and in a batch so
// large that it is split into several queries.
func TestPointAnswersTheSame(t *testing.T) {
	p, err := point(t, "a/b", pointPolicy)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"anna":          "true granted [{r1 } {r2 }] <nil>",
		"bo":            "false  [] <nil>",
		"odd":           "false odd [] <nil>",
		"contradiction": "false  [] allow is false and the decision says true",
	}
	var ids []string
	for id := range want {
		ids = append(ids, id)
	}
	for _, n := range []int{1, 2, 4, 500} {
		var requests []engine.Request
		for i := range n {
			requests = append(requests, asRequest(t, fmt.Appendf(nil, `{"subject":{"id":"anna"},"action":{"name":"x"},"resource":{"type":"t","id":%q}}`, ids[i%len(ids)])))
		}
		verdicts, err := p.Evaluate(t.Context(), requests, true)
		if err != nil || len(verdicts) != n {
			t.Fatalf("%d of %d answers, %v", len(verdicts), n, err)
		}
		for i, v := range verdicts {
			if got := fmt.Sprintf("%t %s %v %v", v.Allow, v.Reason, v.GrantedBy, v.Err); got != want[ids[i%len(ids)]] {
				t.Errorf("%s among %d: %s, want %s", ids[i%len(ids)], n, got, want[ids[i%len(ids)]])
			}
		}
	}
}

func TestPointEndsWithItsContext(t *testing.T) {
	p, err := point(t, "a", "package a\n\nallow if count([1 | some _ in numbers.range(1, 30000); some _ in numbers.range(1, 30000)]) > 0")
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	r := asRequest(t, []byte(`{"subject":{},"action":{},"resource":{}}`))
	for _, n := range []int{1, 2, 100} {
		if _, err := p.Evaluate(ctx, make([]engine.Request, 0, n), false); err != nil {
			t.Errorf("nothing to ask: %v", err)
		}
		requests := make([]engine.Request, n)
		for i := range requests {
			requests[i] = r
		}
		if _, err := p.Evaluate(ctx, requests, false); !errors.Is(err, cause) {
			t.Errorf("%d requests: %v", n, err)
		}
	}
}

func TestPointCandidates(t *testing.T) {
	p, err := point(t, "a", `package a

allow := true

subjects contains {"type": type, "id": id} if { some type in {"user", "robot"}; some id in {"b", "a"} }

resources := [{"type": "r", "id": "2"}, {"type": "r", "id": "1"}, {"type": "r", "id": "2"}]
`)
	if err != nil {
		t.Fatal(err)
	}
	for typ, want := range map[string]string{"user": "[a b]", "robot": "[a b]", "User": "[]", "r": "[]"} {
		if ids, ok := p.Subjects(typ); !ok || fmt.Sprint(ids) != want {
			t.Errorf("%s: %s, want %s", typ, ids, want)
		}
	}
	if ids, _ := p.Resources("r"); fmt.Sprint(ids) != "[2 1]" {
		t.Errorf("a list is not in its order, each once: %s", ids)
	}
	if names, ok := p.ActionNames(); ok {
		t.Errorf("there are no action names, and yet %s", names)
	}
}

// TestPointPathsAreNoRego checks that any string in a path is the name of a package.
func TestPointPathsAreNoRego(t *testing.T) {
	for path, want := range map[string]string{
		"":                          "is no path of a package",
		"a/":                        "is no path of a package",
		"/a":                        "is no path of a package",
		"b":                         "no rule allow in data.b",
		"data/a":                    "no rule allow in data.data.a",
		`a"].allow := true; x := [`: "no rule allow in data",
		"a.allow":                   "no rule allow in data",
		"a/allow":                   "no rule allow in data.a.allow",
	} {
		if _, err := point(t, path, "package a\n\nallow := true"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", path, err, want)
		}
	}
}
