package explain_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
)

const root = "../../../testdata/scenarios"

// scenario opens the rules and the site of a scenario.
func scenario(t *testing.T, rules, dir string) *subject {
	t.Helper()
	return open(t, filepath.Join(root, rules), filepath.Join(root, dir), compiler.Options{})
}

// realExport opens the rules of a real site, which are not in this repository.
func realExport(t *testing.T) *subject {
	t.Helper()
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS names no folder with site-export/systemrule.json")
	}
	return open(t, filepath.Join(corpus, "site-export", "systemrule.json"), filepath.Join(root, "real-site", "site"), compiler.Options{})
}

const (
	dashboard1 = "76d4e448-43b1-4de4-82b5-bf8fae42d1c5" // in stream 1.1
	taskOf7    = "ef491d51-743e-4147-8216-ec8debd10f52"
	kpi        = "a35bf431-f86c-4d38-ad93-3f7b558cfacc" // a published sheet
	scratch    = "e6e6d987-f24f-44d6-bbdc-b359169ce29c" // a sheet that is not published
	report     = "5099fd8a-c41b-4219-93cd-9e549f35208b"
)

// story is the expected explanation in a short form.
type story struct {
	request []byte
	grants  []string // names of the rules that grant
	// nearest is the nearest rule, and unmet has the texts of its false clauses.
	nearest string
	unmet   []string
	// first has the sentences of the first proposal, files the location of its data, and through the rules that grant
	// it.
	first, files, through []string
}

func (s story) check(t *testing.T, on *subject) {
	t.Helper()
	x := on.out(t, s.request)
	consistent(t, s.request, x)
	same := func(what string, got, want []string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s %q, want %q", s.request, what, got, want)
		}
	}
	same("granted by", names(x, x.GrantedBy), s.grants)
	if s.nearest != "" {
		if len(x.Nearest) == 0 {
			t.Fatalf("%s: there is no nearest rule", s.request)
		}
		miss := x.Nearest[0]
		same("nearest", []string{x.Questions[0].Rules[miss.Rule].Name}, []string{s.nearest})
		var texts []string
		for _, number := range miss.Unmet {
			texts = append(texts, clause(x, number).Text)
		}
		same("unmet", texts, s.unmet)
	}
	if len(s.first) == 0 {
		return
	}
	if len(x.Proposals) == 0 {
		t.Fatalf("%s: there is no proposal", s.request)
	}
	var sentences, files []string
	for _, c := range x.Proposals[0].Changes {
		sentences = append(sentences, c.Sentence)
		files = append(files, c.Where+" "+filepath.Base(c.File)+" "+c.Field)
	}
	same("proposed", sentences, s.first)
	same("which lives in", files, s.files)
	same("which grants through", names(x, x.Proposals[0].GrantedBy), s.through)
	for _, p := range x.Proposals {
		on.holds(t, s.request, p)
	}
}

// names returns the names of rules.
func names(x *explain.Explanation, ids []string) []string {
	var found []string
	for _, r := range x.Questions[0].Rules {
		if slices.Contains(ids, r.ID) {
			found = append(found, r.Name)
		}
	}
	slices.Sort(found)
	return found
}

// clause returns the clause with a number.
func clause(x *explain.Explanation, number int) explain.Clause {
	var found explain.Clause
	each(x, func(c explain.Clause) {
		if c.Number == number {
			found = c
		}
	})
	return found
}

// each visits all clauses.
func each(x *explain.Explanation, visit func(explain.Clause)) {
	var walk func(explain.Clause)
	walk = func(c explain.Clause) {
		visit(c)
		for _, part := range c.Parts {
			walk(part)
		}
	}
	for _, q := range x.Questions {
		for _, r := range q.Rules {
			walk(r.Clause)
		}
	}
}

