package resolve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// The result of resolving a rule for a class of resources. "-" means that the filter does not match the
// class, or that the condition is false for it.
func TestSpecialisation(t *testing.T) {
	const open, widgets = "*", "widget"
	tests := []struct{ rule, class, want string }{
		// Filters, section 5.
		{`*: true`, "app", `true`},
		{`*: true`, open, `true`},
		{`*: true`, "transientobject", `true`},
		{`App*: true`, "app.object", `true`},
		{`App*: true`, "app*", `true`},
		{`App*: true`, open, `-`},
		{`App*: true`, "transientobject", `resource.id like "(?s)^app.*$"`},
		{`App_*: true`, "app", `true`},
		{`App_*: true`, "app.object", `-`},
		{`App_*: true`, "transientobject", `-`},
		{`APP_ABC: true`, "app", `resource.id = ["abc"]`},
		{`App_a,App_b,App_c*: true`, "app", `(resource.id = ["a" "b"] or resource.id like "(?s)^c.*$")`},
		{`App_a,App_*: true`, "app", `true`},
		{`App: true`, "app", `-`},
		{`App: true`, "transientobject", `-`},
		{`LoadbalancingSelectList: true`, "transientobject", `resource.id = ["loadbalancingselectlist"]`},
		{`LoadbalancingSelectList: true`, open, `-`},
		{`QmcSection_App: true`, "transientobject", `resource.id = ["qmcsection_app"]`},
		{`QmcSection_App: true`, "app", `-`},
		{`QmcSection_App*: true`, "transientobject", `resource.id like "(?s)^qmcsection_app.*$"`},
		{`HubSection_*: true`, "transientobject", `resource.id like "(?s)^hubsection_.*$"`},
		{`TransientObject_*: true`, "transientobject", `-`},
		{`Widget_*: true`, widgets, `true`},
		{`Widget_1: true`, open, `-`},
		{`Wid*,Widget_1: true`, widgets, `true`},
		{`Wid*,Widgetry*: true`, "widgetry*", `true`},
		{`Wid*,Widgetry*: true`, "wid*", `true`},
		{`Widgetry*: resource.resourcetype = "Wid"`, "wid", `-`},

		// The type of the resource.
		{`*: resource.resourcetype = "app"`, "app", `true`},
		{`*: "App" = resource.ResourceType`, "stream", `-`},
		{`*: resource.resourcetype == "app"`, "app", `-`},
		{`*: resource.resourcetype == "App"`, "app", `true`},
		{`*: resource.resourcetype != "App"`, "app", `-`},
		{`*: resource.resourcetype != "App"`, open, `true`},
		{`*: resource.resourcetype !== "app"`, "app", `true`},
		{`*: resource.resourcetype = "Widget"`, widgets, `true`},
		{`*: resource.resourcetype = "Widget"`, open, `-`},
		{`*: resource.resourcetype != "Widget"`, open, `true`},
		{`*: resource.resourcetype == "Widget"`, widgets, `resource.resourcetype[] == ["Widget"]`},
		{`*: resource.resourcetype !== "Widget"`, widgets, `!resource.resourcetype[] == ["Widget"]`},
		{`*: resource.resourcetype like "widget"`, widgets, `true`},
		{`*: resource.resourcetype like "App*"`, "app.content", `true`},
		{`*: resource.resourcetype like "App*"`, "stream", `-`},
		{`*: resource.resourcetype like "Wid*"`, open, `resource.resourcetype[] like "(?s)^wid.*$"`},
		{`*: resource.resourcetype like "*"`, open, `some resource.resourcetype[]`},
		{`*: resource.resourcetype matches "app.*"`, "app", `true`},
		{`*: resource.resourcetype matches "app"`, "app.object", `-`},
		{`*: resource.resourcetype matches "a.*"`, open, `resource.resourcetype[] matches "(?i)^(?:a.*)$"`},
		{`*: resource.resourcetype = "no type"`, "app", `-`},
		{`*: resource.resourcetype = "no type"`, open, `resource.resourcetype[] = ["no type"]`},
		{`*: resource.resourcetype != "no type"`, open, `!resource.resourcetype[] is "no type"`},
		{`*: resource.resourcetype = user.@type`, "app", `user.@type[] = ["app"]`},
		{`*: resource.resourcetype = user.@type`, open, `resource.resourcetype[] = user.@type[]`},
		{`*: resource.resourcetype.Empty()`, "app", `-`},
		{`*: resource.resourcetype.Empty()`, open, `!some resource.resourcetype[]`},
		{`App.Object_*: resource.app.resourcetype = "App"`, "app.object", `some resource.app`},
		{`App.Object_*: resource.app.resourcetype != "App"`, "app.object", `!some resource.app`},
		{`App.Object_*: resource.app.resourcetype !== "app"`, "app.object", `true`},
		{`App.Object_*: !resource.app.resourcetype.Empty()`, "app.object", `some resource.app`},
		{`App.Object_*: resource.app.resourcetype like "A*"`, "app.object", `some resource.app`},
		{`App.Object_*: resource.app.resourcetype matches "a"`, "app.object", `-`},
		{`App.Object_*: resource.app.resourcetype = resource.resourcetype`, "app.object", `-`},
		{`App_*: user.resourcetype = "User"`, "app", `user.resourcetype[] = ["user"]`},

		// Equality and patterns.
		{`App_*: resource.name = "A"`, "app", `resource.name = ["a"]`},
		{`App_*: "A" == resource.name`, "app", `resource.name == ["A"]`},
		{`App_*: "a" = "A"`, "app", `true`},
		{`App_*: "a" == "A"`, "app", `-`},
		{`App_*: "a" != "b"`, "app", `true`},
		{`App_*: "ab" like "A*"`, "app", `true`},
		{`App_*: "ab" matches "A"`, "app", `-`},
		{`App_*: resource.name = user.name`, "app", `resource.name = user.name`},
		{`App_*: user.@x == resource.@y`, "app", `user.@x[] == resource.@y[]`},
		{`App_*: user.Environment.OS = "x"`, "app", `environment.os = ["x"]`},
		{`App_*: user.environment.os = user.os`, "app", `environment.os = user.os[]`},
		{`App_*: user.environment.os.x = "y"`, "app", `-`},
		{`App_*: user.environment.@os = "y"`, "app", `-`},
		{`App_*: resource.name like "A"`, "app", `resource.name = ["a"]`},
		{`App_*: resource.name like ""`, "app", `resource.name = [""]`},
		{`App_*: resource.name like "**"`, "app", `some resource.name`},
		{`App_*: resource.name like "*A?"`, "app", `resource.name like "(?s)^.*a.$"`},
		{`App_*: resource.name like "\*\?\\.["`, "app", `resource.name = ["*?\\.["]`},
		{`App_*: resource.x like "*" or resource.x matches ".*"`, "app", `-`},
		{`App_*: resource.name matches "a|b"`, "app", `resource.name matches "(?i)^(?:a|b)$"`},
		{`App_*: resource.name.x = "y"`, "app", `-`},
		{`App_*: resource.name.x != "y"`, "app", `true`},
		{`TransientObject*: resource.name = "QmcSection_App"`, "transientobject", `(resource.id like "(?s)^transientobject.*$" and resource.id = ["qmcsection_app"])`},

		// Inequality: a list on a side makes it "some pair differs".
		{`App_*: resource.name != "A"`, "app", `!resource.name = ["a"]`},
		{`App_*: resource.name !== user.name`, "app", `!resource.name == user.name`},
		{`App_*: user.group != "A"`, "app", `!user.group[] is "A"`},
		{`App_*: "A" !== user.group`, "app", `!user.group[] is= "A"`},
		{`App_*: resource.name != user.group`, "app", `!resource.name is user.group[]`},
		{`App_*: user.environment.os != "A"`, "app", `!environment.os is "A"`},
		{`App_*: resource.x != "A"`, "app", `true`},
		{`App_*: "A" != resource.x`, "app", `true`},

		// Entities.
		{`App_*: resource.owner = user`, "app", `resource.owner = user`},
		{`App_*: user == resource.owner`, "app", `user = resource.owner`},
		{`App_*: resource.owner != user`, "app", `!resource.owner = user`},
		{`App_*: resource.owner = resource.owner`, "app", `some resource.owner`},
		{`App_*: resource.owner = resource.stream.owner`, "app", `resource.owner = resource.stream.owner`},
		{`App_*: resource.owner = resource.stream`, "app", `-`},
		{`App_*: resource.owner != resource.stream`, "app", `true`},
		{`*: resource = user`, "user", `resource = user`},
		{`*: resource = user`, "app", `-`},
		{`*: resource = resource`, "app", `true`},
		{`*: resource.owner = resource.hostName`, open, `-`},
		{`EngineService_*: resource.owner != resource.hostName`, "engineservice", `true`},
		{`StaticContentReference_*: resource.AppContents.app.owner = user`, "staticcontentreference", `resource.appcontents.app.owner = user`},
		{`StaticContentReference_*: resource.AppContents.app.owner != user`, "staticcontentreference", `!resource.appcontents.app.owner is user`},
		{`StaticContentReference_*: resource.AppContents != resource.Extensions`, "staticcontentreference", `true`},

		// Functions.
		{`App_*: resource.HasPrivilege("READ")`, "app", `resource has read`},
		{`App.Object_*: resource.app.stream.HasPrivilege("publish")`, "app.object", `resource.app.stream has publish`},
		{`App_*: resource.app.HasPrivilege("read")`, "app", `-`},
		{`*: resource.stream.HasPrivilege("read")`, open, `-`},
		{`App_*: user.IsAnonymous()`, "app", `anonymous`},
		{`App_*: resource.IsOwned()`, "app", `some resource.owner`},
		{`App.Content_*: resource.IsOwned()`, "app.content", `-`},
		{`App_*: resource.IsOwned() and resource.owner = user`, "app", `resource.owner = user`},
		{`App_*: resource.IsOwned() and user = resource.owner`, "app", `user = resource.owner`},
		{`App_*: !resource.stream.Empty() and resource.stream.HasPrivilege("read")`, "app", `resource.stream has read`},
		{`App_*: resource.IsOwned() and resource.stream.HasPrivilege("read")`, "app", `(some resource.owner and resource.stream has read)`},
		{`App_*: resource.IsOwned() and !(resource.owner = user)`, "app", `(some resource.owner and !resource.owner = user)`},
		{`App_*: resource.stream.Empty()`, "app", `!some resource.stream`},
		{`App_*: resource.name.Empty()`, "app", `!some resource.name`},
		{`App_*: resource.Empty() or user.Empty()`, "app", `-`},
		{`App_*: resource.x.Empty()`, "app", `true`},

		// Connectives.
		{`App_*: resource.name = "b" or resource.name = "a" or user.name = "x"`, "app", `(resource.name = ["a" "b"] or user.name = ["x"])`},
		{`App_*: resource.name = "b" or resource.name == "b"`, "app", `(resource.name = ["b"] or resource.name == ["b"])`},
		{`App_*: user.IsAnonymous() or (user.name like "x*" or user.IsAnonymous())`, "app", `(anonymous or user.name like "(?s)^x.*$")`},
		{`App_*: user.name = "a" and (resource.name = "b" and user.name = "a")`, "app", `(user.name = ["a"] and resource.name = ["b"])`},
		{`App_*: !(user.name = "a" or resource.name = "b")`, "app", `(!user.name = ["a"] and !resource.name = ["b"])`},
		{`App_*: !(user.name = "a" and resource.name = "b")`, "app", `!(user.name = ["a"] and resource.name = ["b"])`},
		{`App_*: !(!(user.name = "a"))`, "app", `user.name = ["a"]`},
		{`App_*: user.name = "a" or true`, "app", `true`},
		{`App_*: user.name = "a" and !true`, "app", `-`},
		{`App_* hub: user.name = "a"`, "app", `(from hub and user.name = ["a"])`},
		{`App_x qmc: user.name = "a"`, "app", `(from qmc and resource.id = ["x"] and user.name = ["a"])`},

		// Properties, section 4.4.
		{`User_*: resource.group = user.group`, "user", `resource.group[] = user.group[]`},
		{`User_*: resource.roles = "RootAdmin" and user.role = "x"`, "user", `(resource.roles[] = ["rootadmin"] and user.role[] = ["x"])`},
		{`App.Object_*: resource.published = "true"`, "app.object", `resource.published = ["true"]`},
		{`App_*: resource.published = "true"`, "app", `-`},
		{`*: resource.port = "1"`, open, `resource.port[] = ["1"]`},
		{`*: resource.@x = "1"`, open, `-`},
		{`EngineService_*: resource.@x = "1"`, "engineservice", `resource.@x[] = ["1"]`},
		{`App.Object_*: resource.@x = "1"`, "app.object", `-`},
		{`App.Object_*: resource.app.stream.owner.@a = "1"`, "app.object", `resource.app.stream.owner.@a[] = ["1"]`},
		{`App_*: resource.@owner = "1" and resource.stream.name = "x"`, "app", `(resource.@owner[] = ["1"] and resource.stream.name = ["x"])`},
	}
	for _, test := range tests {
		program, list := Resolve([]*Rule{parseRule(t, test.rule)}, defaults())
		if list.HasErrors() {
			t.Errorf("%s: %s", test.rule, rendered(t, list))
			continue
		}
		got := "-"
		if rules := classNamed(t, program, test.class).Rules; len(rules) > 0 {
			got = rules[0].Predicate.Key()
		}
		if got != test.want {
			t.Errorf("%s\non %s: %s\nwant    %s", test.rule, test.class, got, test.want)
		}
	}
}

