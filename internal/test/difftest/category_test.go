package difftest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"
	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // of the properties
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// The tests of License and Sync rules use these values, so that some of them match.
var (
	placementTests = []string{
		`node.name = "N1"`, `node.isCentral = "true"`, `node.iscentral != "true"`, `node.@T = resource.@T`, `node.@T != resource.@T`, `node.@T.Empty()`,
		`resource.@T.Empty()`, `resource.stream.@T = node.@T`, `resource.stream.@T.Empty()`, `resource.stream.Empty()`, `resource.stream.id != "s1"`,
		`resource.owner.name = node.name`, `node.hostName like "*.acme"`, `node.engineEnabled = "true"`, `node.nodePurpose != "1"`, `resource.name matches "a[0-4].*"`,
		`resource.owner.roles = "Admin"`, `resource.owner.group = node.@T`, `node.id = "n2"`, `node.missing.Empty()`, `"x" != node.missing`, `node = resource.owner`,
		`resource.owner.userDirectory = node.userDirectory`, `resource.resourcetype = "App"`, `resource.IsOwned()`,
	}
	licenceTests = []string{
		`user.group = "g1"`, `user.group != "g1"`, `user.roles = "Admin"`, `user.IsAnonymous()`, `user.name like "a*"`, `user.@T.Empty()`, `user.environment.os = "windows"`,
		`resource.resourcetype = "License.ProfessionalAccessGroup"`, `resource.resourcetype != "License.LoginAccessType"`, `resource.id = "p1"`, `user.userDirector = "x"`,
		`user.userDirectory = "ACME"`, `user.group.Empty()`,
	}
	placementFilters = []string{"App_*", "*", "App_a1", "App*", "Stream_*, App_a2", "ServerNodeConfiguration_*"}
	licenceFilters   = []string{
		"License.ProfessionalAccessGroup_p1", "License.ProfessionalAccessGroup_p2", "License.AnalyzerAccessGroup_*", "License.*", "*", "License.LoginAccessType_l1,License.UserAccessGroup_u*",
		"License.AnalyzerTimeAccessType_t1", "User_*",
	}
)

func drawCategoryRules(t *rapid.T) []ruleset.Rule {
	var rules []ruleset.Rule
	draw := func(c ruleset.Category, tests, filters []string) {
		for i := range rapid.IntRange(1, 4).Draw(t, "rules") {
			text := ""
			for j := range rapid.IntRange(1, 3).Draw(t, "tests") {
				one := rapid.SampledFrom(tests).Draw(t, "test")
				if rapid.Bool().Draw(t, "not") {
					one = "!(" + one + ")"
				}
				if j > 0 {
					text = "(" + text + ") " + rapid.SampledFrom([]string{"and", "or"}).Draw(t, "by") + " "
				}
				text += one
			}
			id := fmt.Sprintf("%s %d", c, i)
			rules = append(rules, ruleset.Rule{
				ID: id, Name: id, Category: c, Context: rapid.SampledFrom([]ruleset.Context{ruleset.Hub, ruleset.Both, ruleset.QMC}).Draw(t, "context"),
				Actions: rapid.SampledFrom([]ruleset.Actions{1, 1, 3, 2}).Draw(t, "actions"), Disabled: rapid.IntRange(0, 9).Draw(t, "off") == 0,
				Filter: &diag.Text{Content: rapid.SampledFrom(filters).Draw(t, "filter")}, Condition: &diag.Text{Content: text},
			})
		}
	}
	draw(ruleset.Sync, placementTests, placementFilters)
	draw(ruleset.License, licenceTests, licenceFilters)
	return rules
}

func drawProperties(t *rapid.T) []map[string]any {
	list := []map[string]any{}
	for _, v := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "B", "g1"}), 0, 2, rapid.ID[string]).Draw(t, "values") {
		list = append(list, map[string]any{"value": v, "definition": map[string]any{"name": "T"}})
	}
	return list
}

