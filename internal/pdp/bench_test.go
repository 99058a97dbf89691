package pdp_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// scenario compiles one of the scenarios.
func scenario(t testing.TB, name string) string {
	t.Helper()
	dir := "../../testdata/scenarios/" + name
	site, found := snapshot.Open(dir+"/site", schema.Default())
	if found.HasErrors() {
		t.Fatal(found)
	}
	rules, _ := ruleset.Read(dir + "/rules.json")
	policy, _ := compiler.Compile(rules, compiler.Options{SkipInvalid: true})
	if policy == nil {
		t.Fatal("the rules do not compile")
	}
	file := filepath.Join(t.TempDir(), "bundle.tar.gz")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	data := func(ctx context.Context, w io.Writer) error {
		_, err := site.Project(ctx, policy.View, w, snapshot.NoProgress{})
		return err
	}
	if _, err := bundles.Build(t.Context(), f, policy, data, bundles.BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// BenchmarkHTTP sends one request after the other over loopback on one connection. The time includes the
// client.
func BenchmarkHTTP(b *testing.B) {
	bundle := scenario(b, "customer-case")
	loaded, err := bundles.Open(b.Context(), bundle)
	if err != nil {
		b.Fatal(err)
	}
	apps := append(loaded.Data.Keys("site", "entities", "app"), loaded.Data.Keys("site", "entities", "app.object")...)
	user := loaded.Data.Keys("site", "subjects")[1]
	const subject = `"subject":{"type":"user","id":%s},"action":{"name":"read"}`
	item := func(i int) string {
		typ := "App"
		if i%len(apps) >= len(loaded.Data.Keys("site", "entities", "app")) {
			typ = "App.Object"
		}
		return fmt.Sprintf(`"resource":{"type":"%s","id":"%s"}`, typ, apps[i%len(apps)])
	}
	batch := func(n int) string {
		var items []string
		for i := range n {
			items = append(items, "{"+item(i)+"}")
		}
		return fmt.Sprintf("{"+subject+`,"evaluations":[%s]}`, text(user), strings.Join(items, ","))
	}
	for _, terse := range []bool{false, true} {
		cfg := config(bundle)
		cfg.Terse = terse
		cfg.Activated = pdp.Collect
		p := start(b, cfg)
		for _, q := range []struct{ name, path, body string }{
			{"health", "/health", ""},
			{"evaluation", evaluation, fmt.Sprintf("{"+subject+",%s}", text(user), item(0))},
			{"evaluations=10", evaluations, batch(10)},
			{"evaluations=100", evaluations, batch(100)},
			{"search=resource", searchResource, fmt.Sprintf("{"+subject+`,"resource":{"type":"App"}}`, text(user))},
		} {
			b.Run(fmt.Sprintf("terse=%t/%s", terse, q.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					a := p.post(q.path, q.body)
					if a.status != http.StatusOK && q.body != "" {
						b.Fatal(a.status, a.body)
					}
				}
			})
		}
	}
}

// BenchmarkDecisionLog measures the time that logging adds to a decision, and to a batch of a hundred.
func BenchmarkDecisionLog(b *testing.B) {
	s := newPlane(b)
	s.forget = true
	body := strings.TrimSuffix(good, "}") + `,"evaluations":[` + strings.Repeat("{},", 99) + `{}]}`
	for _, c := range []struct{ name, yaml string }{
		{"none", "{}"},
		{"console", "decision_logs: {console: true}"},
		{"server", s.logging()},
		{"server, traces", s.logging() + "distributed_tracing: {type: http, address: '" + strings.TrimPrefix(s.url, "http://") + "'}"},
	} {
		cfg := grantingConfig(b, c.yaml, "")
		cfg.Activated = pdp.Collect
		p := start(b, cfg)
		for path, body := range map[string]string{evaluation: good, evaluations: body} {
			b.Run(c.name+path[len("/access/v1"):], func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if a := p.post(path, body); a.status != http.StatusOK {
						b.Fatal(a.status, a.body)
					}
				}
			})
		}
		p.end()
	}
}
