package verify

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
	"github.com/qlik2rego/qlik2rego/testdata/scenarios"
)

// BenchmarkVerify compares a site with the rules of a real one. QLIK_VERIFY_SIZE sets the number of users and of
// apps; the default is 200.
func BenchmarkVerify(b *testing.B) {
	size := 200
	if n, err := strconv.Atoi(os.Getenv("QLIK_VERIFY_SIZE")); err == nil {
		size = n
	}
	id := func(kind, i int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, i) }
	site := fstest.MapFS{}
	add := func(name string, count int, entity func(i int) map[string]any) {
		list := make([]map[string]any, count)
		for i := range list {
			list[i] = entity(i)
		}
		data, err := json.Marshal(list)
		if err != nil {
			b.Fatal(err)
		}
		site[name+".json"] = &fstest.MapFile{Data: data}
	}
	add("stream", 20, func(i int) map[string]any {
		return map[string]any{"id": id(4, i), "name": fmt.Sprintf("Stream %d", i), "owner": map[string]any{"id": id(1, i)}}
	})
	add("user", size, func(i int) map[string]any {
		return map[string]any{
			"id": id(1, i), "userId": fmt.Sprintf("u%d", i), "userDirectory": "BIG", "name": fmt.Sprintf("User %d", i), "roles": []string{},
			"attributes": []any{map[string]any{"attributeType": "group", "attributeValue": fmt.Sprintf("g%d", i%20)}},
		}
	})
	add("app", size, func(i int) map[string]any {
		return map[string]any{
			"id": id(2, i), "name": fmt.Sprintf("App %d", i), "owner": map[string]any{"id": id(1, i)}, "published": true,
			"stream": map[string]any{"id": id(4, i%20), "name": fmt.Sprintf("Stream %d", i%20)},
		}
	})
	add("app.object", 1, func(i int) map[string]any {
		return map[string]any{"id": id(3, i), "name": "Sheet", "objectType": "sheet", "owner": map[string]any{"id": id(1, i)}, "app": map[string]any{"id": id(2, i), "name": "App 0"}}
	})
	rules, err := fs.ReadFile(scenarios.FS, path.Join("real-site", "site", "systemrule.json"))
	if err != nil {
		b.Fatal(err)
	}
	store, err := fake.Load(site, rules, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 20 {
		for name, rule := range map[string]map[string]any{
			"reads":  {"resourceFilter": "Stream_" + id(4, i), "rule": fmt.Sprintf(`user.group = "g%d"`, i)},
			"edits":  {"resourceFilter": "App_*", "rule": fmt.Sprintf(`user.group = "g%d" and resource.stream.name = "Stream %d"`, i, i)},
			"owners": {"resourceFilter": "App_*", "rule": fmt.Sprintf(`resource.owner = user and user.group = "g%d"`, i)},
		} {
			rule["name"], rule["category"], rule["type"], rule["actions"] = fmt.Sprint(name, i), "Security", "Custom", json.Number("6")
			if _, err := store.Create("systemrule", rule, "x"); err != nil {
				b.Fatal(err)
			}
		}
	}
	client := faketest.Serve(b, store, fake.Options{}).Client(b)
	dir := b.TempDir()
	if _, err := pull.Into(b.Context(), client, dir+"/repo", pull.Options{}); err != nil {
		b.Fatal(err)
	}
	w, err := workspace.Open(workspace.Source{Rules: []string{dir + "/repo"}, Snapshot: dir + "/repo", Options: compiler.Options{Schema: schema.Default(), SkipInvalid: true}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		bundle, err := w.Bundle(b.Context())
		if err != nil {
			b.Fatal(err, w.Diagnostics)
		}
		records, err := w.LoadSite()
		if err != nil {
			b.Fatal(err)
		}
		before, _ := client.Calls()
		result, err := Compare(b.Context(), bundle, w.Rules, records, client, Options{Types: []string{"App", "Stream"}, Progress: snapshot.NoProgress{}})
		if err != nil {
			b.Fatal(err)
		}
		if result.Differ > 0 {
			b.Errorf("%d rights differ", result.Differ)
		}
		calls, _ := client.Calls()
		b.ReportMetric(float64(calls-before), "calls")
		b.ReportMetric(float64(result.Pairs), "pairs")
	}
}
