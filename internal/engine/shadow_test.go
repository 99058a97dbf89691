package engine

import (
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// autoPoint returns an entry point with compiled code that repeats a share of the decisions with OPA,
// and requests for its site.
func autoPoint(t *testing.T, share int, report func(Difference)) (*EntryPoint, []Request) {
	t.Helper()
	c := sitegen.Generate(1, sitegen.Small)
	p, err := NewEntryPoint(t.Context(), generatedBundle(t, c), QlikEntryPoint, Auto, Shadowed(share, report))
	if err != nil {
		t.Fatal(err)
	}
	var requests []Request
	for _, text := range c.Requests {
		v, err := ParseRequest(text)
		if err != nil {
			continue
		}
		r := ast.NewTerm(v)
		request := Request{Subject: r.Get(subjectKey), Action: r.Get(actionKey), Resource: r.Get(resourceKey), Context: r.Get(contextKey)}
		if request.Subject != nil && request.Action != nil && request.Resource != nil {
			requests = append(requests, request)
		}
	}
	return p, requests
}

// settle waits until OPA has repeated the pending decisions.
func settle(p *EntryPoint) {
	p.policy.shadow.busy <- struct{}{}
	<-p.policy.shadow.busy
}

// A generated policy is compiled completely, except for queries that replace the input, and OPA agrees
// with it.
func TestShadowAgrees(t *testing.T) {
	p, requests := autoPoint(t, 1, func(d Difference) { t.Errorf("%+v", d) })
	for _, explain := range []bool{false, true} {
		for _, r := range requests {
			if _, err := p.Evaluate(t.Context(), []Request{r}, explain); err != nil {
				t.Fatal(err)
			}
			settle(p)
		}
	}
	x := p.Execution()
	if x.Shadowed != uint64(2*len(requests)) || x.Differences+x.Failed != 0 || x.Off != "" || x.Evaluations < x.Shadowed {
		t.Errorf("%+v after %d decisions", x, 2*len(requests))
	}
	for query, reason := range x.Fallbacks {
		if !strings.HasSuffix(reason, "with") {
			t.Errorf("%s: %s", query, reason)
		}
	}
}

// The first decision of each type and entry point is repeated, whatever the share is.
func TestShadowOfTheFirst(t *testing.T) {
	p, requests := autoPoint(t, 1_000_000, func(Difference) {})
	for _, want := range []uint64{1, 1, 2, 2} {
		if _, err := p.Evaluate(t.Context(), requests[:1], want == 2); err != nil {
			t.Fatal(err)
		}
		settle(p)
		if got := p.Execution().Shadowed; got != want {
			t.Errorf("%d decisions were repeated, want %d", got, want)
		}
	}
}

// A difference is reported without names, and OPA decides from then on.
func TestShadowDiffers(t *testing.T) {
	var found []Difference
	p, requests := autoPoint(t, 1, func(d Difference) { found = append(found, d) })
	wrong, err := p.policy.program.Query("[[true]]")
	if err != nil {
		t.Fatal(err)
	}
	p.one.compiled = wrong
	denied := requests[0]
	denied.Subject = ast.ObjectTerm([2]*ast.Term{typeKey, ast.StringTerm("user")}, [2]*ast.Term{idKey, ast.StringTerm(`acme\nobody`)})
	ask := func() bool {
		verdicts, err := p.Evaluate(t.Context(), []Request{denied}, false)
		if err != nil || verdicts[0].Err != nil {
			t.Fatal(err, verdicts)
		}
		return verdicts[0].Allow
	}
	if !ask() {
		t.Fatal("the planted error does not show")
	}
	settle(p)
	if ask() {
		t.Error("the planted error still decides")
	}
	x := p.Execution()
	if x.Differences != 1 || x.Off == "" || len(found) != 1 {
		t.Fatalf("%+v, %v", x, found)
	}
	if strings.Contains(found[0].Request, "nobody") || !strings.Contains(found[0].Request, `"user"`) {
		t.Errorf("the request is reported as %s", found[0].Request)
	}
}

// The self-check reports its findings before the first decision.
func TestSelfCheck(t *testing.T) {
	var found []Difference
	p, _ := autoPoint(t, 1, func(d Difference) { found = append(found, d) })
	if len(found) > 0 {
		t.Fatal(found)
	}
	if n := len(checkRequests(p.data)); n < 30 {
		t.Errorf("the self-check has %d requests", n)
	}
	wrong, err := p.policy.program.Query("[[true]]")
	if err != nil {
		t.Fatal(err)
	}
	p.one.compiled = wrong
	if err := p.selfCheck(t.Context()); err != nil || len(found) != 1 || p.Execution().Off == "" {
		t.Errorf("%v, %v, %+v", err, found, p.Execution())
	}
}
