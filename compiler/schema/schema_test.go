package schema

import (
	"strings"
	"testing"
)

func TestDefaultHasTheTypesOfTheLanguagePage(t *testing.T) {
	s := Default()
	if n := len(s.Types()); n != 46 {
		t.Errorf("%d types, want 46", n)
	}
	object, ok := s.Type("APP.object")
	if !ok || object.Name != "App.Object" || object.Key() != "app.object" || object.Custom {
		t.Errorf("App.Object is %+v, %t", object, ok)
	}
	if app := object.Relations["app"]; app != (Relation{Name: "app", Target: "App"}) {
		t.Errorf("app is %+v", app)
	}
	content := s.Lookup("StaticContentReference").Relations["appcontents"]
	if content != (Relation{Name: "AppContents", Target: "App.Content", Many: true}) {
		t.Errorf("AppContents is %+v", content)
	}
	if user := s.Lookup("user"); !user.Attributes || !user.Properties["roles"].Many || user.Properties["userid"].Name != "userId" {
		t.Errorf("User is %+v", user)
	}
	s.Types()[0] = nil
	if s.Types()[0] == nil {
		t.Error("the caller of Types can change the schema")
	}
}

// A type is found under its name in any case, and under no other name.
func TestTypesByName(t *testing.T) {
	s := Default()
	for _, name := range []string{"ReloadTask", "reloadtask", "RELOADTASK", "reloadTas\u212a"} { // the last is the sign of Kelvin
		if found, ok := s.Type(name); !ok || found.Name != "ReloadTask" {
			t.Errorf("%q is %v", name, found)
		}
	}
	for _, name := range []string{"", "ReloadTasc", "ReloadTäsk", "[eloadTask", strings.Repeat("ReloadTask", 10)} {
		if found, ok := s.Type(name); ok {
			t.Errorf("%q is %s", name, found.Name)
		}
	}
}

// Fields that the vendor's reference does not mark as accessible for rules are not properties, but their
// names are known, for a warning.
func TestPropertiesThatRulesDoNotSee(t *testing.T) {
	app := Default().Lookup("App")
	if _, there := app.Properties["published"]; there || app.Hidden["published"] != "published" || app.Hidden["publishtime"] != "publishTime" {
		t.Errorf("App is %+v", app)
	}
}

// The value of an enumeration is its name, whatever is written.
func TestEnumerations(t *testing.T) {
	p := Default().Lookup("StaticContentReference").Properties["staticcontentsecuritytype"]
	for written, want := range map[string]string{"0": "Open", "1": "Normal", "Closed": "Closed", "closed": "Closed", "3": "3", "Restricted": "Restricted", "": ""} {
		if got := p.Text(written); got != want {
			t.Errorf("%q is %q, want %q", written, got, want)
		}
	}
	if got := (Property{Name: "name"}).Text("0"); got != "0" {
		t.Errorf("a property that is no enumeration is %q", got)
	}
}

func TestTypesOutsideTheSchemaAreOpen(t *testing.T) {
	widget := Default().Lookup("Widget")
	if _, ok := Default().Type("Widget"); ok || !widget.Open || widget.Custom || widget.Name != "Widget" || widget.Relations["owner"].Target != "User" {
		t.Errorf("Widget is %+v, %t", widget, ok)
	}
}