// The option selects the meaning of a comparison of an entity with a string: with never it is false,
// so that its negation is true.
func TestEntityText(t *testing.T) {
	for _, test := range []struct {
		option     EntityText
		inequality ListInequality
		condition  string
		want       string
	}{
		{EntityTextNever, Any, `resource.owner = user.userId`, `-`},
		{EntityTextNever, Any, `!(resource.owner = "anna")`, `-`},
		{EntityTextNever, Any, `!(!(resource.owner != "anna"))`, `-`},
		{EntityTextNever, Any, `user.name = "x" or "anna" !== resource.owner`, `user.name = ["x"]`},
		{EntityTextNever, Any, `!(user.name = "x" and resource.owner = "anna")`, `!user.name = ["x"]`},
		{EntityTextIDOrName, Any, `resource.owner = "Anna"`, `(resource.owner.id = ["anna"] or resource.owner.name = ["anna"] or resource.owner.userid = ["anna"])`},
		{EntityTextIDOrName, Any, `resource.stream == "Sales"`, `(resource.stream.id == ["Sales"] or resource.stream.name == ["Sales"])`},
		{EntityTextIDOrName, Any, `resource.stream like "s*"`, `(resource.stream.id like "(?s)^s.*$" or resource.stream.name like "(?s)^s.*$")`},
		{EntityTextIDOrName, Any, `resource = "x"`, `(resource.id = ["x"] or resource.name = ["x"])`},
		{EntityTextIDOrName, All, `resource.stream != "Sales"`, `(!resource.stream.id = ["sales"] and !resource.stream.name = ["sales"])`},
	} {
		options := defaults()
		options.EntityText, options.ListInequality = test.option, test.inequality
		program, list := Resolve([]*Rule{parseRule(t, "App_*: "+test.condition)}, options)
		if list.HasErrors() {
			t.Errorf("%s: %s", test.condition, rendered(t, list))
			continue
		}
		got := "-"
		if rules := classNamed(t, program, "app").Rules; len(rules) > 0 {
			got = rules[0].Predicate.Key()
		}
		if got != test.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", test.option, test.condition, got, test.want)
		}
	}
}

