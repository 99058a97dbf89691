package engine_test

import (
	"flag"
	"fmt"
	"reflect"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

var (
	siteCount = flag.Uint64("alike-sites", 3, "how many sites TestAlikeAreAnsweredAlike looks at")
	firstSeed = flag.Uint64("alike-first", 1, "the seed of the first")
)

// TestEquivalentRequestsHaveOneAnswer checks generated sites, before and after changes of their data:
// resources that are equivalent for a request get the same verdict from the same rules when decided
// alone, and a batch gives the same results as single requests.
func TestEquivalentRequestsHaveOneAnswer(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons, one after the other")
	}
	resources, classes, exceptional := 0, 0, 0
	sites := *siteCount
	if !exact.Enabled() {
		sites = 1
	}
	for seed := *firstSeed; seed < *firstSeed+sites; seed++ {
		s := newChanging(t, seed, sitegen.Size{Users: 8, Streams: 4, Apps: 24, Objects: 24, Others: 10, Rules: 25, Requests: 60})
		p := s.open(t, "old.tar.gz")
		for range 3 {
			for _, r := range s.requests {
				a, b, c := equivalentOf(t, p, seed, r)
				resources, classes, exceptional = resources+a, classes+b, exceptional+c
			}
			for !s.change(t) {
			}
			p = s.patched(t, p)
			s.rename(t, "new.tar.gz", "old.tar.gz")
		}
	}
	t.Logf("%d resources in %d classes, and %d apart", resources, classes, exceptional)
	if classes == 0 || exceptional == 0 || 2*classes > resources {
		t.Errorf("%d resources are in %d classes, and %d stand apart: little is alike", resources, classes, exceptional)
	}
}

// equivalentOf decides all resources of a request's type, and counts the resources in equivalence
// classes, the classes, and the exceptions.
func equivalentOf(t *testing.T, p *engine.EntryPoint, seed uint64, r engine.Request) (resources, classes, exceptional int) {
	t.Helper()
	if !isText(r.Subject, "type") || !isText(r.Subject, "id") || !isText(r.Action, "name") || !isText(r.Resource, "type") {
		return 0, 0, 0 // such a request is rejected earlier
	}
	typ := r.Resource.Get(ast.StringTerm("type"))
	ids, _ := p.Resources(string(typ.Value.(ast.String)))
	if len(ids) == 0 {
		return 0, 0, 0
	}
	var requests []engine.Request
	for _, id := range ids {
		one := r
		one.Resource = ast.ObjectTerm([2]*ast.Term{ast.StringTerm("type"), typ}, [2]*ast.Term{ast.StringTerm("id"), ast.StringTerm(id)})
		requests = append(requests, one)
	}
	batch, err := p.Evaluate(t.Context(), requests, true)
	if err != nil {
		t.Fatal(err)
	}
	numbers := make([]int32, len(ids))
	if a := p.Equivalence(t.Context(), requests[0]); a != nil {
		if numbers, err = a.Classes(ids); err != nil {
			t.Fatal(err)
		}
	} else if r.Subject.Get(ast.StringTerm("properties")) == nil {
		t.Errorf("site %d: nothing is known of %s", seed, r.Input())
	}
	said := map[int32]string{}
	for i, one := range requests {
		alone, err := p.Evaluate(t.Context(), requests[i:i+1], true)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprint(alone[0])
		if got := fmt.Sprint(batch[i]); got != want {
			t.Errorf("site %d: %s is %s among others, and %s alone", seed, one.Input(), got, want)
		}
		switch before, met := said[numbers[i]]; {
		case p.Equivalence(t.Context(), r) == nil:
		case numbers[i] < 0:
			exceptional++
		case !met:
			said[numbers[i]], classes, resources = want, classes+1, resources+1
		default:
			if resources++; before != want {
				t.Errorf("site %d: %s is %s, and of one said to be alike %s", seed, one.Input(), want, before)
			}
		}
	}
	return resources, classes, exceptional
}

func isText(t *ast.Term, name string) bool {
	v := t.Get(ast.StringTerm(name))
	if v == nil {
		return false
	}
	_, ok := v.Value.(ast.String)
	return ok
}

// TestRequestsThatNameNothing checks that requests without type, id or action are denied individually,
// and that the other requests of the same batch are answered.
func TestRequestsThatNameNothing(t *testing.T) {
	s := newChanging(t, 1, sitegen.Size{Users: 8, Streams: 4, Apps: 24, Objects: 24, Others: 10, Rules: 25, Requests: 60})
	p := s.open(t, "old.tar.gz")
	var requests []engine.Request
	for _, text := range []string{
		`{"subject": {"type": "user", "id": "a"}, "action": {"name": "read"}, "resource": {"type": "App"}}`,
		`{"subject": {"type": "user", "id": "a"}, "action": {"name": "read"}, "resource": {"id": "1"}}`,
		`{"subject": {"type": "user", "id": "a"}, "action": {"name": "read"}, "resource": {}}`,
		`{"subject": {"type": "user", "id": "a"}, "action": {}, "resource": {"type": "App", "id": "1"}}`,
	} {
		requests = append(requests, asRequest(t, []byte(text)), asRequest(t, []byte(text)))
	}
	requests = append(requests, s.requests...)
	verdicts, err := p.Evaluate(t.Context(), requests, true)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range verdicts {
		if i < 8 && (v.Allow || v.Err != nil || v.Reason != "invalid_request") {
			t.Errorf("request %d: %+v", i, v)
		}
		alone, err := p.Evaluate(t.Context(), requests[i:i+1], true)
		if err != nil || !reflect.DeepEqual(alone[0], v) {
			t.Errorf("request %d: among many %+v, alone %+v, %v", i, v, alone, err)
		}
	}
}
