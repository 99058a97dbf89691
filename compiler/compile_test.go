package compiler_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func TestRulesWithErrorsFailTheCompilation(t *testing.T) {
	for _, bad := range []ruleset.Rule{
		newRule("syntax", "App_*", "read", `resource.name =`),
		newRule("filter", "App_**", "read", ``),
		newRule("meaning", "App_*", "read", `resource.owner = "x"`),
		newRule("cycle", "App_*", "read", `!resource.HasPrivilege("read")`),
	} {
		policy, list := compiler.Compile([]ruleset.Rule{newRule("good", "App_*", "read", ""), bad}, compiler.Options{})
		if policy != nil || !list.HasErrors() {
			t.Errorf("%s: compiles, with %v", bad.Name, list)
		}
	}
}

// A rule that is left out may take away or give meaning to other rules, so all rules are checked again.
// Rules that are left out are reported by name.
func TestSkipInvalid(t *testing.T) {
	rules := []ruleset.Rule{
		newRule("syntax", "App_*", "update", `resource.name =`),
		newRule("cycle", "Stream_*", "read", `!resource.HasPrivilege("read") or resource.nme = "x"`),
		newRule("asks", "App_*", "read", `resource.HasPrivilege("update") or resource.stream.HasPrivilege("read")`),
		newRule("meaning", "Stream_*", "read", `resource.owner = "x"`),
		newRule("warned", "App_*", "delete", `resource.nme = "x" or resource.name = "y"`),
	}
	policy, list := compiler.Compile(rules, compiler.Options{SkipInvalid: true})
	if policy == nil {
		t.Fatal(rendered(t, list))
	}
	var skipped []string
	for _, r := range policy.Skipped {
		skipped = append(skipped, r.Name)
	}
	if want := []string{"cycle", "meaning", "syntax"}; !slices.Equal(skipped, want) {
		t.Errorf("skipped %v, want %v", skipped, want)
	}
	var codes []string
	for _, d := range list {
		codes = append(codes, d.Rule.Name+" "+string(d.Code))
	}
	slices.Sort(codes)
	want := []string{"cycle Q0404", "cycle Q0501", "meaning Q0309", "syntax Q0220", "warned Q0404"}
	if codes = slices.DeleteFunc(codes, func(s string) bool { return s == "asks Q0407" }); !slices.Equal(codes, want) {
		t.Errorf("diagnostics %v, want %v", codes, want)
	}
	if len(policy.Catalogue) != len(rules) {
		t.Errorf("the catalogue has %d rules, want all %d", len(policy.Catalogue), len(rules))
	}
	for _, m := range policy.Modules {
		if m.Path == "qlik/types/stream.rego" {
			t.Errorf("nothing grants anything on streams, and yet:\n%s", m.Source)
		}
	}
}

func TestStrictMakesUnknownPropertiesErrors(t *testing.T) {
	rules := []ruleset.Rule{newRule("typo", "App_*", "read", `resource.nme = "x" or resource.name = "y"`)}
	if policy, _ := compiler.Compile(rules, compiler.Options{Strict: true}); policy != nil {
		t.Error("compiles")
	}
	if policy, list := compiler.Compile(rules, compiler.Options{}); policy == nil {
		t.Error(rendered(t, list))
	}
}

func TestCatalogue(t *testing.T) {
	b := newRule("b", "App_*,Stream_*", "update read", `resource.name = "x"`)
	b.Context, b.Disabled = ruleset.QMC, true
	a := newRule("a", "User_*", "", "")
	a.Category = ruleset.License
	policy := mustCompile(t, compiler.Options{}, b, a)
	want := []compiler.RuleInfo{
		{ID: "a", Name: "a", Category: "License", Filter: "User_*", Actions: ruleset.All.Names(), Context: "both"},
		{ID: "b", Name: "b", Category: "Security", Filter: "App_*,Stream_*", Actions: []string{"read", "update"}, Context: "qmc", Condition: `resource.name = "x"`, Disabled: true},
	}
	if !reflect.DeepEqual(policy.Catalogue, want) {
		t.Errorf("got  %+v\nwant %+v", policy.Catalogue, want)
	}
}

