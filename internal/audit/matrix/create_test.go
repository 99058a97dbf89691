package matrix_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

// TestCreatorsAreSubjectBySubject compares who can create what with the independent evaluator, which decides about a new
// resource of each subject and about all resources on record.
func TestCreatorsAreSubjectBySubject(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons; the tests of scenarios run the same code")
	}
	fresh, like := 0, 0
	for seed := uint64(40); seed < 42; seed++ {
		c := sitegen.Generate(seed, sitegen.Size{Users: 6, Streams: 3, Apps: 5, Objects: 5, Others: 2, Rules: 25, Requests: 1})
		o := testsite.Open(t, c)
		m := compute(t, o, partition.Question{Types: o.Types(), Actions: testsite.EveryAction(), Session: testsite.Session(c, seed)})
		every := matrix.Selection{Subject: func(int32) bool { return true }, Resource: func(*matrix.Type, int32) bool { return true }}
		f := m.Group(every)
		for _, r := range f.Types {
			creators, err := f.Creators(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			for i, subject := range m.Model.Subjects.IDs {
				got := matrix.Creator{Subject: int32(i)}
				if at := slices.IndexFunc(creators, func(c matrix.Creator) bool { return c.Subject == int32(i) }); at >= 0 {
					got = creators[at]
				}
				if want := creates(t, o, m.Model.Session, subject, r.Type.Type, m.Model.Subjects.Anonymous[i]); got.New != want {
					t.Errorf("seed %d: %s creates a %s of their own: %t, want %t", seed, subject, r.Type.Type, got.New, want)
				} else if want {
					fresh++
				}
				for n, id := range r.Handles[:r.Recorded] {
					want := len(o.GrantedBy(t, m.Model.Session, subject, r.Type.Type, id, ruleset.CreateAction)) > 0
					if slices.Contains(got.Like, int32(n)) != want {
						t.Errorf("seed %d: %s creates a %s like %s: want %t", seed, subject, r.Type.Type, id, want)
					} else if want {
						like++
					}
				}
			}
		}
		without(t, m)
	}
	if fresh == 0 || like == 0 {
		t.Errorf("%d new resources and %d like those on record are granted: too few", fresh, like)
	}
}

// without compares the matrix without create with the whole matrix.
func without(t *testing.T, m *matrix.Matrix) {
	t.Helper()
	less := m.Without(ruleset.CreateAction)
	if less.Model.Actions&uint32(ruleset.CreateAction) != 0 || less.Without(ruleset.CreateAction) != less {
		t.Error("create still counts")
	}
	for k, r := range m.Types {
		for i := range m.Model.Subjects.IDs {
			for j := range r.Handles[:r.Recorded] {
				for _, a := range ruleset.AllActions {
					want := granting(m, r, int32(i), int32(j), a)
					if a == ruleset.CreateAction {
						want = nil
					}
					if got := granting(less, less.Types[k], int32(i), int32(j), a); !slices.Equal(got, want) {
						t.Fatalf("%s on %s %s by %q, want %q", a.Name(), r.Type, r.Handles[j], got, want)
					}
				}
			}
		}
	}
}

// creates asks the evaluator about a new resource of a subject.
func creates(t *testing.T, o testsite.Site, s partition.Session, subject, typ string, anonymous bool) bool {
	t.Helper()
	owner := subject
	if anonymous {
		owner = ""
	}
	resource := map[string]any{"type": typ, "id": "new", "properties": map[string]any{"owner": owner}}
	surround := map[string]any{}
	if s.Context != "" {
		surround["request_context"] = s.Context
	}
	if len(s.Environment) > 0 {
		surround["environment"] = s.Environment
	}
	request, err := json.Marshal(map[string]any{
		"subject": map[string]any{"type": "user", "id": subject}, "action": map[string]any{"name": "create"}, "resource": resource, "context": surround,
	})
	if err != nil {
		t.Fatal(err)
	}
	return o.Reference.Decide(request).Allow
}