func TestStoriesOfTheCustomerCase(t *testing.T) {
	s := scenario(t, "customer-case/rules.json", "customer-case/site")
	for name, story := range map[string]story{
		"audience 2 does not see an app of audience 1": {
			request: ask(`CORP\amir`, "read", "App", dashboard1, "hub"),
			nearest: "Stream", unmet: []string{`resource.stream.HasPrivilege("read")`, "user.group=resource.@GroupAccess"},
			first: []string{`put CORP\amir into the directory group "proj1_aud1"`}, files: []string{"user_directory user.json attributes"},
			through: []string{"Stream"},
		},
		"audience 1 does, through the stream": {
			request: ask(`CORP\alice`, "read", "App", dashboard1, "hub"),
			grants:  []string{"Stream"},
		},
		"an admin of project 1 does not update a task of project 2": {
			request: ask(`CORP\adele`, "update", "ReloadTask", taskOf7, "qmc"),
			nearest: "TeamAdminRead", unmet: []string{"user.group = resource.app.stream.@AdminGroup"},
			first: []string{`add "Proj1_Admin" to the custom property @AdminGroup of Stream "Project 2, Audience 1"`}, files: []string{"repository stream.json customProperties"},
			through: []string{"TeamAdminRead"},
		},
		"nobody deletes an app of others": {
			request: ask(`CORP\nora`, "delete", "App", dashboard1, "hub"),
		},
	} {
		t.Run(name, func(t *testing.T) { story.check(t, s) })
	}
}

func TestStoriesOfSingleSheets(t *testing.T) {
	s := scenario(t, "sheet-level/grants-add-up/rules.json", "sheet-level/site")
	for name, story := range map[string]story{
		"a reader of another stream": {
			request: ask(`STARK\pepper`, "read", "App.Object", kpi, ""),
			nearest: "KPI Dashboard for all readers",
			unmet:   []string{`resource.app.stream.HasPrivilege("read")`, "user.@StreamLevelManagement=resource.@StreamLevelManagement"},
			first:   []string{`add "Finance" to the custom property @StreamLevelManagement of STARK\pepper`}, files: []string{"repository user.json customProperties"},
			through: []string{"KPI Dashboard for all readers"},
		},
		"a sheet that is not published": {
			request: ask(`STARK\jarvis`, "read", "App.Object", scratch, ""),
			nearest: "All but four sheets", unmet: []string{`resource.published="true"`},
			first: []string{`publish App.Object "Scratch"`}, files: []string{"repository app.object.json published"},
			through: []string{"All but four sheets"},
		},
		"a sheet that one rule hides and another shows": {
			request: ask(`STARK\jarvis`, "read", "App.Object", kpi, ""),
			grants:  []string{"KPI Dashboard for all readers"},
		},
	} {
		t.Run(name, func(t *testing.T) { story.check(t, s) })
	}
	t.Run("the disabled rule would show it too", func(t *testing.T) {
		x := s.out(t, ask(`STARK\jarvis`, "read", "App.Object", kpi, ""))
		if len(x.Inactive) != 1 || x.Inactive[0].Why != explain.Disabled || x.Inactive[0].Name != "Stream" || x.Inactive[0].WouldGrant == nil || !*x.Inactive[0].WouldGrant || !x.Inactive[0].Clause.Holds {
			t.Errorf("inactive rules: %+v", x.Inactive)
		}
		x = s.out(t, ask(`STARK\pepper`, "read", "App.Object", kpi, ""))
		if len(x.Inactive) != 1 || *x.Inactive[0].WouldGrant || x.Inactive[0].Clause.Holds {
			t.Errorf("inactive rules for a user that does not see the stream: %+v", x.Inactive)
		}
	})
}