// Session attributes replace those of the record if a request sends them.
func TestStoredSessionAttributes(t *testing.T) {
	options := defaults()
	options.SessionAttributes = SessionStored
	for _, test := range []struct{ condition, want string }{
		{`user.group = "A"`, `((some environment.group and environment.group = ["a"]) or (!some environment.group and user.group[] = ["a"]))`},
		{`user.name = "A" and user.@x = "b"`, `(user.name = ["a"] and user.@x[] = ["b"])`},
		{`user.roles = "A" or user.userDirectory = "b"`, `(user.roles[] = ["a"] or user.userdirectory = ["b"])`},
		{`user.context = "A"`, `user.context[] = ["a"]`},
	} {
		program, list := Resolve([]*Rule{parseRule(t, "App_*: "+test.condition)}, options)
		if len(list) > 0 {
			t.Errorf("%s: %s", test.condition, rendered(t, list))
		}
		if got := classNamed(t, program, "app").Rules[0].Predicate.Key(); got != test.want {
			t.Errorf("%s\ngot  %s\nwant %s", test.condition, got, test.want)
		}
	}
	for option, want := range map[string]string{
		EntityTextError.String(): "error", EntityTextNever.String(): "never", EntityTextIDOrName.String(): "id-or-name",
		SessionSeparate.String(): "separate", SessionStored.String(): "stored",
	} {
		if option != want {
			t.Errorf("%s, want %s", option, want)
		}
	}
}

