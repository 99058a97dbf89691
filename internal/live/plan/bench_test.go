package plan

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
)

// BenchmarkPlan plans a change of one of many rules. QLIK_PLAN_APPS sets the number of apps; the default is 100.
// There are a tenth as many users and a hundredth as many rules.
func BenchmarkPlan(b *testing.B) {
	apps := 100
	if n, err := strconv.Atoi(os.Getenv("QLIK_PLAN_APPS")); err == nil {
		apps = n
	}
	site := faketest.Start(b, "config-sheet", fake.Options{})
	id := func(kind, i int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, i) }
	root, err := json.Marshal(site.Store.List("user"))
	if err != nil {
		b.Fatal(err)
	}
	var known []json.RawMessage
	if err := json.Unmarshal(root, &known); err != nil {
		b.Fatal(err)
	}
	site.Store.Synthesize("user", &fake.Synthetic{Count: apps/10 + len(known), Make: func(b []byte, i int) []byte {
		if i < len(known) {
			return append(b, known[i]...)
		}
		return fmt.Appendf(b, `{"id":"%s","userId":"u%d","userDirectory":"BIG","name":"User %d","roles":[],"customProperties":[],"attributes":[{"attributeType":"group","attributeValue":"g%d"}],"tags":[]}`, id(1, i), i, i, i%max(8, apps/500))
	}})
	site.Store.Synthesize("app", &fake.Synthetic{Count: apps, Make: func(b []byte, i int) []byte {
		return fmt.Appendf(b, `{"id":"%s","name":"App %d","customProperties":[{"value":"d%d","definition":{"id":"%s","name":"Department"}}],"owner":{"id":"%s"},"published":true,"tags":[],"stream":null}`, id(2, i), i, i%max(8, apps/200), id(9, 1), id(1, i%(apps/10)+len(known)))
	}})
	for i := range max(apps/100, 2) {
		if _, err := site.Store.Create("systemrule", map[string]any{
			"name": fmt.Sprintf("Rule %d", i), "category": "Security", "type": "Custom", "resourceFilter": "App_*", "actions": json.Number("2"),
			"rule": fmt.Sprintf(`user.group = "g%d" and resource.@Department = "d%d"`, i%max(8, apps/500), i%max(8, apps/200)),
		}, "x"); err != nil {
			b.Fatal(err)
		}
	}
	client := site.Client(b)
	dir := filepath.Join(b.TempDir(), "repo")
	if _, err := pull.Into(b.Context(), client, dir, pull.Options{}); err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(dir, "rules", "security", "rule-1.qrule")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(strings.Replace(string(text), `"g1"`, `"g7"`, 1)), 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p, err := Build(b.Context(), client, dir, Options{Lint: &lint.Config{}})
		if err != nil {
			b.Fatal(err)
		}
		if len(p.Changes) != 1 || p.Report().Gain.Cells == 0 {
			b.Fatalf("%d changes, %d cells gained", len(p.Changes), p.Report().Gain.Cells)
		}
	}
}
