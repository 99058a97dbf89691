package search_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/search"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/naming"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

// TestSearchIsFilterOfDecisions checks on generated sites that a search finds the candidates for
// which the decision about each alone is true, in order, with the reason if there are none.
func TestSearchIsFilterOfDecisions(t *testing.T) {
	found, searches := 0, 0
	for seed := uint64(1); seed <= 2; seed++ {
		c := sitegen.Generate(seed, sitegen.Size{Users: 5, Streams: 3, Apps: 8, Objects: 8, Others: 1, Rules: 20, Requests: 16})
		site := testsite.Open(t, c)
		p, err := engine.NewEntryPoint(t.Context(), site.Bundle, engine.QlikEntryPoint)
		if err != nil {
			t.Fatal(err)
		}
		n := naming.OfBundle(&site.Bundle.Data, schema.Default(), nil)
		for i, line := range c.Requests {
			var r authzen.Request
			if json.Unmarshal(line, &r) != nil || r.Resource.Type == "" || r.Subject.Type != "user" || i%2 == 1 {
				continue
			}
			for _, part := range authzen.Parts {
				q := search.Search{Part: part, Request: r, Inactive: true}
				// A candidate exists, and is not described.
				switch part {
				case authzen.SubjectPart:
					q.Request.Subject.Properties = nil
				case authzen.ResourcePart:
					q.Request.Resource.Properties = nil
				case authzen.ActionPart:
				}
				got, err := q.Run(t.Context(), p, n, snapshot.NoProgress{})
				if err != nil {
					t.Fatal(err)
				}
				want, reason := filtered(t, site, p, q)
				if ids := idsOf(got.Results); !slices.Equal(ids, want) || got.Reason != reason {
					t.Errorf("seed %d, %s of %s: %q because of %q, want %q because of %q", seed, part, line, ids, got.Reason, want, reason)
				}
				searches++
				found += len(want)
			}
		}
	}
	t.Logf("%d searches found %d", searches, found)
	if found == 0 {
		t.Error("nothing was found: nothing was compared")
	}
}

// filtered decides each candidate alone.
func filtered(t *testing.T, site testsite.Site, p *engine.EntryPoint, q search.Search) (ids []string, reason string) {
	t.Helper()
	typ := map[authzen.Part]string{authzen.SubjectPart: "user", authzen.ResourcePart: q.Request.Resource.Type}[q.Part]
	candidates, err := search.Candidates(p, q.Part, typ)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range candidates {
		one := q.Request
		switch q.Part {
		case authzen.SubjectPart:
			one.Subject.ID = id
		case authzen.ActionPart:
			one.Action.Name = id
		case authzen.ResourcePart:
			one.Resource.ID = id
		}
		request, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		d, err := site.Engine.Decide(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		if d.Allow {
			ids = append(ids, schema.Fold(id))
		}
		if i == 0 {
			reason = d.Reason
		}
	}
	if len(ids) > 0 {
		reason = ""
	}
	return ids, reason
}

func idsOf(found []search.Found) []string {
	var ids []string
	for _, f := range found {
		if f.ID == "" {
			f.ID = f.Name // an action
		}
		ids = append(ids, schema.Fold(f.ID))
	}
	return ids
}

// TestNamesOfResults checks that results have the names on the site, and that users who cannot log
// in are counted instead of being listed.
func TestNamesOfResults(t *testing.T) {
	c := sitegen.Case{
		Rules: []byte(`[{"id": "r", "name": "All", "category": "Security", "resourceFilter": "App_*", "actions": 2, "rule": "user.name like \"*\"", "ruleContext": 0}]`),
		Files: map[string][]byte{
			"user.json": []byte(`[{"id": "u1", "userDirectory": "ACME", "userId": "anna", "name": "Anna"}, {"id": "u2", "userDirectory": "ACME", "userId": "ben", "name": "Ben"}]`),
			"app.json":  []byte(`[{"id": "a1", "name": "Sales"}]`),
		},
	}
	site := testsite.Open(t, c)
	p, err := engine.NewEntryPoint(t.Context(), site.Bundle, engine.QlikEntryPoint)
	if err != nil {
		t.Fatal(err)
	}
	n := naming.OfBundle(&site.Bundle.Data, schema.Default(), map[string]string{"u2": "blocked"})
	whole := authzen.Request{Subject: authzen.Entity{Type: "user", ID: `ACME\anna`}, Action: authzen.Action{Name: "read"}, Resource: authzen.Entity{Type: "App", ID: "a1"}}
	tests := []struct {
		part     authzen.Part
		inactive bool
		want     []search.Found
		leftOut  int
	}{
		{authzen.SubjectPart, false, []search.Found{{Type: "user", ID: `acme\anna`, Name: "anna"}}, 1},
		{authzen.SubjectPart, true, []search.Found{{Type: "user", ID: `acme\anna`, Name: "anna"}, {Type: "user", ID: `acme\ben`, Name: "ben"}}, 0},
		{authzen.ResourcePart, false, []search.Found{{Type: "App", ID: "a1"}}, 0},
		{authzen.ActionPart, false, []search.Found{{Name: "read"}}, 0},
	}
	for _, test := range tests {
		got, err := search.Search{Part: test.part, Request: whole, Inactive: test.inactive}.Run(t.Context(), p, n, snapshot.NoProgress{})
		if err != nil || !slices.Equal(got.Results, test.want) || got.LeftOut != test.leftOut {
			t.Errorf("%s: %+v, %v; want %+v and %d left out", test.part, got, err, test.want, test.leftOut)
		}
	}
}

// A policy that lists nothing is not searched: no result would read as a denial of everything.
func TestUnlistedIsAnError(t *testing.T) {
	b := &bundles.Bundle{Modules: []bundles.Module{{Path: "a.rego", Source: []byte("package a\n\nallow := true\n")}}}
	p, err := engine.NewEntryPoint(t.Context(), b, "a")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range authzen.Parts {
		result, err := search.Search{Part: part}.Run(t.Context(), p, naming.OfBundle(&b.Data, schema.Default(), nil), snapshot.NoProgress{})
		if unlisted := (*search.NotListedError)(nil); !errors.As(err, &unlisted) || unlisted.Part != part {
			t.Errorf("%s: %v, %v", part, result, err)
		}
	}
}

func TestUnknownPartPanics(t *testing.T) {
	for name, call := range map[string]func(){
		"Requests":   func() { search.Requests(engine.Request{}, "context", []string{"x"}) },
		"Candidates": func() { _, _ = search.Candidates(nil, "context", "") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes an unknown part", name)
				}
			}()
			call()
		}()
	}
}