func TestListInequalityAll(t *testing.T) {
	options := defaults()
	options.ListInequality = All
	for _, test := range []struct{ condition, want string }{
		{`user.group != "A"`, `!user.group[] = ["a"]`},
		{`user.group !== user.@x`, `!user.group[] == user.@x[]`},
		{`resource.x != "A"`, `true`},
		{`resource.owner != user`, `!resource.owner = user`},
	} {
		program, _ := Resolve([]*Rule{parseRule(t, "App_*: "+test.condition)}, options)
		if got := classNamed(t, program, "app").Rules[0].Predicate.Key(); got != test.want {
			t.Errorf("%s: %s, want %s", test.condition, got, test.want)
		}
	}
	if got := fmt.Sprint(Any, All); got != "any all" {
		t.Errorf("the option's values are %s", got)
	}
}

// Rules that are disabled, broken or of another category grant nothing. A disabled rule still names
// classes.
func TestRulesThatDoNotGrant(t *testing.T) {
	program, list := Resolve([]*Rule{
		parseRule(t, `Widget_* disabled: true`),
		parseRule(t, `User_* License: true`),
		parseRule(t, `App_* Sync: true`),
		parseRule(t, `App_*: resource.HasPrivilege("fly")`),
		parseRule(t, `App_*: resource.owner = "x"`),
	}, defaults())
	if n := len(list); n != 2 {
		t.Errorf("%d diagnostics, want 2:\n%s", n, rendered(t, list))
	}
	for _, c := range program.Classes {
		if len(c.Rules) > 0 {
			t.Errorf("%s has rules", c.Key)
		}
	}
	classNamed(t, program, "widget")
}