// writeCategorySite writes a snapshot of three users, three nodes, two streams and four apps.
func writeCategorySite(t *rapid.T, dir string) {
	var users, nodes, streams, apps []map[string]any
	for i, name := range []string{"anna", "N1", "carl"} {
		var groups []map[string]any
		for _, g := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"g1", "g2"}), 0, 2, rapid.ID[string]).Draw(t, "groups") {
			groups = append(groups, map[string]any{"attributeType": "group", "attributeValue": g})
		}
		users = append(users, map[string]any{
			"id": fmt.Sprintf("u%d", i), "userId": name, "userDirectory": "ACME", "name": name, "roles": rapid.SampledFrom([][]string{{}, {"Admin"}}).Draw(t, "roles"),
			"attributes": groups, "customProperties": drawProperties(t), "schemaPath": "User",
		})
	}
	for i := range 3 {
		nodes = append(nodes, map[string]any{
			"id": fmt.Sprintf("n%d", i), "name": fmt.Sprintf("N%d", i), "isCentral": i == 0, "hostName": rapid.SampledFrom([]string{"h.acme", "h"}).Draw(t, "host"),
			"engineEnabled": rapid.Bool().Draw(t, "engine"), "nodePurpose": i, "customProperties": drawProperties(t), "schemaPath": schema.NodeType,
		})
	}
	for i := range 2 {
		streams = append(streams, map[string]any{"id": fmt.Sprintf("s%d", i), "name": "S", "customProperties": drawProperties(t), "owner": users[i]})
	}
	for i := range 4 {
		app := map[string]any{"id": fmt.Sprintf("a%d", i), "name": fmt.Sprintf("A%d", i), "customProperties": drawProperties(t), "owner": users[i%3], "stream": nil}
		if i < 2 {
			app["stream"] = streams[i]
		}
		apps = append(apps, app)
	}
	for name, list := range map[string]any{
		"user": users, "servernodeconfiguration": nodes, "stream": streams, "app": apps,
		"license.professionalaccessgroup": []map[string]any{{"id": "p1", "name": "Makers"}},
	} {
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// asked queries a bundle as shipped, with OPA.
type asked struct {
	ctx     context.Context
	t       *rapid.T
	bundle  *bundle.Bundle
	queries map[string]rego.PreparedEvalQuery
}

func ship(ctx context.Context, t *rapid.T, w *workspace.Workspace) *asked {
	var file bytes.Buffer
	if _, err := bundles.Build(ctx, &file, w.Policy, w.Data(), bundles.BuildOptions{}); err != nil {
		t.Fatal(err)
	}
	b, err := bundle.NewReader(&file).Read()
	if err != nil {
		t.Fatal(err)
	}
	return &asked{ctx, t, &b, map[string]rego.PreparedEvalQuery{}}
}

// set returns the strings of a set, nil if there is no such package.
func (a *asked) set(query string, input any) []string {
	q, ok := a.queries[query]
	if !ok {
		var err error
		if q, err = rego.New(rego.Query(query), rego.ParsedBundle("qlik", a.bundle), rego.StrictBuiltinErrors(true)).PrepareForEval(a.ctx); err != nil {
			a.t.Fatal(err)
		}
		a.queries[query] = q
	}
	results, err := q.Eval(a.ctx, rego.EvalInput(input))
	if err != nil {
		a.t.Fatal(err)
	}
	var texts []string
	if len(results) > 0 {
		list, _ := results[0].Expressions[0].Value.([]any)
		for _, v := range list {
			texts = append(texts, v.(string))
		}
	}
	slices.Sort(texts)
	return texts
}

func request(subject, typ, id string, more map[string]any) map[string]any {
	all := map[string]any{
		"subject": map[string]any{"type": "user", "id": subject}, "action": map[string]any{"name": "read"}, "resource": map[string]any{"type": typ, "id": id},
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

// viewDecider decides with a view, like the tools, and compares the two evaluators of a view.
type viewDecider struct {
	ctx    context.Context
	t      *rapid.T
	theirs *evaluate.Evaluator
	ours   *engine.Engine
}

func viewOf(ctx context.Context, t *rapid.T, rules []ruleset.Rule, dir string, c ruleset.Category) *viewDecider {
	w := workspace.OfRules(rules, workspace.Source{Snapshot: dir, Options: compiler.Options{View: c}})
	site, err := w.LoadSite()
	if err != nil {
		t.Fatal(err, w.Diagnostics)
	}
	b, err := w.Bundle(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := engine.New(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	return &viewDecider{ctx, t, w.Evaluator(site), ours}
}

func (d *viewDecider) rules(input map[string]any) []string {
	text, err := json.Marshal(input)
	if err != nil {
		d.t.Fatal(err)
	}
	theirs := d.theirs.Decide(text)
	ours, err := d.ours.Decide(d.ctx, text)
	if err != nil {
		d.t.Fatal(err)
	}
	if theirs.Err != nil || !slices.Equal(theirs.GrantedBy, ours.GrantedBy) {
		d.t.Fatalf("%s\nthe view's policy says %v, the independent evaluator %v (%v)", text, ours.GrantedBy, theirs.GrantedBy, theirs.Err)
	}
	return theirs.GrantedBy
}

// The packages qlik.license and qlik.placement of a bundle, the policy of a view and the independent
// evaluator agree about which users get which access and which nodes serve which apps.
func TestCategoriesAgree(t *testing.T) {
	ctx := context.Background()
	checks := 0
	most := 5 // some of them placement rules
	if exact.Enabled() {
		most = 60
	}
	placed, fitted := 0, 0
	defer func() {
		if placed == 0 || fitted == 0 {
			t.Errorf("%d apps were placed and %d kinds fitted: the rules that are drawn say nothing", placed, fitted)
		}
	}()
	rapid.Check(t, func(t *rapid.T) {
		if checks++; checks > most {
			return
		}
		dir, err := os.MkdirTemp("", "category")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		rules := drawCategoryRules(t)
		writeCategorySite(t, dir)
		w := workspace.OfRules(rules, workspace.Source{Snapshot: dir})
		if w.Policy == nil {
			t.Fatal(w.Diagnostics)
		}
		shipped := ship(ctx, t, w)
		placed += comparePlacement(t, shipped, viewOf(ctx, t, rules, dir, ruleset.Sync))
		fitted += compareLicences(t, shipped, viewOf(ctx, t, rules, dir, ruleset.License), ruleset.AccessGroups(ruleset.View(rules, ruleset.License)))
	})
}

// comparePlacement returns the number of apps on a node.
func comparePlacement(t *rapid.T, shipped *asked, view *viewDecider) (placed int) {
	apps := map[string][]string{}
	for _, app := range []string{"a0", "a1", "a2", "a3"} {
		var nodes []string
		for _, node := range []string{"n0", "n1", "n2"} {
			want := view.rules(request(node, "App", app, nil))
			if len(want) > 0 {
				placed++
				nodes, apps[node] = append(nodes, node), append(apps[node], app)
			}
			input := map[string]any{"subject": map[string]any{"type": "node", "id": node}, "resource": map[string]any{"type": "App", "id": app}}
			if got := shipped.set("data.qlik.placement.granted_by", input); !slices.Equal(got, want) {
				t.Fatalf("%s on %s: the bundle says %v, the view %v", app, node, got, want)
			}
		}
		if got := shipped.set("data.qlik.placement.nodes", map[string]any{"resource": map[string]any{"type": "App", "id": app}}); !slices.Equal(got, nodes) {
			t.Fatalf("the nodes of %s are %v in the bundle and %v in the view", app, got, nodes)
		}
	}
	for _, node := range []string{"n0", "n1", "n2"} {
		if got := shipped.set("data.qlik.placement.apps", map[string]any{"subject": map[string]any{"type": "node", "id": node}}); !slices.Equal(got, apps[node]) {
			t.Fatalf("the apps of %s are %v in the bundle and %v in the view", node, got, apps[node])
		}
	}
	return placed
}

// compareLicences returns the number of kinds of access that match a subject.
func compareLicences(t *rapid.T, shipped *asked, view *viewDecider, groups []ruleset.AccessGroup) (fitted int) {
	for _, subject := range []string{`ACME\anna`, "u1", `ACME\CARL`, `NONE\anonymous`, `ACME\nobody`} {
		for _, more := range []map[string]any{nil, {"context": map[string]any{"request_context": "hub", "environment": map[string]any{"OS": "Windows"}}}} {
			var kinds, ids []string
			for _, g := range groups {
				rules := view.rules(request(subject, g.Type, g.ID, more))
				ids = append(ids, rules...)
				if len(rules) > 0 {
					kinds = append(kinds, g.AccessKind.Name)
				}
			}
			slices.Sort(kinds)
			slices.Sort(ids)
			kinds, ids = slices.Compact(kinds), slices.Compact(ids)
			fitted += len(kinds)
			input := request(subject, "", "", more)
			delete(input, "resource")
			delete(input, "action")
			if got := shipped.set("data.qlik.license.kinds", input); !slices.Equal(got, kinds) {
				t.Fatalf("%s fits %v in the bundle and %v in the view", subject, got, kinds)
			}
			if got := shipped.set("data.qlik.license.granted_by", input); !slices.Equal(got, ids) {
				t.Fatalf("%s fits by %v in the bundle and by %v in the view", subject, got, ids)
			}
		}
	}
	return fitted
}
