package difference_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

func plain(id, filter string, actions ruleset.Actions, condition string) ruleset.Rule {
	return ruleset.Rule{
		ID: id, Name: id, Category: ruleset.Security, Actions: actions,
		Filter:    &diag.Text{Label: "resourceFilter", Content: filter},
		Condition: &diag.Text{Label: "condition", Content: condition},
	}
}

// bigSite writes the data of a site: users in groups, apps in streams with a custom
// property and owners.
func bigSite(users, apps int) bundles.DataSource {
	return func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		b.WriteString(`{"entities":{"app":{`)
		for i := range apps {
			fmt.Fprintf(&b, `%s"app-%06d":{"@department":["d%d"],"owner":"user-%05d","stream":"stream-%03d"}`, comma(i), i, i%40, i%users, i%500)
		}
		b.WriteString(`},"stream":{`)
		for i := range 500 {
			fmt.Fprintf(&b, `%s"stream-%03d":{"@department":["d%d"],"owner":"user-%05d"}`, comma(i), i, i%40, i%users)
		}
		b.WriteString(`},"user":{`)
		for i := range users {
			fmt.Fprintf(&b, `%s"user-%05d":{"group":["d%d","g%d"]}`, comma(i), i, i%40, i%300)
		}
		b.WriteString(`}},"held":{"app":true,"stream":true,"user":true},"nested":{},"subjects":{}}`)
		_, err := io.WriteString(w, b.String())
		return err
	}
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

func bigRules() []ruleset.Rule {
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

// BenchmarkDifference compares rules, one of which gets a clause, so that rights on streams and apps differ. The
// metrics are for users × apps.
func BenchmarkDifference(b *testing.B) {
	for _, size := range []struct{ users, apps int }{{1000, 10_000}, {10_000, 100_000}} {
		b.Run(fmt.Sprintf("users=%d/apps=%d", size.users, size.apps), func(b *testing.B) {
			old, new := bigRules(), bigRules()
			new[2].Condition = &diag.Text{Label: "condition", Content: `resource.@Department = user.group or user.group = "g7"`}
			before, after := compiled(b, old, new)
			data, err := bundles.InMemory(b.Context(), before, bigSite(size.users, size.apps))
			if err != nil {
				b.Fatal(err)
			}
			with, err := bundles.InMemory(b.Context(), after, nil)
			if err != nil {
				b.Fatal(err)
			}
			if err := with.Data.Share(&data.Data, bundles.DataRoot); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				r := compare(b, difference.Input{
					Old: difference.Side{Rules: old, Policy: before, Bundle: data}, New: difference.Side{Rules: new, Policy: after, Bundle: with},
					Mode: difference.ModeSite, SameSite: true, Progress: snapshot.NoProgress{},
				})
				if r.Gain.Cells == 0 {
					b.Fatal("there is no difference")
				}
				b.ReportMetric(float64(r.Gain.Cells), "cells")
				b.ReportMetric(float64(r.Compared.Decisions), "decisions")
			}
		})
	}
}
