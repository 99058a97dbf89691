package difference_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

var sites = flag.Uint64("sites", 2, "how many sites TestDifferenceIsExact looks at")

// everyCell has the ids of the subjects of a site, and of its resources by type.
func everyCell(in difference.Input) (users []string, resources map[string][]string) {
	resources = map[string][]string{}
	seen := map[string]bool{}
	for _, s := range []difference.Side{in.Old, in.New} {
		logged := map[string]bool{}
		for _, login := range s.Bundle.Data.Keys("site", "subjects") {
			id, _ := s.Bundle.Data.Lookup("site", "subjects", login)
			logged[id.(string)] = true
			seen[login] = true
		}
		for _, id := range s.Bundle.Data.Keys("site", "entities", "user") {
			if !logged[id] && !strings.Contains(id, `\`) {
				seen[id] = true
			}
		}
		seen[`NONE\anonymous`] = true
		for _, typ := range s.Bundle.Data.Keys("site", "entities") {
			resources[typ] = append(resources[typ], s.Bundle.Data.Keys("site", "entities", typ)...)
			slices.Sort(resources[typ])
			resources[typ] = slices.Compact(resources[typ])
		}
	}
	return slices.Sorted(maps.Keys(seen)), resources
}

// rights decides all actions on a resource with an engine, cell by cell.
func rights(t *testing.T, e *engine.Engine, user, typ, id, from string) map[string]bool {
	t.Helper()
	request := map[string]any{"subject": map[string]any{"type": "user", "id": user}, "resource": map[string]any{"type": typ, "id": id}}
	if from != difference.NoContext {
		request["context"] = map[string]any{"request_context": from}
	}
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	names, err := e.Actions(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{}
	for _, n := range names {
		held[n] = true
	}
	return held
}

// cellByCell counts the differences by kind, type and action, by context, and by kind alone. Each difference counts
// once. Create counts once for each user and type.
func cellByCell(t *testing.T, in difference.Input) map[string]int64 {
	t.Helper()
	old, err := engine.New(t.Context(), in.Old.Bundle)
	if err != nil {
		t.Fatal(err)
	}
	new, err := engine.New(t.Context(), in.New.Bundle)
	if err != nil {
		t.Fatal(err)
	}
	counts, seen := map[string]int64{}, map[string]bool{}
	count := func(kind, from, typ, action, user, id string) {
		if action == "create" {
			id = ""
		}
		for _, key := range []string{kind, fmt.Sprintf("%s %s:%s", kind, typ, action), fmt.Sprintf("%s %s %s:%s", kind, from, typ, action)} {
			if cell := strings.Join([]string{key, typ, action, user, id}, "\x00"); !seen[cell] {
				seen[cell] = true
				counts[key]++
			}
		}
	}
	users, resources := everyCell(in)
	for _, from := range []string{"hub", "qmc", difference.NoContext} {
		for typ, ids := range resources {
			for _, id := range ids {
				for _, user := range users {
					before, after := rights(t, old, user, typ, id, from), rights(t, new, user, typ, id, from)
					for _, a := range ruleset.AllActions {
						switch name := a.Name(); {
						case before[name] && !after[name]:
							count("loss", from, typ, name, user, id)
						case after[name] && !before[name]:
							count("gain", from, typ, name, user, id)
						}
					}
				}
			}
		}
	}
	return counts
}

// counted returns the counts of a report in the same form. Cells with several causes are counted with gates, which
// count a cell once.
func counted(t *testing.T, r *difference.Report) map[string]int64 {
	t.Helper()
	counts := map[string]int64{"gain": r.Gain.Cells, "loss": r.Loss.Cells}
	causes := map[string]int{}
	for _, g := range r.Groups {
		for _, p := range g.Parts {
			causes[fmt.Sprintf("%s %s:%s", g.Kind, schema.Fold(p.Type), p.Action)]++
		}
	}
	gated := *r
	gated.Gates = nil
	for _, g := range r.Groups {
		for _, p := range g.Parts {
			key := fmt.Sprintf("%s %s:%s", g.Kind, schema.Fold(p.Type), p.Action)
			gate, err := difference.ParseGate(fmt.Sprintf("%s:%s:%s", g.Kind, p.Action, p.Type))
			if err != nil {
				t.Fatal(err)
			}
			gated.Gates = nil
			gated.Judge([]difference.Gate{gate})
			counts[key] = gated.Gates[0].Cells
			contexts := p.Contexts
			if contexts == nil {
				for _, c := range r.Compared.Contexts {
					contexts = append(contexts, difference.ContextCells{Context: c, Cells: p.Cells})
				}
				if len(r.Compared.Contexts) == 1 { // the rules do not distinguish contexts
					contexts = append(contexts, difference.ContextCells{Context: "hub", Cells: p.Cells}, difference.ContextCells{Context: "qmc", Cells: p.Cells})
				}
			}
			for _, c := range contexts {
				counts[fmt.Sprintf("%s %s %s:%s", g.Kind, c.Context, schema.Fold(p.Type), p.Action)] += c.Cells
			}
			// A user that can create may be counted under each of several causes.
			if p.Action == "create" && causes[key] > 1 {
				for _, c := range []string{"hub", "qmc", difference.NoContext} {
					delete(counts, fmt.Sprintf("%s %s %s:%s", g.Kind, c, schema.Fold(p.Type), p.Action))
				}
			}
		}
	}
	return maps.Collect(func(yield func(string, int64) bool) {
		for key, n := range counts {
			if n > 0 && !yield(key, n) {
				return
			}
		}
	})
}

// sameCounts compares counts. It ignores those that the report does not distinguish.
func sameCounts(want, got map[string]int64) bool {
	for key, n := range want {
		parts := strings.Fields(key)
		if _, ok := got[key]; !ok && len(parts) == 3 && strings.HasSuffix(key, ":create") {
			continue
		}
		if got[key] != n {
			return false
		}
	}
	for key := range got {
		if want[key] == 0 {
			return false
		}
	}
	return true
}

// TestDifferenceIsExact compares the difference by equivalence classes with the decisions of two engines, cell by
// cell, on generated sites with randomly changed rules.
func TestDifferenceIsExact(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons; the tests of scenarios run the same code")
	}
	size := sitegen.Size{Users: 6, Streams: 3, Apps: 5, Objects: 5, Others: 1, Rules: 22, Requests: 60}
	seeds := *sites
	if !exact.Enabled() {
		seeds = 1
	}
	total, through, several := int64(0), 0, 0
	for seed := uint64(1); seed <= seeds; seed++ {
		c := sitegen.Generate(seed, size)
		site, rules := written(t, c), decode(t, "old.json", c.Rules)
		random := rand.New(rand.NewPCG(seed, 1))
		for range 3 {
			in := input(t, rules, mutate(random, rules), site)
			r := compare(t, in)
			want, got := cellByCell(t, in), counted(t, r)
			if !sameCounts(want, got) {
				for _, key := range slices.Sorted(maps.Keys(want)) {
					if want[key] != got[key] {
						t.Errorf("seed %d: %s: %d cells, but the difference has %d", seed, key, want[key], got[key])
					}
				}
				for key, n := range got {
					if want[key] == 0 {
						t.Errorf("seed %d: %s: no cell, but the difference has %d", seed, key, n)
					}
				}
				text, _ := json.MarshalIndent(r, "", " ")
				t.Fatalf("%s", text)
			}
			total += got["gain"] + got["loss"]
			for _, g := range r.Groups {
				if len(g.Causes) == 0 {
					t.Fatalf("seed %d: a group without a cause: %+v", seed, g)
				}
				for _, p := range g.Parts {
					through += len(p.Through)
				}
				for _, cause := range g.Causes {
					if cause.By == difference.ByData || cause.By == difference.ByRights {
						t.Errorf("seed %d: with one site, only rules can be the cause: %s", seed, cause)
					}
				}
				if len(g.Causes) > 1 {
					several++
				}
			}
		}
	}
	t.Logf("%d cells differ, %d ways through rights, %d groups of several causes", total, through, several)
	if total < 100 {
		t.Errorf("only %d cells differ", total)
	}
}

// moved returns a snapshot without every third entity of each type. The others have the fields of their neighbours,
// except ids and logins.
func moved(t *testing.T, c sitegen.Case) sitegen.Case {
	t.Helper()
	files := map[string][]byte{}
	for name, content := range c.Files {
		files[name] = content
		var list []map[string]any
		if json.Unmarshal(content, &list) != nil || len(list) < 3 {
			continue
		}
		for i := len(list) - 1; i > 0; i-- {
			for key, v := range list[i-1] {
				switch strings.ToLower(key) {
				case "id", "userid", "userdirectory", "schemapath":
				default:
					list[i][key] = v
				}
			}
		}
		out, err := json.Marshal(slices.Delete(list, 1, 2))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = out
	}
	return sitegen.Case{Rules: c.Rules, Files: files, Requests: c.Requests}
}

// TestDifferenceOfSitesIsExact compares different rules on different sites.
func TestDifferenceOfSitesIsExact(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons; the tests of scenarios run the same code")
	}
	size := sitegen.Size{Users: 6, Streams: 3, Apps: 5, Objects: 4, Others: 1, Rules: 15, Requests: 40}
	c := sitegen.Generate(5, size)
	old, new := written(t, c), written(t, moved(t, c))
	rules := decode(t, "old.json", c.Rules)
	for n, changed := range [][]ruleset.Rule{rules, mutate(rand.New(rand.NewPCG(5, 1)), rules)} {
		in := input(t, rules, changed, old)
		in.SameSite, in.New.Bundle = false, bundle(t, in.New.Policy, new)
		r := compare(t, in)
		want, got := cellByCell(t, in), counted(t, r)
		if !sameCounts(want, got) {
			t.Errorf("%d: cell by cell %v, by classes %v", n, want, got)
		}
		if len(want) == 0 || len(r.Groups) < 2 {
			t.Errorf("%d: the sites have too few differences: %v", n, want)
		}
	}
}
