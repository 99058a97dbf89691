package engine_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// world is a site and rules about it, the same for the same numbers. The mix of
// rules is that of a large site: half of them open a stream to a group.
type world struct {
	r                            *rand.Rand
	users, streams, apps, groups []string
	objects, tasks               []string
	// owners are users, by resource; a task has its app's.
	owners map[string]int
	dir    string
}

type fields map[string]any

func newWorld(b testing.TB, rules int) *world {
	b.Helper()
	w := &world{r: rand.New(rand.NewPCG(7, uint64(rules))), owners: map[string]int{}, dir: b.TempDir()}
	ids := func(n int) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = guid(w.r)
		}
		return list
	}
	w.users, w.streams, w.apps = ids(2000), ids(max(rules/2, 5)), ids(1000)
	w.objects, w.tasks = ids(5000), ids(500)
	for i := range max(rules/20, 5) {
		w.groups = append(w.groups, fmt.Sprintf("Group %d", i))
	}
	w.write(b)
	return w
}

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

func (w *world) group() string      { return pick(w.r, w.groups) }
func (w *world) department() string { return fmt.Sprintf("Department %d", w.r.IntN(10)) }
func (w *world) title() string      { return fmt.Sprintf("Title %d", w.r.IntN(5)) }

// person is a condition on two attributes of the user.
func (w *world) person() string {
	return fmt.Sprintf(`user.department = "%s" and user.title = "%s"`, w.department(), w.title())
}

// rules returns so many rules.
func (w *world) rules(n int) []fields {
	var rules []fields
	add := func(name, filter string, actions int, condition string) {
		rules = append(rules, fields{
			"id": guid(w.r), "name": name, "category": "Security", "type": "Custom", "resourceFilter": filter,
			"actions": actions, "rule": condition, "ruleContext": 0, "disabled": false,
		})
	}
	add("Owner", "App_*,App.Object_*,Stream_*,ReloadTask_*", 14, `resource.IsOwned() and resource.owner = user`)
	add("Published objects", "App.Object_*", 2, `resource.published = "true" and resource.objectType != "app_appscript" and resource.app.HasPrivilege("read")`)
	add("Groups match", "App_*", 2, `resource.@GroupAccess = user.group`)
	add("Tasks of apps", "ReloadTask_*", 2, `resource.app.HasPrivilege("update")`)
	for i := len(rules); i < n; i++ {
		switch i % 10 {
		case 0, 1, 2, 3, 4:
			add(fmt.Sprintf("Stream %d for a group", i), "Stream_"+w.streams[i%len(w.streams)], 2, fmt.Sprintf(`user.group = "%s"`, w.group()))
		case 5:
			add(fmt.Sprintf("Apps of streams %d", i), "App_*", 2, `resource.stream.HasPrivilege("read") and `+w.person())
		case 6:
			add(fmt.Sprintf("Objects of apps %d", i), "App.Object_*", 2, `resource.app.HasPrivilege("read") and `+w.person())
		case 7:
			add(fmt.Sprintf("One app %d", i), "App_"+pick(w.r, w.apps), 6, fmt.Sprintf(`user.name = "User %d"`, w.r.IntN(len(w.users))))
		case 8:
			add(fmt.Sprintf("Group and person %d", i), "App_*", 2, `resource.@GroupAccess = user.group and `+w.person())
		case 9:
			other := []struct {
				filter  string
				actions int
			}{{"Stream_*", 64}, {"DataConnection_*", 2}, {"ReloadTask_*", 6}, {"App_*", 128}}[i/10%4]
			add(fmt.Sprintf("Other %d", i), other.filter, other.actions, fmt.Sprintf(`user.group = "%s" and user.title = "%s"`, w.group(), w.title()))
		}
	}
	return rules
}

// write writes the site's files.
func (w *world) write(b testing.TB) {
	b.Helper()
	attribute := func(kind, value string) fields { return fields{"attributeType": kind, "attributeValue": value} }
	access := func() []fields {
		return []fields{{"value": w.group(), "definition": fields{"name": "GroupAccess"}}}
	}
	ref := func(list []string) fields { return fields{"id": pick(w.r, list)} }
	owner := func(id string) fields {
		w.owners[id] = w.r.IntN(len(w.users))
		return fields{"id": w.users[w.owners[id]]}
	}
	files := map[string][]fields{}
	for i, id := range w.users {
		files["user"] = append(files["user"], fields{
			"id": id, "userDirectory": "ACME", "userId": fmt.Sprintf("u%d", i), "name": fmt.Sprintf("User %d", i), "roles": []string{},
			"attributes": []fields{attribute("group", w.group()), attribute("group", w.group()), attribute("department", w.department()), attribute("title", w.title())},
		})
	}
	for i, id := range w.streams {
		files["stream"] = append(files["stream"], fields{"id": id, "name": fmt.Sprintf("Stream %d", i), "owner": owner(id)})
	}
	for i, id := range w.apps {
		files["app"] = append(files["app"], fields{
			"id": id, "name": fmt.Sprintf("App %d", i), "owner": owner(id), "stream": ref(w.streams), "published": true, "customProperties": access(),
		})
	}
	for i, id := range w.objects {
		files["app.object"] = append(files["app.object"], fields{
			"id": id, "name": fmt.Sprintf("Object %d", i), "owner": owner(id), "app": ref(w.apps), "published": i%2 == 0, "objectType": "sheet",
		})
	}
	for i, id := range w.tasks {
		app := pick(w.r, w.apps)
		w.owners[id] = w.owners[app]
		files["reloadtask"] = append(files["reloadtask"], fields{"id": id, "name": fmt.Sprintf("Task %d", i), "app": fields{"id": app}})
	}
	for name, list := range files {
		writeJSON(b, filepath.Join(w.dir, name+".json"), list)
	}
}

// requests returns requests for reading resources of a type. Every third comes
// from the owner, so that about the same share is granted under all rule sets.
func (w *world) requests(typeName string, ids []string, n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		resource, user := pick(w.r, ids), w.r.IntN(len(w.users))
		if i%3 == 0 {
			user = w.owners[resource]
		}
		list[i], _ = json.Marshal(fields{
			"subject":  fields{"type": "user", "id": fmt.Sprintf(`ACME\u%d`, user)},
			"action":   fields{"name": "read"},
			"resource": fields{"type": typeName, "id": resource},
			"context":  fields{"request_context": "hub"},
		})
	}
	return list
}

func writeJSON(b testing.TB, name string, v any) {
	b.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		b.Fatal(err)
	}
}

// compiled compiles the rules of a file and prepares them with the world's site.
func (w *world) compiled(b testing.TB, rulesFile string) (*engine.Engine, *bundles.Bundle) {
	b.Helper()
	rules, found := ruleset.Read(rulesFile)
	policy, more := compiler.Compile(rules, compiler.Options{})
	if policy == nil || found.HasErrors() {
		b.Fatalf("the rules do not compile: %v %v", found, more)
	}
	site, found := snapshot.Open(w.dir, nil)
	if found.HasErrors() {
		b.Fatal(found)
	}
	bundle, err := bundles.InMemory(b.Context(), policy, projected(site, policy))
	if err != nil {
		b.Fatal(err)
	}
	e, err := engine.New(b.Context(), bundle)
	if err != nil {
		b.Fatal(err)
	}
	return e, bundle
}