func TestStoriesOfTheRealExport(t *testing.T) {
	s := realExport(t)
	story{
		request: ask(`ACME\quinn`, "read", "App", report, "hub"),
		nearest: "OwnerRead", unmet: []string{"resource.owner = user"},
		// This change gives quinn five other resources, and every other change gives more.
		first: []string{`make ACME\quinn the owner of App "Acme Report"`}, files: []string{"repository app.json owner"},
		through: []string{"OwnerRead"},
	}.check(t, s)
	x := s.out(t, ask(`ACME\quinn`, "read", "App", report, "hub"))
	why := map[string]int{}
	for _, a := range x.Inactive {
		why[a.Why]++
	}
	if why[explain.Disabled] != 1 || why[explain.OtherContext] != 5 {
		t.Errorf("inactive rules: %v", why)
	}
	last := x.Proposals[len(x.Proposals)-1]
	if len(x.Proposals) != 5 || slices.Contains(last.Reach.Actions, "delete") {
		t.Errorf("one of %d proposals is the administrator role, before smaller changes", len(x.Proposals))
	}
}

// TestEverythingOnRecord explains the requests of all users to read or update entities on record, compares the
// explanations with the engine, and applies some proposals.
func TestEverythingOnRecord(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *subject{
		"customer-case": func(t *testing.T) *subject { return scenario(t, "customer-case/rules.json", "customer-case/site") },
		"sheet-level": func(t *testing.T) *subject {
			return scenario(t, "sheet-level/grants-add-up/rules.json", "sheet-level/site")
		},
		"real-site": realExport,
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "sheet-level" {
				t.Skip("many requests; the tests above run the same code")
			}
			t.Parallel()
			s := open(t)
			asked, proposed, carried := 0, 0, 0
			for i, request := range s.everything() {
				x := by(t, s.plain, request)
				if i%9 == 0 {
					x = s.out(t, request)
				}
				consistent(t, request, x)
				d, err := s.engine.Decide(t.Context(), request)
				if err != nil || x.Allow != d.Allow || !slices.Equal(x.GrantedBy, d.GrantedBy) {
					t.Errorf("%s: granted by %q in the explanation, by %q in the decision: %v", request, x.GrantedBy, d.GrantedBy, err)
				}
				asked++
				for _, p := range x.Proposals {
					if proposed++; proposed%11 == 1 { // each needs a compilation
						carried++
						s.holds(t, request, p)
					}
				}
			}
			if carried == 0 {
				t.Error("no proposal was applied")
			}
			t.Logf("%d requests, %d proposals, %d of them applied", asked, proposed, carried)
		})
	}
}

// everything returns the requests of all users to read entities on record from the hub, and to update them from the
// QMC.
func (s *subject) everything() [][]byte {
	var requests [][]byte
	for _, user := range slices.Sorted(maps.Keys(s.site.Records["user"])) {
		for _, typeKey := range slices.Sorted(maps.Keys(s.site.Records)) {
			for _, id := range slices.Sorted(maps.Keys(s.site.Records[typeKey])) {
				typeName := s.site.Records[typeKey][id].TypeName
				requests = append(requests, ask(user, "read", typeName, id, "hub"), ask(user, "update", typeName, id, "qmc"))
			}
		}
	}
	return requests
}

// TestPlacesLeadToTheFile finds every clause in the export.
func TestPlacesLeadToTheFile(t *testing.T) {
	s := scenario(t, "customer-case/rules.json", "customer-case/site")
	looked := 0
	each(s.out(t, ask(`CORP\amir`, "read", "App", dashboard1, "hub")), func(c explain.Clause) {
		content, err := os.ReadFile(c.Place.File)
		if err != nil {
			t.Fatal(err)
		}
		line := []rune(strings.Split(string(content), "\n")[c.Place.Line-1])
		want, _, _ := strings.Cut(c.Text, `"`)
		if got := string(line[c.Place.Column-1:]); !strings.HasPrefix(got, want) {
			t.Errorf("%s:%d:%d is %q, want %q", c.Place.File, c.Place.Line, c.Place.Column, got, want)
		}
		looked++
	})
	if looked < 10 {
		t.Errorf("%d clauses", looked)
	}
}
