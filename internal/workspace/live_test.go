package workspace_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

func plain(id, filter string, actions ruleset.Actions, condition string) ruleset.Rule {
	return ruleset.Rule{
		ID: id, Name: id, Category: ruleset.Security, Actions: actions,
		Filter:    &diag.Text{Label: "resourceFilter", Content: filter},
		Condition: &diag.Text{Label: "condition", Content: condition},
	}
}

// largeRules returns a hundred rules for groups, and rules that grant rights through the stream and to the owner.
func largeRules() []ruleset.Rule {
	rules := []ruleset.Rule{
		plain("owner", "App_*,Stream_*", 2|4|8, `resource.IsOwned() and resource.owner = user`),
		plain("stream", "App_*", 2, `resource.stream.HasPrivilege("read")`),
		plain("department", "Stream_*", 2, `resource.@Department = user.group`),
	}
	for i := range 100 {
		rules = append(rules, plain(fmt.Sprintf("group-%03d", i), "App_*", 2|16, fmt.Sprintf(`user.group = "g%d" and resource.@Department = "d%d"`, i, i%40)))
	}
	return rules
}

// largeSite writes a snapshot with users in groups, and with apps in 500 streams that have departments and owners.
func largeSite(tb testing.TB, users, apps int) string {
	dir := tb.TempDir()
	collection := func(name string, n int, entity func(i int) string) {
		f, err := os.Create(filepath.Join(dir, name+".json"))
		if err != nil {
			tb.Fatal(err)
		}
		w := bufio.NewWriter(f)
		fmt.Fprint(w, "[")
		for i := range n {
			if i > 0 {
				fmt.Fprint(w, ",\n")
			}
			fmt.Fprint(w, entity(i))
		}
		fmt.Fprint(w, "]\n")
		if err := w.Flush(); err != nil {
			tb.Fatal(err)
		}
		if err := f.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	department := func(i int) string {
		return fmt.Sprintf(`"customProperties":[{"value":"d%d","definition":{"name":"Department"}}]`, i%40)
	}
	collection("user", users, func(i int) string {
		return fmt.Sprintf(`{"id":"user-%05d","userId":"u%05d","userDirectory":"ACME","name":"User %d","attributes":[{"attributeType":"group","attributeValue":"d%d"},{"attributeType":"group","attributeValue":"g%d"}]}`, i, i, i, i%40, i%300)
	})
	collection("stream", 500, func(i int) string {
		return fmt.Sprintf(`{"id":"stream-%03d","name":"Stream %d",%s,"owner":{"id":"user-%05d"}}`, i, i, department(i), i%users)
	})
	collection("app", apps, func(i int) string {
		return fmt.Sprintf(`{"id":"app-%06d","name":"App %d",%s,"owner":{"id":"user-%05d"},"stream":{"id":"stream-%03d"}}`, i, i, department(i), i%users, i%500)
	})
	return dir
}

func openLarge(tb testing.TB, users, apps int) *workspace.Live {
	return workspace.OfRules(largeRules(), workspace.Source{
		Snapshot: largeSite(tb, users, apps), Options: compiler.Options{Schema: schema.Default(), SkipInvalid: true},
	}).Live()
}

// TestBound compares the upper bound with the effect. They are equal if no other rule grants the same rights.
func TestBound(t *testing.T) {
	t.Parallel()
	live := openLarge(t, 60, 200)
	for _, c := range []struct {
		rule  ruleset.Rule
		exact bool
	}{
		{plain("department", "Stream_*", 2, `resource.@Department = user.group or user.group = "g7"`), false},
		{plain("department", "Stream_*", 2, `user.group = "nobody"`), false},
		{plain("group-007", "App_*", 2|16|8, `user.group = "g7"`), false},
		{plain("group-007", "App_*", 16, `user.group = "g7" and resource.@Department = "d1"`), false},
		{plain("new", "Stream_*", 1<<5, `user.group = "g3"`), true},
	} {
		to := live.With(workspace.Replace(live.Rules, c.rule))
		bound, err := live.Bound(t.Context(), to, snapshot.NoProgress{})
		if err != nil {
			t.Fatal(err)
		}
		effect, err := live.Effect(t.Context(), to, snapshot.NoProgress{})
		if err != nil {
			t.Fatal(err)
		}
		if effect.Gain.Cells+effect.Loss.Cells == 0 {
			t.Errorf("%s: there is no difference", c.rule.ID)
		}
		if bound.Gain.Cells < effect.Gain.Cells || bound.Loss.Cells < effect.Loss.Cells || c.exact && bound.Gain != effect.Gain {
			t.Errorf("%s: the bound is +%v -%v, the effect +%v -%v", c.rule.ID, bound.Gain, bound.Loss, effect.Gain, effect.Loss)
		}
	}
}

// BenchmarkEdit measures the time until an author sees the effect of an edit on a large site. The metric cpu-ms/op is
// processor time, because the machine may be busy. First all rules are decided once, then each effect.
//
//	go test ./internal/workspace -run - -bench Edit
func BenchmarkEdit(b *testing.B) {
	for _, size := range []struct{ users, apps int }{{1000, 10_000}, {10_000, 100_000}} {
		live := openLarge(b, size.users, size.apps)
		if _, err := live.Bundle(b.Context(), snapshot.NoProgress{}); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("users=%d/apps=%d/decided", size.users, size.apps), func(b *testing.B) {
			from := cpuTime()
			for b.Loop() {
				if _, err := live.With(live.Rules).Matrix(b.Context(), "hub", snapshot.NoProgress{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime()-from).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
		edits := 0
		for _, rule := range []string{"group-007", "department"} {
			edited := func() *workspace.Live {
				edits++
				condition := fmt.Sprintf(`user.group = "g%d" or resource.@Department = user.group`, edits%300)
				filter, actions := "Stream_*", ruleset.Actions(2)
				if rule == "group-007" {
					condition, filter, actions = fmt.Sprintf(`user.group = "g%d" and resource.@Department = "d3"`, edits%300), "App_*", 2|16
				}
				return live.With(workspace.Replace(live.Rules, plain(rule, filter, actions, condition)))
			}
			if _, err := live.Effect(b.Context(), edited(), snapshot.NoProgress{}); err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("users=%d/apps=%d/rule=%s", size.users, size.apps, rule), func(b *testing.B) {
				from := cpuTime()
				for b.Loop() {
					r, err := live.Effect(b.Context(), edited(), snapshot.NoProgress{})
					if err != nil {
						b.Fatal(err)
					}
					if r.Gain.Cells+r.Loss.Cells == 0 {
						b.Fatal("there is no difference")
					}
				}
				b.ReportMetric(float64((cpuTime()-from).Milliseconds())/float64(b.N), "cpu-ms/op")
			})
		}
	}
}