// The view lists what the rules read, for every type that they can reach.
func TestView(t *testing.T) {
	policy := mustCompile(t, compiler.Options{},
		newRule("a", "App.Object_*", "read", `resource.app.stream.owner.@a = "x" and resource.name == "y" and resource.name like "z*"`),
		newRule("b", "*", "read", `resource.hostName matches "x" and resource.@b != user.group and user.id == resource.id`),
		newRule("c", "Widget_*", "read", `resource.resourcetype == "Widget" and resource.owner = user and resource.stuff.Empty()`),
		newRule("d", "StaticContentReference_*", "read", `resource.AppContents.app != resource.AppContents.app and resource.Extensions.HasPrivilege("read") or resource.ContentLibrarys.Empty()`),
		newRule("e", "Extension_*", "read", `resource.type = user.name and resource.owner != user and user.environment.os = "x"`),
		newRule("f", "StaticContentReference_*", "update", `resource.SharedContents.owner = resource.ContentLibrarys.owner`),
		newRule("g", "Stream_*", "read", `resource.HasPrivilege("update")`),
	)
	owner := schema.Relation{Name: "owner", Target: "user"}
	of := func(scalars, lists map[string]schema.Form, relations ...schema.Relation) schema.TypeView {
		t := schema.TypeView{Scalars: scalars, Lists: lists, Relations: map[string]schema.Relation{}}
		for _, r := range relations {
			t.Relations[r.Name] = r
		}
		return t
	}
	forms := func(pairs ...any) map[string]schema.Form {
		m := map[string]schema.Form{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1].(schema.Form)
		}
		return m
	}
	const folded, exact = schema.Folded, schema.Exact
	app := schema.Relation{Name: "app", Target: "app"}
	for key, want := range map[string]schema.TypeView{
		"app.object":  of(forms("name", folded|exact), forms(), app),
		"app":         of(forms(), forms(), schema.Relation{Name: "stream", Target: "stream"}),
		"stream":      of(forms(), forms(), owner),
		"user":        of(forms("userdirectory", folded, "name", folded, "id", exact), forms("@a", folded, "group", folded, "hostname", exact, "@b", folded)),
		"extension":   of(forms("type", folded), forms(), owner),
		"app.content": of(forms(), forms(), app),
		"odaglink":    of(forms(), forms()),
	} {
		if got := policy.View[key]; !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: %+v\nwant %+v", key, *got, want)
		}
	}
	general := policy.View["*"]
	if general.Lists["hostname"] != exact || general.Lists["resourcetype"] != exact || general.Lists["stuff"] != folded || general.Relations["owner"] != owner || general.Scalars["id"] != exact {
		t.Errorf("types outside the schema: %+v", general)
	}
	if len(policy.View) != len(schema.Default().Types())+1 {
		t.Errorf("the view has %d types", len(policy.View))
	}
}