// Classes separate the types that rules distinguish; named types come first.
func TestClasses(t *testing.T) {
	s, err := schema.Extend(&schema.Schema{}, []byte(`{"types": [{"name": "User"}, {"name": "App"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	program, _ := Resolve([]*Rule{
		parseRule(t, `Z*,App*,Widget_x,QmcSection_*,b: resource.resourcetype = "Gadget" or resource.resourcetype = "no type" or resource.@resourcetype = "N1" or
			resource.app.resourcetype = "N2" or user.resourcetype = "N3" or resource.resourcetype like "N4*" or resource.resourcetype matches "N5" or resource.name = "N6"`),
	}, Options{Schema: s})
	var keys []string
	for _, c := range program.Classes {
		keys = append(keys, fmt.Sprintf("%s %t %t %s", c.Key, c.Named, c.InSchema, c.Prefix()))
	}
	want := `app true true app, gadget true false gadget, user true true user, widget true false widget, * false false , app* false false app, z* false false z`
	if got := strings.Join(keys, ", "); got != want {
		t.Errorf("classes %s\nwant    %s", got, want)
	}
}

// A tree that the parser cannot produce causes a panic: a constant false would grant below a negation.
func TestTreesThatNoParserMakes(t *testing.T) {
	name := condition.Path{Root: "resource", Segments: []condition.Segment{{Name: "name"}}}
	for _, tree := range []condition.Node{
		nil,
		&condition.Call{Path: name, Function: "fly"},
		&condition.Comparison{Left: &name, Right: &name},
	} {
		r := parseRule(t, "App_*: true")
		sp := &specialiser{schema: schema.Default(), class: &Class{Key: "app", Type: schema.Default().Lookup("App"), Named: true, InSchema: true}, seen: newObservations()}
		r.Tree = tree
		if p := recovered(func() { sp.predicate(tree) }); p == nil {
			t.Errorf("%T is accepted", tree)
		}
	}
}

func recovered(f func()) (panicked any) {
	defer func() { panicked = recover() }()
	f()
	return nil
}

func TestPatternShapes(t *testing.T) {
	for _, test := range []struct {
		pattern string
		shape   ir.Shape
		text    string
	}{
		{"", ir.Whole, ""},
		{"Abc", ir.Whole, "abc"},
		{"*", ir.Anything, ""},
		{"***", ir.Anything, ""},
		{"Abc*", ir.Prefix, "abc"},
		{"*Abc", ir.Suffix, "abc"},
		{"*Abc*", ir.Infix, "abc"},
		{"?", ir.General, `(?s)^.$`},
		{"a*b", ir.General, `(?s)^a.*b$`},
		{"*a?b*", ir.General, `(?s)^.*a.b.*$`},
		{`a.[b*c`, ir.General, `(?s)^a\.\[b.*c$`},
		{`\*`, ir.Whole, "*"},
		{`\\*`, ir.Prefix, `\`},
		{`\x\`, ir.Whole, `\x\`},
	} {
		shape, text := ir.ParsePattern(test.pattern).Shape()
		if shape != test.shape || text != test.text {
			t.Errorf("%q: shape %d %q, want %d %q", test.pattern, shape, text, test.shape, test.text)
		}
	}
}
