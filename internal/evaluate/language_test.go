package evaluate

import (
	"fmt"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

const read = 2

// holdsFor reports whether a rule with a condition grants.
func holdsFor(t *testing.T, options Options, text string, changes ...string) bool {
	t.Helper()
	d := evaluator(t, acme(t), options, ruleOn("r", "*", read, text)).Decide(ask(t, changes...))
	if d.Err != nil || d.Reason != granted && d.Reason != noRule {
		t.Fatalf("%s: %+v", text, d)
	}
	return d.Allow
}

// on returns the change of a request to another resource.
func on(kind, id string) []string {
	return []string{fmt.Sprintf("resource.type=%q", kind), fmt.Sprintf("resource.id=%q", id)}
}

func TestConditions(t *testing.T) {
	app, ghost, bare := on("App", "a-1"), on("App", "a-2"), on("App", "a-3")
	object, file := on("App.Object", "o-1"), on("FileReference", "x-1")
	anonymous := []string{`subject.id="none\\x"`}
	environment := []string{`context.environment={"OS":"Windows","os":["linux"],"none":[],"blank":""}`}
	cases := []struct {
		section, condition string
		change             []string
		want               bool
	}{
		// Logic.
		{"3 empty", ``, app, true},
		{"3 constants", `true`, app, true},
		{"3 constants", `false or true and true`, app, true},
		{"3 constants", `false or true and false`, app, false},
		{"3 not", `!false`, app, true},
		{"3 not", `!(true and true)`, app, false},
		{"3 not", `!resource.name = "x"`, app, true},

		// Values.
		{"4.1 scalar", `resource.name = "q1 SALES"`, app, true},
		{"4.1 scalar", `"q1 sales" = resource.name`, app, true},
		{"4.1 boolean", `resource.published = "True"`, object, true},
		{"4.1 boolean", `resource.published == "True"`, object, false},
		{"4.1 number", `resource.size == "12.50"`, file, true},
		{"4.1 list", `user.group = "emea"`, app, true},
		{"4.1 null", `resource.name.Empty()`, bare, true},
		{"4.1 null", `resource.name = ""`, bare, false},
		{"4.1 empty text is a value", `resource.description = ""`, object, true},
		{"4.1 empty text is a value", `resource.description.Empty()`, object, false},
		{"4.4 where requests come from", `user.environment.context == "AppAccess"`, []string{`context.request_context="hub"`}, true},
		{"4.4 where requests come from", `user.environment.Context = "managementaccess"`, []string{`context.request_context="qmc"`}, true},
		{"4.4 where requests come from", `user.environment.context.Empty()`, app, true},
		{"4.4 where requests come from", `user.environment.context = "mine"`, []string{`context.request_context="hub"`, `context.environment={"CONTEXT":["mine"]}`}, true},
		{"4.4 where requests come from", `user.environment.context != "ManagementAccess"`, []string{`context.request_context="qmc"`, `context.environment={"context":[]}`}, false},
		{"4.4 what rules do not see", `resource.published.Empty() and resource.description.Empty()`, app, true},
		{"4.4 enumeration", `resource.StaticContentSecurityType == "Open"`, on("StaticContentReference", "f-1"), true},
		{"4.1 empty text is a value", `user.@empty = ""`, app, true},
		{"4.1 never is missing", `resource.last.Empty()`, file, true},
		{"4.1 missing relation", `resource.stream.name = "x"`, bare, false},
		{"4.1 missing relation", `resource.stream.name != "x"`, bare, true},
		{"4.1 missing relation", `resource.stream.name.Empty()`, bare, true},
		{"4.1 missing property", `resource.objecttype != "x"`, app, true},
		{"4.1 through a text", `resource.name.stream.Empty()`, app, true},
		{"4.1 a record's id as on record", `resource.id == "A-1"`, app, true},

		// Operators without a line in the conformance file.
		{"4.2 path and path", `user.@dept = resource.@DEPT`, app, true},
		{"4.2 path and path", `user.@dept == resource.@DEPT`, app, false},
		{"4.2 literals", `"a" = "A"`, app, true},
		{"4.2 literals", `"a" like "A"`, app, true},
		{"4.2 not of =", `!(user.group = "finance")`, app, false},
		{"4.2 != of a list", `user.group != "finance"`, app, true},
		{"4.2 !== of a list", `user.group !== "Finance"`, app, true},
		{"4.2 fold, not EqualFold", `"ſ" = "s"`, app, false},
		{"4.2 fold of the Kelvin sign", `"K" = "k"`, app, true},
		{"4.2 matches by RE2's (?i)", `"ſ" matches "s"`, app, true},
		{"4.2 matches whole", `resource.name matches "q1"`, app, false},
		{"4.2 matches alternatives whole", `resource.name matches "q1|sales"`, app, false},
		{"4.2 matches", `resource.name matches "q\d .*"`, app, true},
		{"4.2 matches, no line feed", "\"a\nb\" matches \"a.b\"", app, false},
		{"4.2 matches, no line feed at the end", "\"a\n\" matches \"a\"", app, false},
		{"4.2 like, line feed", "\"a\nb\" like \"a*\"", app, true},

		// Entities.
		{"4.2 owner", `resource.owner = user`, app, true},
		{"4.2 owner", `user == resource.owner`, app, true},
		{"4.2 owner", `resource.owner != user`, app, false},
		{"4.2 owner", `resource.owner !== user`, ghost, true},
		{"4.2 owner", `resource.owner = user`, ghost, false},
		{"4.2 no owner", `resource.owner = user`, bare, false},
		{"4.2 no owner", `resource.owner != user`, bare, true},
		{"4.2 not on record", `resource.owner = resource.owner`, ghost, true},
		{"4.2 resource", `resource = user`, on("user", "u-anna"), true},
		{"4.2 resource", `resource = user`, on("user", "u-bob"), false},
		{"4.2 types differ", `resource.app = resource`, object, false},
		{"4.2 through relations", `resource.app.owner = user`, object, true},
		{"4.2 through relations", `resource.app.owner = resource.owner`, object, false},
		{"4.2 through relations", `resource.app.stream.owner = resource.owner`, object, true},
		{"4.2 sets", `resource.AppContents.App = resource.AppContents.App`, on("StaticContentReference", "f-1"), true},
		{"4.2 sets", `resource.AppContents.App != resource.AppContents.App`, on("StaticContentReference", "f-1"), true},
		{"4.2 text for an entity is none", `resource.owner = resource.app`, file, false},
		{"4.2 text for an entity is none", `resource.owner != resource.app`, file, true},
		{"4.2 nobody", `resource = user`, append(on("user", ""), `resource.properties={"name":"x"}`), false},
		{"4.2 nobody but itself", `user = user`, anonymous, true},
		{"4.2 somebody", `user = user`, app, true},

		// Functions.
		{"4.3 IsAnonymous", `user.IsAnonymous()`, app, false},
		{"4.3 IsAnonymous", `user.isanonymous()`, anonymous, true},
		{"4.3 IsAnonymous on record", `user.IsAnonymous()`, []string{`subject.id="u-none"`}, true},
		{"4.3 Empty", `resource.stream.Empty()`, app, false},
		{"4.3 Empty of a dangling reference", `resource.stream.Empty()`, ghost, false},
		{"4.3 Empty", `resource.stream.Empty()`, bare, true},
		{"4.3 Empty", `user.Empty() or resource.Empty()`, app, false},
		{"4.3 Empty", `user.group.empty()`, app, false},
		{"4.3 Empty", `user.grp.empty()`, app, true},
		{"4.3 IsOwned", `resource.IsOwned()`, app, true},
		{"4.3 IsOwned", `resource.IsOwned()`, bare, false},
		{"4.3 IsOwned, no relation", `resource.IsOwned()`, on("App.Content", "c-1"), false},

		// The user.
		{"4.4 user", `user.id == "U-Anna" and user.userid == "Anna" and user.USERDIRECTORY == "ACME" and user.name == "Anna A"`, app, true},
		{"4.4 roles", `user.roles = "rootadmin" and user.roles = "auditadmin"`, app, true},
		{"4.4 role is an attribute", `user.role == "boss"`, app, true},
		{"4.4 attributes", `user.email = "A@ACME"`, app, true},
		{"4.4 resourcetype of user is an attribute", `user.resourcetype == "person"`, app, true},
		{"4.4 environment", `user.environment.os == "Windows" and user.Environment.OS == "linux"`, environment, true},
		{"4.4 environment", `user.environment.none.Empty() and user.environment.gone.Empty()`, environment, true},
		{"4.4 environment", `user.environment.blank = ""`, environment, true},
		{"4.4 environment", `user.environment.os.x.Empty() and user.environment.@os.Empty()`, environment, true},
		{"4.4 environment is not stored", `user.environment.group.Empty()`, app, true},
		{"4.4 without a record", `user.userDirectory == "none" and user.userid == "x" and user.id.Empty() and user.name.Empty()`, anonymous, true},

		// Resources.
		{"4.4 resourcetype", `resource.resourcetype == "App"`, on("aPP", "a-1"), true},
		{"4.4 resourcetype outside the schema", `resource.ResourceType == "FileReference"`, on("FILEreference", "x-1"), true},
		{"4.4 resourcetype not on record", `resource.ResourceType == "WIDget"`, on("WIDget", "new"), true},
		{"4.4 id not on record", `resource.id == "NeW"`, on("WIDget", "NeW"), true},
		{"4.4 id is the empty text", `resource.id = ""`, on("WIDget", ""), true},
		{"4.4 custom", `resource.@two = "a" and resource.@two = "b"`, app, true},
		{"4.4 no custom on the type", `resource.@dept.Empty()`, object, true},
		{"4.4 custom of a parent", `resource.app.stream.@groupaccess = user.group`, object, true},
		{"4.4 depth", `resource.link.templateApp.stream.owner.@x.Empty() and resource.link.templateapp.stream.owner.name = "bob"`, on("OdagRequest", "r-1"), true},
		{"4.4 attributes of an owner", `resource.owner.group = "EMEA" and resource.owner.roles = "rootadmin"`, app, true},
		{"4.4 resourcetype of an owner", `resource.owner.resourcetype == "User"`, app, true},
		{"4.4 open", `resource.parts = "p" and resource.parts = "7" and resource.on = "true"`, file, true},
		{"4.4 open, owner", `resource.owner = user and resource.IsOwned()`, file, true},
		{"4.4 open, nested", `resource.settings.Empty() and resource.settings.deep.Empty()`, file, true},
		{"4.4 open, no relation", `resource.app = "text" and !resource.app.HasPrivilege("read")`, file, true},
		{"4.4 open with custom", `resource.@zone = "north"`, on("EngineService", "e-1"), true},
		{"4.4 section", `resource.name == "QmcSection_App" and resource.id == "QmcSection_App"`, on("transientobject", "QmcSection_App"), true},
		{"4.4 section", `resource.resourcetype == "TransientObject"`, on("transientobject", "x"), true},
	}
	for _, c := range cases {
		t.Run(c.section+" "+c.condition, func(t *testing.T) {
			if got := holdsFor(t, Options{}, c.condition, c.change...); got != c.want {
				t.Errorf("%s: got %t, want %t", c.condition, got, c.want)
			}
		})
	}
}

func TestListInequalityAll(t *testing.T) {
	cases := []struct {
		condition string
		any, all  bool
	}{
		{`user.group != "finance"`, true, false},
		{`user.group !== "finance"`, true, true},
		{`user.group !== "Finance"`, true, false},
		{`user.group != "hr"`, true, true},
		{`user.gone != "x"`, true, true},
		{`resource.owner != user`, false, false},
		{`resource.stream.owner !== user`, true, true},
		{`resource.nothing != resource.nothing`, true, true},
	}
	for _, c := range cases {
		for option, want := range map[ListInequality]bool{Any: c.any, All: c.all} {
			if got := holdsFor(t, Options{ListInequality: option}, c.condition); got != want {
				t.Errorf("%s under option %d: got %t, want %t", c.condition, option, got, want)
			}
		}
	}
	set := []string{`resource.type="StaticContentReference"`, `resource.id="f-1"`}
	if holdsFor(t, Options{ListInequality: All}, `resource.AppContents.App != resource.AppContents.App`, set...) {
		t.Error("with list-inequality=all, != of sets that share an app must be false")
	}
}

func TestLike(t *testing.T) {
	cases := []struct {
		pattern, value string
		want           bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"**", "ab", true}, {"?", "", false}, {"?", "é", true}, {"?", "e\u0301", false},
		{"a*b*c", "axxbyyc", true}, {"a*b*c", "axxcyyb", false}, {"*ab", "aab", true}, {"a?", "a", false},
		{`a\*`, "a*", true}, {`a\*`, `a\x`, false}, {`\?`, "?", true}, {`\\`, `\`, true}, {`\\*`, `\x`, true}, {`a\`, `a\`, true},
		{`\w`, `\w`, true}, {`\w`, "w", false}, {"[ab]", "a", false}, {"a.b", "axb", false}, {"*\n*", "a\nb", true},
	}
	for _, c := range cases {
		if got := like(c.pattern, c.value); got != c.want {
			t.Errorf("like(%q, %q) = %t", c.pattern, c.value, got)
		}
	}
}

func TestFilters(t *testing.T) {
	cases := []struct {
		filter, kind, id string
		want             bool
	}{
		{"*", "App", "a-1", true}, {"*", "App_x", "1", true}, {"*", "TransientObject", "HubSection_Home", true},
		{"App*", "App", "a-1", true}, {"aPP*", "App.Object", "o-1", true}, {"App*", "Stream", "s-1", false}, {"App*", "AppX", "1", true},
		{"Ap*", "App", "a-1", true}, {"App.*", "App", "a-1", false}, {"App.Object*", "App", "a-1", false},
		{"App_*", "APP", "a-1", true}, {"App_*", "App.Object", "o-1", false}, {"App_*", "AppX", "1", false},
		{"App_a-1", "App", "A-1", true}, {"App_a-1", "App", "a-2", false}, {"App_A*", "App", "a-1", true}, {"App_b*", "App", "a-1", false},
		{"App_*", "App", "", false}, // unknown resource: the site has apps
		{"Widget_*", "Widget", "", true}, {"Widget_1_2", "Widget", "1_2", true}, {"Widget_1_*", "Widget", "1_2", true},
		{"App_*", "App_x", "1", false}, {"App_x*", "App_x", "1", false}, {"App_x_1", "App_x", "1", false}, {"App_x_*", "App_x", "1", false}, {"App*", "App_x", "1", true},
		{"App", "App", "a-1", false}, {"Stream, App_*", "App", "a-1", true},
		{"QmcSection_App", "TransientObject", "qmcsection_app", true}, {"QmcSection_App", "TransientObject", "QmcSection_App.Object", false},
		{"QmcSection_App*", "TransientObject", "QmcSection_App.Object", true}, {"QmcSection*", "TransientObject", "QmcSection_App", true},
		{"LoadbalancingSelectList", "TransientObject", "loadbalancingselectlist", true}, {"LoadbalancingSelectList", "LoadbalancingSelectList", "x", false},
		{"App", "TransientObject", "App", false}, {"App*", "TransientObject", "App", true}, {"TransientObject_*", "TransientObject", "QmcSection_App", false},
		{"QmcSection_*", "QmcSection", "App", false}, {"App_*", "TransientObject", "App_1", false}, {"HubSection_*", "TransientObject", "HubSection_Home", true},
		{"Own_Section", "TransientObject", "Own_Section", false}, {"Own_Section", "Own", "Section", true},
	}
	for _, c := range cases {
		e := evaluator(t, acme(t), Options{}, ruleOn("r", c.filter, read, ""))
		if got := e.Decide(ask(t, on(c.kind, c.id)...)); got.Allow != c.want {
			t.Errorf("filter %q on %s %q: %+v", c.filter, c.kind, c.id, got)
		}
	}
}

func TestContexts(t *testing.T) {
	rules := []ruleset.Rule{ruleOn("both", "*", read, ""), ruleOn("hub", "*", read, ""), ruleOn("qmc", "*", read, "")}
	rules[1].Context, rules[2].Context = ruleset.Hub, ruleset.QMC
	odd := ruleOn("odd", "*", read, "")
	odd.Context = 9
	e := evaluator(t, acme(t), Options{}, append(rules, odd)...)
	for change, want := range map[string]string{
		`context={}`:                    "[both]",
		`context.request_context="hub"`: "[both hub]",
		`context.request_context="qmc"`: "[both qmc]",
	} {
		if got := fmt.Sprint(e.Decide(ask(t, change)).GrantedBy); got != want {
			t.Errorf("%s: granted by %s, want %s", change, got, want)
		}
	}
}

func TestRulesThatGrantNothing(t *testing.T) {
	disabled, license, sync := ruleOn("d", "*", read, ""), ruleOn("l", "*", read, ""), ruleOn("s", "*", read, `node.name = "x"`)
	disabled.Disabled, license.Category, sync.Category = true, ruleset.License, ruleset.Sync
	d := evaluator(t, acme(t), Options{}, disabled, license, sync, ruleOn("other", "*", 4, "")).Decide(ask(t))
	if d.Allow || d.Reason != "no_rule" || len(d.GrantedBy) != 0 || fmt.Sprint(d.Actions) != "[update]" {
		t.Errorf("%+v", d)
	}
}

// A node, function or operator without a meaning panics, because false would grant below a negation.
func TestUnknownPartsPanic(t *testing.T) {
	s := scope{judge: &judge{}}
	for name, evaluate := range map[string]func(){
		"node":             func() { s.holds(nil) },
		"function":         func() { s.call(&condition.Call{Function: "x"}) },
		"operator":         func() { s.compareStrings(&condition.Comparison{}, []string{"a"}, []string{"a"}) },
		"like of entities": func() { s.compareEntities(condition.Like, nil, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("an unknown %s has a value", name)
				}
			}()
			evaluate()
		}()
	}
}