// A relation to another target type keeps a type out of the module for types that no rule names.
func TestAnOwnerOfAnotherType(t *testing.T) {
	s, err := schema.Extend(schema.Default(), []byte(`{"types": [
		{"name": "Team"}, {"name": "Widget", "relations": {"owner": "Team"}}, {"name": "Gadget", "relations": {"owner": ["User"]}}, {"name": "Thing", "relations": {"owner": "User"}}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	site := `{"entities": {
		"user": {"u": {"name": "user"}, "v": {"name": "other"}}, "team": {"u": {"name": "team"}},
		"widget": {"1": {"owner": "u"}}, "gadget": {"1": {"owner": ["u", "v"]}}, "thing": {"1": {"owner": "u"}}
	}}`
	j := newJudge(t, compiler.Options{Schema: s}, site, newRule("user", "*", "read", `resource.owner.name = "user"`), newRule("team", "*", "read", `resource.owner.name = "team"`))
	for resource, want := range map[string]string{"Widget:1": "granted by team", "Gadget:1": "granted by user", "Thing:1": "granted by user"} {
		if got := j.decide(t, "u", "read", resource, ""); got != want {
			t.Errorf("%s: %s, want %s", resource, got, want)
		}
	}
}

// The same rules give the same text, in whatever order they come.
func TestOrderDoesNotMatter(t *testing.T) {
	rules := mix(100)
	first := mustCompile(t, compiler.Options{}, rules...)
	slices.Reverse(rules)
	second := mustCompile(t, compiler.Options{}, rules...)
	if !reflect.DeepEqual(first.Modules, second.Modules) || !reflect.DeepEqual(first.View, second.View) || !reflect.DeepEqual(first.Catalogue, second.Catalogue) {
		t.Error("the policies differ")
	}
}

// Rules of one shape are merged however their tests are ordered.
func TestTheOrderOfTestsDoesNotMatter(t *testing.T) {
	var rules []ruleset.Rule
	for i := range 8 {
		tests := []string{fmt.Sprintf(`user.group = "%c"`, 'z'-i), fmt.Sprintf(`user.@x = "%c"`, 'a'+i), fmt.Sprintf(`resource.name = "%d"`, i), `resource.owner = user`}
		if i%2 == 0 {
			slices.Reverse(tests)
		}
		rules = append(rules, newRule(fmt.Sprint(i), "App_*", "read", strings.Join(tests, " and ")))
	}
	policy := mustCompile(t, compiler.Options{}, rules...)
	for _, m := range policy.Modules {
		if drivers := strings.Count(m.Source, "\ngrants_"); m.Path == "qlik/types/app.rego" && drivers != 1 {
			t.Errorf("%d drivers:\n%s", drivers, m.Source)
		}
	}
}

// Many rules of several kinds are found by one search, and the tests of each kind are generated once.
func TestKindsAreFoundInOneQuery(t *testing.T) {
	policy := mustCompile(t, compiler.Options{}, append(kinds(), newRule("streams", "Stream_*", "read", `user.name = "x"`))...)
	at := slices.IndexFunc(policy.Modules, func(m compiler.Module) bool { return m.Path == "qlik/types/app.rego" })
	source := policy.Modules[at].Source
	for _, want := range []string{
		`
# 72 rules of 3 kinds, distinguished by user.group. The other tests of each kind are below.
grants_by_group(action, id) := rules if {
	found := rules_by_group(action)
	found != set()
	rules := union({ids |
		some [kind, ids] in found
		also_by_group(kind, id)
	})
	rules != set()
}

rules_by_group(action) := {[kind, rules] |
	some group in request.subject.group
	some kind, rules in rows_by_group[group][action]
}
`,
		`
	# kind 1 5: user.group = "nobody 29" and resource.owner = user and resource.@one = "x"
	"nobody 29": {"read": {"owner = user, @one": {"kind 1 5"}}},
`,
		`
also_by_group(kind, id) if {
	kind == "read on stream"
	resource := site.entity("app", id)
	stream.may("read", resource.stream)
}
`,
		`
also_by_group(kind, _) if kind == "nothing else"
`,
	} {
		if !strings.Contains(source, want) {
			t.Errorf("the module lacks\n%s\n%s", want, source)
		}
	}
}

// OPA's check for recursion walks from every rule through everything that it reaches: if many rules
// depend on rights that many others grant, 5,000 rules take minutes. This test limits the number of
// edges.
func TestCallsBetweenGeneratedRules(t *testing.T) {
	// Rules with patterns cannot be merged. Half of them depend on the rights that the others grant.
	halves := func(rules int, typ, question string) (set []ruleset.Rule) {
		for i := range rules / 2 {
			set = append(set,
				newRule(fmt.Sprint("grants ", i), typ, "read", fmt.Sprintf(`resource.name like "a%d*"`, i)),
				newRule(fmt.Sprint("asks ", i), "App_*", "update", fmt.Sprintf(`resource.name like "a%d*" and %s`, i, question)))
		}
		return set
	}
	tests := []struct {
		name    string
		rules   []ruleset.Rule
		perRule int // edges walked, at most
	}{
		{"mix", mix(1000), 25},
		{"patterns, about another resource", halves(200, "Stream_*", `resource.stream.HasPrivilege("read")`), 10 * 200},
		{"patterns, about the same resource", halves(200, "App_*", `resource.HasPrivilege("read")`), 10 * 200},
		{"patterns, in a cycle", halves(200, "App_*", `(resource.HasPrivilege("read") or resource.HasPrivilege("update"))`), 10 * 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			policy, list := compiler.Compile(test.rules, compiler.Options{})
			if policy == nil {
				t.Fatal(rendered(t, list))
			}
			walked := edgesWalked(compileOPA(t, policy))
			t.Logf("%d edges are walked for %d rules", walked, len(test.rules))
			if walked > test.perRule*len(test.rules) {
				t.Errorf("%d edges are walked for %d rules, more than %d for each", walked, len(test.rules), test.perRule)
			}
		})
	}
}

// edgesWalked counts the edges of everything that every generated rule reaches.
func edgesWalked(c *ast.Compiler) int {
	n := 0
	for path, m := range c.Modules {
		if !strings.HasPrefix(path, "qlik/types") && path != "qlik/subject.rego" {
			continue
		}
		for _, r := range m.Rules {
			seen := map[any]bool{}
			for queue := []any{r}; len(queue) > 0; queue = queue[1:] {
				for callee := range c.Graph.Dependencies(queue[0]) {
					n++
					if !seen[callee] {
						seen[callee] = true
						queue = append(queue, callee)
					}
				}
			}
		}
	}
	return n
}

// A diagnostic about a rule names it, and lies within its text.
func TestDiagnosticsNameTheirRule(t *testing.T) {
	_, list := compiler.Compile([]ruleset.Rule{
		newRule("a", "App_*,App", "read", `resource.nme = "x*" or user.group != "y" and !user.name = "z"`),
		newRule("b", "App_*", "read", `!resource.HasPrivilege("update")`),
		newRule("c", "App_*", "update", `resource.HasPrivilege("read") or resource.name matches "(" or user.HasPrivilege("x")`),
	}, compiler.Options{})
	for _, d := range list {
		if d.Rule == (diag.Rule{}) || d.Text == nil || d.Subject.End > len(d.Text.Content) || d.Subject.Start > d.Subject.End {
			t.Errorf("%+v", d)
		}
	}
}
