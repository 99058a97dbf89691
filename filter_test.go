package qlik2rego_test

import (
	"context"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego"
)

// Filters of every target are there; what a target cannot express is an error.
func TestFilter(t *testing.T) {
	rules := load(qlik2rego.Options{Source: strings.NewReader(`[{
		"id": "1", "name": "One", "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0, "rule": "resource.name = \"Public\""}]`)})
	visitor := qlik2rego.Request{Subject: `NONE\x`, Action: "read", ResourceType: "App"}
	ctx := context.Background()
	for _, target := range []string{"postgres", "sqlserver", "sqlite", "duckdb", "ucast", "prisma", "qrs"} {
		f, err := rules.Filter(ctx, visitor, qlik2rego.FilterOptions{Target: target})
		if err != nil || f.Kind != "conditional" || f.SQL == "" && f.Query == nil && f.Filters == nil {
			t.Errorf("%s: %+v, %v", target, f, err)
		}
	}
	update := visitor
	update.Action = "update"
	if f, err := rules.Filter(ctx, update, qlik2rego.FilterOptions{Target: "postgres"}); err != nil || f.Kind != "never" || f.SQL != "1=0" {
		t.Errorf("update: %+v, %v", f, err)
	}
	wrong := visitor
	wrong.Action = "reed"
	ended, end := context.WithCancel(ctx)
	end()
	for name, try := range map[string]func() error{
		"no target": func() error { _, err := rules.Filter(ctx, visitor, qlik2rego.FilterOptions{}); return err },
		"no action": func() error { _, err := rules.Filter(ctx, wrong, qlik2rego.FilterOptions{Target: "qrs"}); return err },
		"no mapping": func() error {
			_, err := rules.Filter(ctx, visitor, qlik2rego.FilterOptions{Target: "sqlite", Mapping: []byte("x: [")})
			return err
		},
		"no column": func() error {
			_, err := rules.Filter(ctx, visitor, qlik2rego.FilterOptions{Target: "sqlite", Mapping: []byte("types: {App: {table: apps, id: guid}}")})
			return err
		},
		"an end": func() error {
			_, err := rules.Filter(ended, visitor, qlik2rego.FilterOptions{Target: "sqlite"})
			return err
		},
	} {
		if err := try(); err == nil || !strings.HasPrefix(err.Error(), "qlik2rego: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
