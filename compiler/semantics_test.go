package compiler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// acme is a small site in the form of a bundle's data. Anna has all properties, Bert only a name. App
// "full" has everything, "bare" nothing, "loose" refers to entities that are only nested and have no
// id.
const acme = `{
	"held": {"user": true, "stream": true, "app": true, "app.object": true, "staticcontentreference": true, "contentlibrary": true},
	"subjects": {"acme\\anna": "anna", "acme\\bert": "bert"},
	"entities": {
		"user": {
			"anna": {"=id": "ANNA", "name": "anna", "=name": "Anna", "userid": "anna", "=userid": "Anna", "userdirectory": "acme",
				"group": ["emea", "sales"], "=group": ["EMEA", "Sales"], "email": ["a@acme.com"], "=email": ["a@acme.com"], "@one": ["x"], "=@one": ["X"]},
			"bert": {"=id": "Bert", "name": "bert", "=name": "Bert", "userid": "bert", "=userid": "Bert", "userdirectory": "acme"}
		},
		"stream": {"s": {"name": "finance", "=name": "Finance", "owner": "bert", "@one": ["x"], "=@one": ["x"]}},
		"app": {
			"full": {"=id": "FULL", "name": "q1 sales", "=name": "Q1 Sales", "description": "", "=description": "", "published": "true",
				"stream": "s", "owner": "anna", "@one": ["x"], "=@one": ["X"], "@two": ["emea", "sales"], "=@two": ["EMEA", "Sales"]},
			"bare": {"=id": "bare"},
			"loose": {"=id": "Loose", "stream": "\u001f1\u001f", "owner": "\u001f2\u001f"}
		},
		"app.object": {"sheet": {"name": "sheet", "description": "", "=description": "", "app": "full", "owner": "bert"}, "stray": {"name": "stray"}},
		"contentlibrary": {"l1": {"name": "a", "@x": ["1"], "owner": "anna"}, "l2": {"name": "b", "@x": ["2"], "owner": "anna"}, "l3": {"name": "b"}},
		"staticcontentreference": {
			"both": {"contentlibrarys": ["l1", "l2"]}, "one": {"contentlibrarys": ["l1"]}, "mixed": {"contentlibrarys": ["l2", "l3"]}, "none": {}
		}
	},
	"nested": {"stream": {"\u001f1\u001f": {"name": "gone", "=name": "Gone"}}, "user": {"\u001f2\u001f": {}}}
}`