func TestExtendReplacesTypesAndLeavesTheBaseAlone(t *testing.T) {
	base := Default()
	s, err := Extend(base, []byte(`{"types": [
		{"name": "APP", "properties": ["a"], "lists": ["b"], "relations": {"parts": ["Part"]}},
		{"name": "Part", "open": true, "custom": true, "relations": {"owner": "user"}}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	app := s.Lookup("app")
	if app.Name != "APP" || len(app.Properties) != 2 || !app.Properties["b"].Many || len(app.Relations) != 1 || !app.Relations["parts"].Many {
		t.Errorf("App is %+v", app)
	}
	if part := s.Lookup("part"); !part.Open || !part.Custom {
		t.Errorf("Part is %+v", part)
	}
	if len(s.Types()) != len(base.Types())+1 || base.Lookup("App").Name != "App" {
		t.Error("the base has changed")
	}
}

func TestTablesWithErrors(t *testing.T) {
	tests := []struct{ table, want string }{
		{`{"types": [`, `schema: unexpected EOF`},
		{`{"types": []} {}`, `schema: text after the table`},
		{`{"kinds": []}`, `schema: json: unknown field "kinds"`},
		{`{"types": [{"name": "A", "relations": {"x": 1}}]}`, `schema: a relation's target is "Type" or ["Type"], not 1`},
		{`{"types": [{"name": "A", "relations": {"x": ["App", "User"]}}]}`, `schema: a relation's target is "Type" or ["Type"], not ["App", "User"]`},
		{`{"types": [{"name": "A b"}, {"name": "A_b"}, {"name": ""}]}`, `schema: type "A b": a type's name is letters and digits, with dots between
schema: type "A_b": a type's name is letters and digits, with dots between
schema: type "": a type's name is letters and digits, with dots between`},
		{`{"types": [{"name": "A"}, {"name": "a"}]}`, `schema: type "a": the type is defined twice`},
		{`{"types": [{"name": "A", "properties": ["x", "X"], "lists": ["@y", "name"], "relations": {"x": "App", "2": "App"}}]}`, `schema: type "A": "X" is defined twice, or is a property of every type
"@y" is not a valid property name
"name" is defined twice, or is a property of every type
"2" is not a valid property name
"x" is defined twice, or is a property of every type`},
		{`{"types": [{"name": "A", "relations": {"b": "B"}}]}`, `schema: type "A": relation "b" leads to "B", which is not a type of the schema`},
		{`{"types": [{"name": "A", "relations": {"b": "B"}}, {"name": "B", "relations": {"as": ["a"]}}]}`, `schema: relations lead in a circle: A → b → B → as → A`},
		{`{"types": [{"name": "A", "relations": {"a": "A"}}]}`, `schema: relations lead in a circle: A → a → A`},
		{`{"types": [{"name": "User", "relations": {"team": "Team"}}, {"name": "Team"}]}`, `schema: type "User": a user has no relations`},
		{`{"types": [{"name": "A", "properties": ["x"], "hidden": ["X"]}]}`, `schema: type "A": "X" is defined twice, or is a property of every type`},
		{`{"types": [{"name": "A", "enumerations": {"x": {"zero": "Open"}}}]}`, `schema: type "A": enumeration "x": a value is a number with its name, such as "0": "Open", not "zero": "Open"`},
		{`{"types": [{"name": "A", "enumerations": {"x": {"0": "not a name"}}}]}`, `schema: type "A": enumeration "x": a value is a number with its name, such as "0": "Open", not "0": "not a name"`},
		{`{"types": [{"name": "A", "enumerations": {"x": {"0": "Open", "1": "OPEN"}}}]}`, `schema: type "A": enumeration "x": a name is defined twice`},
		{`{"types": [{"name": "A1", "relations": {"r": "A2"}}, {"name": "A2", "relations": {"r": "A3"}}, {"name": "A3", "relations": {"r": "A4"}}, {"name": "A4", "relations": {"link": "OdagLink"}}]}`,
			`schema: relations lead 7 steps far from "A1", by r.r.r.link.templateApp.stream.owner; a decision follows 6`},
		{`{"types": [{"name": "A", "attributes": true, "transient": true}]}`, `schema: type "A": only User has attributes
only TransientObject is transient`},
	}
	for _, test := range tests {
		s, err := Extend(Default(), []byte(test.table))
		if err == nil || err.Error() != test.want || s != nil {
			t.Errorf("%s\ngot  %v\nwant %s", test.table, err, test.want)
		}
	}
}

func TestASchemaHasTheSubject(t *testing.T) {
	if _, err := Extend(&Schema{}, []byte(`{"types": [{"name": "App"}]}`)); err == nil || !strings.Contains(err.Error(), "there must be a type User") {
		t.Errorf("got %v", err)
	}
}

// An invalid table in the program causes a panic at the start, not when a rule is compiled.
func TestABrokenTableInTheProgramPanics(t *testing.T) {
	defer func(good []byte) {
		defaultTable = good
		if recover() == nil {
			t.Error("no panic")
		}
	}(defaultTable)
	defaultTable = nil
	loadDefault()
}

func TestTypeNames(t *testing.T) {
	for name, want := range map[string]bool{"App": true, "App.Object": true, "a1.B2": true, "": false, "1a": false, "a..b": false, ".a": false, "a_b": false, "ä": false} {
		if IsTypeName(name) != want {
			t.Errorf("%q: %t", name, !want)
		}
	}
}

func TestViewMakesATypeOnce(t *testing.T) {
	v := View{}
	v.Of("app").Scalars["name"] |= Folded
	v.Of("app").Scalars["name"] |= Exact
	if len(v) != 1 || v["app"].Scalars["name"] != Folded|Exact || v["app"].Lists == nil || v["app"].Relations == nil {
		t.Errorf("view %+v", v)
	}
}

func TestViewsMerge(t *testing.T) {
	a, b := View{}, View{}
	a.Of("app").Scalars["name"] = Folded
	b.Of("app").Scalars["name"] = Exact
	b.Of("app").Lists["@a"] = Folded
	b.Of("stream").Relations["owner"] = Relation{Name: "owner", Target: "user"}
	a.Merge(b)
	if app := a["app"]; app.Scalars["name"] != Folded|Exact || app.Lists["@a"] != Folded || a["stream"].Relations["owner"].Target != "user" {
		t.Errorf("merged %+v", a)
	}
	if b["app"].Scalars["name"] != Exact {
		t.Error("the other view has changed")
	}
}