// Every condition is compiled as a rule of its own and decided for resources of the site; want lists the
// resources that Anna may read.
func TestConditions(t *testing.T) {
	const apps, contents, objects = "App", "StaticContentReference", "App.Object"
	everyApp := []string{"bare", "full", "loose"}
	tests := []struct {
		typ, condition string
		want           []string
	}{
		// One text.
		{apps, `resource.name = "Q1 SALES"`, []string{"full"}},
		{apps, `"Q1 SALES" = resource.name`, []string{"full"}},
		{apps, `resource.name == "Q1 SALES"`, nil},
		{apps, `resource.name == "Q1 Sales"`, []string{"full"}},
		{objects, `resource.description = ""`, []string{"sheet"}},
		{objects, `resource.description != ""`, []string{"stray"}},
		{apps, `resource.description.Empty() and resource.published.Empty()`, everyApp}, // rules cannot read these
		{apps, `resource.name != "q1 sales"`, []string{"bare", "loose"}},
		{apps, `"q1 sales" != resource.name`, []string{"bare", "loose"}},
		{apps, `resource.name !== "q1 sales"`, everyApp},
		{apps, `!(resource.name = "q1 sales")`, []string{"bare", "loose"}},
		{apps, `!(resource.name == "Q1 Sales")`, []string{"bare", "loose"}},
		{apps, `!(resource.name like "q*")`, []string{"bare", "loose"}},
		{apps, `!(resource.name matches "q.*")`, []string{"bare", "loose"}},
		{apps, `resource.name.Empty()`, []string{"bare", "loose"}},
		{apps, `!resource.name.Empty()`, []string{"full"}},
		{apps, `resource.name = resource.name`, []string{"full"}},
		{apps, `resource.name != resource.name`, []string{"bare", "loose"}},
		{apps, `resource.name = user.name or resource.name != user.name`, everyApp},

		// The id, which nested entities may lack.
		{apps, `resource.id = "FULL"`, []string{"full"}},
		{apps, `resource.id == "full"`, nil},
		{apps, `resource.id == "FULL"`, []string{"full"}},
		{apps, `resource.id != "full"`, []string{"bare", "loose"}},
		{apps, `resource.stream.id != "s"`, []string{"bare", "loose"}},
		{apps, `resource.stream.id = "s"`, []string{"full"}},
		{apps, `!(resource.stream.id = "s")`, []string{"bare", "loose"}},
		{apps, `resource.stream.id.Empty()`, []string{"bare", "loose"}},

		// A list on the left.
		{apps, `user.group = "SALES"`, everyApp},
		{apps, `user.group == "SALES"`, nil},
		{apps, `user.group != "sales"`, everyApp},
		{apps, `user.@one != "x"`, nil},
		{apps, `user.@one !== "x"`, everyApp},
		{apps, `user.@none != "x"`, everyApp},
		{apps, `!(user.group = "sales")`, nil},
		{apps, `!(user.@none = "x")`, everyApp},
		{apps, `user.group = "sales" and user.group = "emea"`, everyApp},
		{apps, `user.group like "S*"`, everyApp},
		{apps, `!(user.group like "x*")`, everyApp},
		{apps, `user.group matches "SAL.."`, everyApp},
		{apps, `user.group matches "SAL"`, nil},
		{apps, `user.@none.Empty()`, everyApp},
		{apps, `user.group.Empty()`, nil},
		{apps, `resource.@two = "emea"`, []string{"full"}},
		{apps, `resource.@two != "emea"`, everyApp},
		{apps, `resource.@one != "x"`, []string{"bare", "loose"}},
		{apps, `"x" != resource.@one`, []string{"bare", "loose"}},

		// Lists on both sides.
		{apps, `resource.@two = user.group`, []string{"full"}},
		{apps, `resource.@one = user.group`, nil},
		{apps, `resource.@two != user.group`, everyApp},
		{apps, `resource.@one != user.@one`, []string{"bare", "loose"}},
		{apps, `resource.@one !== resource.stream.@one`, everyApp},
		{apps, `resource.name != user.@one`, everyApp},
		{apps, `user.@one != resource.name`, everyApp},
		{apps, `user.name != user.@one`, everyApp},
		{apps, `user.@none != user.@none`, everyApp},

		// The environment.
		{apps, `user.environment.os = "WINDOWS"`, everyApp},
		{apps, `user.environment.os != "windows"`, nil},
		{apps, `user.environment.os !== "windows"`, everyApp},
		{apps, `!(user.environment.os = "windows")`, nil},
		{apps, `user.environment.none != "windows"`, everyApp},
		{apps, `user.environment.many != "a"`, everyApp},
		{apps, `user.environment.many = resource.@one`, nil},
		{apps, `user.environment.many = user.environment.many`, everyApp},
		{apps, `user.environment.one != user.@one`, nil},
		{apps, `user.environment.one != "x" or user.environment.one.Empty()`, nil},
		{apps, `user.name != user.environment.who`, nil},
		{apps, `user.environment.many like "a*"`, everyApp},
		{apps, `user.environment.many matches "B"`, everyApp},

		// Missing relations.
		{apps, `resource.stream.name = "finance"`, []string{"full"}},
		{apps, `resource.stream.name != "finance"`, []string{"bare", "loose"}},
		{apps, `!(resource.stream.name = "finance")`, []string{"bare", "loose"}},
		{apps, `resource.stream.Empty()`, []string{"bare"}},
		{apps, `!resource.stream.Empty()`, []string{"full", "loose"}},
		{apps, `resource.IsOwned()`, []string{"full", "loose"}},
		{apps, `!resource.IsOwned()`, []string{"bare"}},
		{apps, `resource.stream.resourcetype = "stream"`, []string{"full", "loose"}},
		{apps, `resource.stream.resourcetype != "Stream"`, []string{"bare"}},
		{"App.Object", `resource.app.stream.owner.name = "bert"`, []string{"sheet"}},
		{"App.Object", `resource.app.stream.owner.name != "anna"`, []string{"sheet", "stray"}},
		{"App.Object", `!(resource.app.stream.owner.name = "bert")`, []string{"stray"}},

		// Entities.
		{apps, `resource.owner = user`, []string{"full"}},
		{apps, `user == resource.owner`, []string{"full"}},
		{apps, `resource.owner != user`, []string{"bare", "loose"}},
		{apps, `!(resource.owner = user)`, []string{"bare", "loose"}},
		{apps, `resource.owner = resource.owner`, []string{"full", "loose"}},
		{apps, `resource.owner != resource.owner`, []string{"bare"}},
		{apps, `resource.owner = resource.stream.owner`, nil},
		{apps, `resource.owner != resource.stream.owner`, everyApp},
		{"App.Object", `resource.owner = resource.app.stream.owner`, []string{"sheet"}},
		{"User", `resource = user`, []string{"anna"}},
		{"User", `resource != user`, []string{"bert"}},

		// Sets of entities: each test may match a different entity.
		{contents, `resource.ContentLibrarys.name = "a" and resource.ContentLibrarys.name = "b"`, []string{"both"}},
		{contents, `resource.ContentLibrarys.name = "a" and resource.ContentLibrarys.@x = "2"`, []string{"both"}},
		{contents, `resource.ContentLibrarys.name != "a"`, []string{"both", "mixed", "none"}},
		{contents, `resource.ContentLibrarys.name != "b"`, []string{"both", "none", "one"}},
		{contents, `!(resource.ContentLibrarys.name = "b")`, []string{"none", "one"}},
		{contents, `resource.ContentLibrarys.Empty()`, []string{"none"}},
		{contents, `!resource.ContentLibrarys.@x.Empty()`, []string{"both", "mixed", "one"}},
		{contents, `resource.ContentLibrarys.owner = user`, []string{"both", "mixed", "one"}},
		{contents, `resource.ContentLibrarys.owner != user`, []string{"none"}},
		{contents, `!(resource.ContentLibrarys.owner = user)`, []string{"none"}},
		{contents, `resource.ContentLibrarys = resource.ContentLibrarys`, []string{"both", "mixed", "one"}},
		{contents, `resource.ContentLibrarys != resource.ContentLibrarys`, []string{"both", "mixed", "none"}},
		{contents, `resource.ContentLibrarys.owner != resource.ContentLibrarys.owner`, []string{"none"}},
		{contents, `resource.ContentLibrarys.id != "l1"`, []string{"both", "mixed", "none"}},
		{contents, `resource.ContentLibrarys.@x != resource.ContentLibrarys.@x`, []string{"both", "none"}},

		// The subject.
		{apps, `user.IsAnonymous()`, nil},
		{apps, `!user.IsAnonymous()`, everyApp},
		{apps, `user.id = "anna" and user.userId == "Anna" and user.name like "A?n*"`, everyApp},
		{apps, `user.id != "anna"`, nil},
		{apps, `true`, everyApp},
		{apps, `!(true and user.name = "x")`, everyApp},
	}
	var rules []ruleset.Rule
	for i, test := range tests {
		rules = append(rules, newRule(fmt.Sprintf("%03d", i), test.typ+"_*", "read", test.condition))
	}
	j := newJudge(t, compiler.Options{}, acme, rules...)
	resources := map[string][]string{apps: everyApp, contents: {"both", "mixed", "none", "one"}, "App.Object": {"sheet", "stray"}, "User": {"anna", "bert"}}
	const context = `{"environment": {"OS": "Windows", "Many": ["A", "b"], "one": "X", "who": ["Anna"]}}`
	granted := map[string]map[string]bool{}
	for typ, ids := range resources {
		for _, id := range ids {
			d := j.decide(t, `ACME\Anna`, "read", typ+":"+id, context)
			granted[typ+":"+id] = map[string]bool{}
			for _, rule := range strings.Fields(d) {
				granted[typ+":"+id][rule] = true
			}
		}
	}
	for i, test := range tests {
		var got []string
		for _, id := range resources[test.typ] {
			if granted[test.typ+":"+id][fmt.Sprintf("%03d", i)] {
				got = append(got, id)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: %s holds for %v, want %v", test.typ, test.condition, got, test.want)
		}
	}
}

// With list-inequality=all an inequality is the negation of the equality.
func TestListInequality(t *testing.T) {
	rules := []ruleset.Rule{
		newRule("list", "App_*", "read", `user.group != "sales"`),
		newRule("missing", "App_*", "read", `user.@none != "sales"`),
		newRule("one", "App_*", "read", `resource.name != "q1 sales"`),
		newRule("entity", "App_*", "read", `resource.owner != user`),
	}
	for option, want := range map[resolve.ListInequality]string{resolve.Any: "granted by list missing", resolve.All: "granted by missing"} {
		j := newJudge(t, compiler.Options{ListInequality: option}, acme, rules...)
		if got := j.decide(t, "anna", "read", "App:full", ""); got != want {
			t.Errorf("%s: %s, want %s", option, got, want)
		}
	}
}

// Filters, section 5: a key begins with the type, and App* also matches other types.
func TestFilters(t *testing.T) {
	filters := []string{"*", "App*", "App_*", "App_FULL", "App_f*", "App.Object_*", "Wid*", "Widget_*", "Widget_1", "QmcSection_App", "QmcSection_App*", "HubSection_*", "Qmc*", "App", "Other"}
	var rules []ruleset.Rule
	for _, filter := range filters {
		rules = append(rules, newRule(filter, filter, "read", ""))
	}
	j := newJudge(t, compiler.Options{}, acme, rules...)
	for resource, want := range map[string]string{
		"App:full":                              "* App* App_* App_FULL App_f*",
		"APP:bare":                              "* App* App_*",
		"App.Object:sheet":                      "* App* App.Object_*",
		"AppStoreThing:1":                       "* App*",
		"App_x:1":                               "* App*",
		"Ap:1":                                  "*",
		"Stream:s":                              "*",
		"Widget:1":                              "* Wid* Widget_* Widget_1",
		"Widget:2":                              "* Wid* Widget_*",
		"WidgetFactory:1":                       "* Wid*",
		"TransientObject:QmcSection_App":        "* Qmc* QmcSection_App QmcSection_App*",
		"transientobject:qmcsection_App.Object": "* Qmc* QmcSection_App*",
		"TransientObject:HubSection_Home":       "* HubSection_*",
		"TransientObject:Other":                 "* Other",
		"TransientObject:AppX":                  "* App*",
		"TransientObject:App":                   "* App*",
		"QmcSection:App":                        "* Qmc*",
	} {
		if got := j.decide(t, "anna", "read", resource, ""); got != "granted by "+want {
			t.Errorf("%s: %s, want %s", resource, got, want)
		}
	}
}

// The type of the resource, including types that no rule names and unknown types.
func TestResourceTypes(t *testing.T) {
	conditions := []string{
		`resource.resourcetype = "app"`, `resource.resourcetype == "app"`, `resource.resourcetype == "App"`, `resource.resourcetype != "App"`,
		`resource.resourcetype = "Widget"`, `resource.resourcetype == "Widget"`, `resource.resourcetype !== "Widget"`, `resource.resourcetype like "w*"`,
		`resource.resourcetype matches "[aw].*"`, `resource.resourcetype = "no type"`, `resource.resourcetype != "no type"`, `resource.resourcetype = ""`,
		`resource.resourcetype = user.@none or resource.resourcetype.Empty()`,
	}
	var rules []ruleset.Rule
	for _, condition := range conditions {
		rules = append(rules, newRule(fmt.Sprint(len(rules)), "*", "read", condition))
	}
	j := newJudge(t, compiler.Options{}, acme, rules...)
	for resource, want := range map[string]string{
		"aPP:full":  "0 10 2 6 8",
		"Widget:1":  "10 3 4 5 7 8",
		"wIDGET:1":  "10 3 4 6 7 8",
		"Widgets:1": "10 3 6 7 8",
		"Gadget:1":  "10 3 6",
		"no type:1": "3 6 9",
		"No Type:1": "3 6 9",
		":1":        "10 11 3 6",
	} {
		if got := j.decide(t, "anna", "read", resource, ""); got != "granted by "+want {
			t.Errorf("%q: %s, want %s", resource, got, want)
		}
	}
}

// Rights on one resource that depend on each other are the least fixpoint, and granted_by is computed
// from it.
func TestCycles(t *testing.T) {
	tests := []struct {
		name  string
		rules []ruleset.Rule
		want  map[string]string // action and resource → decision
	}{
		{"of one", []ruleset.Rule{
			newRule("self", "App_*", "read delete", `resource.HasPrivilege("read")`),
			newRule("base", "App_*", "read", `resource.name = "q1 sales"`),
		}, map[string]string{"read full": "granted by base self", "read bare": "no_rule", "delete full": "granted by self", "delete bare": "no_rule"}},
		{"of two", []ruleset.Rule{
			newRule("ru", "App_*", "read", `resource.HasPrivilege("update")`),
			newRule("ur", "App_*", "update", `resource.HasPrivilege("read") and user.group = "sales"`),
			newRule("base", "App_*", "update", `resource.name = "q1 sales"`),
			newRule("out", "App_*", "export", `resource.HasPrivilege("read") and !resource.HasPrivilege("publish")`),
		}, map[string]string{"read full": "granted by ru", "update full": "granted by base ur", "read bare": "no_rule", "update bare": "no_rule", "export full": "granted by out", "export bare": "no_rule"}},
		{"of three", []ruleset.Rule{
			newRule("a", "App_*", "read", `resource.HasPrivilege("update")`),
			newRule("b", "App_*", "update", `resource.HasPrivilege("delete") or user.name = "bert"`),
			newRule("c", "App_*", "delete publish", `resource.HasPrivilege("read") or resource.id = "full"`),
		}, map[string]string{"read full": "granted by a", "update full": "granted by b", "delete full": "granted by c", "publish full": "granted by c", "read bare": "no_rule", "publish bare": "no_rule"}},
		{"with parts that are functions of their own", []ruleset.Rule{
			newRule("a", "App_*", "read", `(resource.HasPrivilege("update") or user.name = "x") and (user.name = "anna" or resource.HasPrivilege("read")) and !(resource.name = "y")`),
			newRule("b", "App_*", "update", `resource.HasPrivilege("read") or resource.id = "full" and resource.HasPrivilege("publish")`),
			newRule("c", "App_*", "publish", `user.name = "anna"`),
		}, map[string]string{"read full": "granted by a", "update full": "granted by b", "read bare": "no_rule", "update bare": "no_rule"}},
		{"without a beginning", []ruleset.Rule{
			newRule("a", "App_*", "read", `resource.HasPrivilege("update")`),
			newRule("b", "App_*", "update", `resource.HasPrivilege("read")`),
		}, map[string]string{"read full": "no_rule", "update full": "no_rule"}},
		{"in merged rules", append(merged("App_*", "update", `user.group = "%s" and resource.HasPrivilege("read")`),
			append(merged("App_*", "read", `user.group = "%s" and resource.HasPrivilege("update")`), newRule("base", "App_*", "read", `resource.id = "full"`))...),
			map[string]string{"read full": "granted by base read sales", "update full": "granted by update sales", "read bare": "no_rule", "update bare": "no_rule"}},
		{"in types that nothing names", []ruleset.Rule{
			newRule("self", "*", "read", `resource.HasPrivilege("read") or user.@one = "x" and resource.HasPrivilege("update")`),
			newRule("base", "*", "update", `resource.id = "full"`),
		}, map[string]string{"read full": "granted by self", "read bare": "no_rule"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := newJudge(t, compiler.Options{}, acme, test.rules...)
			for question, want := range test.want {
				action, id, _ := strings.Cut(question, " ")
				if got := j.decide(t, "anna", action, "App:"+id, ""); got != want {
					t.Errorf("%s: %s, want %s", question, got, want)
				}
			}
		})
	}
}

// merged returns rules of one shape, enough of them to be merged. They differ in the string that
// replaces %s, and have the names "<actions> <text>".
func merged(filter, actions, condition string) []ruleset.Rule {
	var rules []ruleset.Rule
	for _, text := range []string{"sales", "a", "b", "c", "d", "e", "f", "g", "h"} {
		rules = append(rules, newRule(actions+" "+text, filter, actions, fmt.Sprintf(condition, text)))
	}
	return rules
}

// kinds returns rules of three kinds that match nobody, enough of them to be found by one search.
func kinds() []ruleset.Rule {
	var rules []ruleset.Rule
	for i, shared := range []string{` and resource.stream.HasPrivilege("read")`, ` and resource.owner = user and resource.@one = "x"`, ``} {
		for j := range 24 {
			rules = append(rules, newRule(fmt.Sprintf("kind %d %d", i, j), "App_*", "read", fmt.Sprintf(`user.group = "nobody %d"%s`, 24*i+j, shared)))
		}
	}
	return rules
}

// differing returns rules that share the beginning of their conditions, with one of two strings for %s;
// the rest is different in each rule.
func differing(shared, one, other string) []ruleset.Rule {
	var rules []ruleset.Rule
	for i, own := range []string{
		`resource.name like "*sales"`, `resource.name != "q1 sales"`, `!(resource.name = "x")`, `(resource.name = "q1 sales" or resource.id = "x")`,
		`resource.name like "?"`, `user.name = "anna"`, `resource.name matches "a.*"`, `resource.IsOwned() and resource.name like "q*"`,
	} {
		text := one
		if i%2 == 1 {
			text = other
		}
		rules = append(rules, newRule(fmt.Sprintf("found %d", i), "App_*", "read", strings.Replace(shared, "%s", text, 1)+own))
	}
	return rules
}

// Rights on other resources, and their negation.
func TestInheritance(t *testing.T) {
	j := newJudge(t, compiler.Options{}, acme,
		newRule("stream", "Stream_*", "read", `resource.name = "finance"`),
		newRule("app", "App_*", "read", `resource.stream.HasPrivilege("read")`),
		newRule("object", "App.Object_*", "read", `resource.app.HasPrivilege("read")`),
		newRule("not", "App_*", "update", `!resource.stream.HasPrivilege("read")`),
		newRule("both", "App_*", "delete", `resource.HasPrivilege("read") and !resource.HasPrivilege("update")`),
		newRule("never", "App_*", "export", `resource.stream.HasPrivilege("export") or resource.owner.HasPrivilege("read")`),
	)
	for question, want := range map[string]string{
		"read App:full": "granted by app", "read App:bare": "no_rule", "read App:loose": "no_rule",
		"read App.Object:sheet": "granted by object", "read App.Object:stray": "no_rule",
		"update App:full": "no_rule", "update App:bare": "granted by not", "update App:loose": "granted by not",
		"delete App:full": "granted by both", "delete App:bare": "no_rule", "export App:full": "no_rule",
	} {
		action, resource, _ := strings.Cut(question, " ")
		if got := j.decide(t, "anna", action, resource, ""); got != want {
			t.Errorf("%s: %s, want %s", question, got, want)
		}
	}
}

// A nested entity without an id supports rights like any other.
func TestRightsOnEntitiesWithoutAnID(t *testing.T) {
	j := newJudge(t, compiler.Options{}, acme,
		newRule("app", "App_*", "read", `resource.stream.HasPrivilege("read")`),
		newRule("stream", "Stream_*", "read", `resource.id != "s"`),
	)
	for id, want := range map[string]string{"loose": "granted by app", "full": "no_rule", "bare": "no_rule"} {
		if got := j.decide(t, "anna", "read", "App:"+id, ""); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// Merged rules decide like each rule alone, whatever form they are merged into.
func TestMergedRules(t *testing.T) {
	var table []ruleset.Rule
	for i := range 70 {
		table = append(table, newRule(fmt.Sprintf("row %d", i), "App_*", "read", fmt.Sprintf(`resource.@two = "%c%d" and resource.name = "x"`, 'a'+i%7, i)))
	}
	table = append(table,
		newRule("table", "App_*", "read update", `resource.@two = "Sales" and resource.name = "Q1 Sales"`),
		newRule("twin", "App_*", "update", `resource.name = "q1 sales" and resource.@two = "sales"`))
	tests := []struct {
		name  string
		rules []ruleset.Rule
		want  map[string]string
	}{
		{"one list", merged("App_*", "read", `user.group = "%s"`), map[string]string{"anna read full": "granted by read sales", "bert read full": "no_rule"}},
		{"the same list twice", merged("App_*", "read", `user.group = "emea" and user.group = "%s"`),
			map[string]string{"anna read full": "granted by read sales", "bert read full": "no_rule"}},
		{"two lists of one name", merged("App_*", "read", `user.group = "%[1]s" and user.group = "emea" and resource.@two = "%[1]s"`),
			map[string]string{"anna read full": "granted by read sales", "anna read bare": "no_rule"}},
		{"as written", append(merged("App_*", "read", `user.group == "%s"`), newRule("exact", "App_*", "read", `user.group == "Sales"`)),
			map[string]string{"anna read full": "granted by exact"}},
		{"differing actions", append(merged("App_*", "read", `user.group = "%s" and resource.name = "q1 sales"`),
			append(merged("App_*", "read update", `user.group = "%s" and resource.name = "q1 sales"`), newRule("all", "App_*", "", `user.group = "sales" and resource.name = "Q1 SALES"`))...),
			map[string]string{"anna read full": "granted by all read sales read update sales", "anna update full": "granted by all read update sales", "anna delete full": "granted by all", "anna read bare": "no_rule"}},
		{"ids in the filter", []ruleset.Rule{
			newRule("0", "App_full", "read", `user.name = "anna"`), newRule("1", "App_bare", "read", `user.name = "anna"`), newRule("2", "App_loose,App_bare", "read", `user.name = "anna"`),
			newRule("3", "App_3", "read", `user.name = "anna"`), newRule("4", "App_4", "read", `user.name = "anna"`), newRule("5", "App_5", "read", `user.name = "anna"`),
			newRule("6", "App_6", "read", `user.name = "bert"`), newRule("7", "App_full", "read", `user.name = "bert"`), newRule("8", "App_*", "read", `user.name = "bert" or user.name = "x"`),
		}, map[string]string{"anna read full": "granted by 0", "anna read bare": "granted by 1 2", "anna read loose": "granted by 2", "bert read full": "granted by 7 8"}},
		{"a table", table, map[string]string{"anna read full": "granted by table", "anna update full": "granted by table twin", "anna read bare": "no_rule", "anna delete full": "no_rule"}},
		{"several kinds", append(kinds(), newRule("stream", "Stream_s", "read", `user.name = "bert"`),
			newRule("asks", "App_*", "read", `user.group = "sales" and resource.stream.HasPrivilege("read")`),
			newRule("owns", "App_*", "read update", `user.group = "sales" and resource.owner = user and resource.@one = "x"`),
			newRule("two kinds", "App_*", "read", `user.group = "sales" and resource.stream.HasPrivilege("read") or user.group = "emea" and resource.owner = user and resource.@one = "x"`),
			newRule("group", "App_*", "update", `user.group = "sales"`)),
			map[string]string{"anna read full": "granted by owns two kinds", "anna update full": "granted by group owns", "anna update bare": "granted by group", "anna read bare": "no_rule", "bert read full": "no_rule"}},
		{"what they share", merged("App_*", "read", `user.group = "%s" and !(resource.name = "x") and resource.owner = user`),
			map[string]string{"anna read full": "granted by read sales", "anna read bare": "no_rule"}},
		{"with an environment", merged("App_*", "read", `user.environment.dept = "%s"`), map[string]string{"anna read full": "granted by read a", "bert read bare": "granted by read a"}},
		{"through a set", merged("StaticContentReference_*", "read", `user.group = "%s" and resource.ContentLibrarys.name = "b"`), map[string]string{"anna read StaticContentReference:both": "granted by read sales", "anna read StaticContentReference:one": "no_rule"}},
		{"more rows than one rule may make", merged("App_*", "read", `(user.group = "%s" or user.group = "1" or user.group = "2" or user.group = "3" or user.group = "4") and
			(resource.name = "q1 sales" or resource.name = "1" or resource.name = "2" or resource.name = "3") and (user.name = "anna" or user.name = "x")`),
			map[string]string{"anna read full": "granted by read sales", "anna read bare": "no_rule", "bert read full": "no_rule"}},
		{"found by a key", differing(`user.group = "%s" and `, "sales", "emea"),
			map[string]string{"anna read full": "granted by found 0 found 2 found 3 found 5 found 7", "anna read bare": "granted by found 1 found 2 found 5", "bert read full": "no_rule"}},
		{"that ask the same", append(differing(`resource.stream.HasPrivilege("read") and %s`, "", ""), newRule("finance", "Stream_*", "read", `resource.name = "finance"`)),
			map[string]string{"anna read full": "granted by found 0 found 2 found 3 found 5 found 7", "bert read full": "granted by found 0 found 2 found 3 found 7", "anna read bare": "no_rule", "anna read loose": "no_rule"}},
		{"found by a key of two branches", append(differing(`user.group = "%s" and `, "sales", "emea"),
			newRule("branches", "App_*", "read", `user.group = "sales" and resource.name like "q2*" or user.group = "x" and resource.name like "q1*"`),
			newRule("either", "App_*", "read", `user.group = "x" and resource.name like "q2*" or user.group = "emea" and resource.name like "q1*"`)),
			map[string]string{"anna read full": "granted by either found 0 found 2 found 3 found 5 found 7"}},
		{"branches of one rule", append(merged("App_*", "read", `user.group = "%s"`), newRule("or", "App_*", "read", `user.group = "sales" or resource.name = "q1 sales" or resource.id = "bare"`)),
			map[string]string{"anna read full": "granted by or read sales", "bert read full": "granted by or", "bert read bare": "granted by or", "bert read loose": "no_rule"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := newJudge(t, compiler.Options{}, acme, test.rules...)
			for question, want := range test.want {
				words := strings.Fields(question)
				resource := words[2]
				if !strings.Contains(resource, ":") {
					resource = "App:" + resource
				}
				if got := j.decide(t, words[0], words[1], resource, `{"environment": {"dept": ["A", "z"]}}`); got != want {
					t.Errorf("%s: %s, want %s", question, got, want)
				}
			}
		})
	}
}

// A rule for one context only applies to requests from that context.
func TestContexts(t *testing.T) {
	hub, qmc := newRule("hub", "App_*", "read", `resource.id = "full"`), newRule("qmc", "App_*", "read", "")
	hub.Context, qmc.Context = ruleset.Hub, ruleset.QMC
	off := newRule("off", "App_*", "read", "")
	off.Disabled = true
	license := newRule("license", "App_*", "read", "")
	license.Category = ruleset.License
	j := newJudge(t, compiler.Options{}, acme, hub, qmc, off, license)
	for context, want := range map[string]string{"": "no_rule", `{"request_context": "hub"}`: "granted by hub", `{"request_context": "qmc"}`: "granted by qmc"} {
		if got := j.decide(t, "anna", "read", "App:full", context); got != want {
			t.Errorf("%s: %s, want %s", context, got, want)
		}
	}
}
