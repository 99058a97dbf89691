package evaluate

import (
	"fmt"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// decide decides with two rules that grant everybody read and update, and one that grants owners delete.
func decide(t *testing.T, input []byte) Decision {
	t.Helper()
	return evaluator(t, acme(t), Options{},
		ruleOn("all", "*", read|update, ""), ruleOn("own", "*", remove, `resource.owner = user`)).Decide(input)
}

func TestInvalidRequests(t *testing.T) {
	for _, text := range []string{``, `x`, `[]`, `null`, `"a"`, `{`, `{} {}`, `{} x`, `{}]`} {
		if d := decide(t, []byte(text)); d.Allow || d.Reason != "invalid_request" || d.Actions != nil || d.GrantedBy != nil {
			t.Errorf("%q: %+v", text, d)
		}
	}
	for _, change := range []string{
		"subject", "subject=null", `subject="x"`, "subject.type", "subject.type=null", "subject.type=1", `subject.type="User"`, `subject.type="group"`,
		"subject.id", "subject.id=null", "subject.id=[]", "subject.properties=null", "subject.properties=[]", `subject.properties="x"`,
		"resource", "resource=null", "resource=[]", "resource.type", "resource.type=null", "resource.type=1", "resource.id", "resource.id=null", "resource.id=1",
		"resource.properties=null", "resource.properties=[{}]",
		"action=null", `action="read"`, "action={}", "action.name=null", "action.name=2", `action.name="fly"`, `action.name=""`, `action.name="offlineacceſs"`, "action.properties=1",
		"context=null", "context=[]", `context="hub"`, "context.request_context=null", `context.request_context="HUB"`, `context.request_context="both"`, `context.request_context=""`,
		"context.environment=null", "context.environment=[]", `context.environment={"os":1}`, `context.environment={"os":null}`, `context.environment={"os":["a",1]}`, `context.environment={"os":{}}`,
	} {
		if d := decide(t, ask(t, change)); d.Allow || d.Reason != "invalid_request" || d.Actions != nil || d.GrantedBy != nil {
			t.Errorf("%s: %+v", change, d)
		}
	}
}

func TestFieldNamesOfARequestMindCase(t *testing.T) {
	for _, changes := range [][]string{
		{"subject", `Subject={"type":"user","id":"ACME\\anna"}`},
		{"resource.id", `resource.ID="a-1"`},
		{"action.name", `action.Name="read"`},
	} {
		if d := decide(t, ask(t, changes...)); d.Reason != "invalid_request" {
			t.Errorf("%v: %+v", changes, d)
		}
	}
	if d := decide(t, ask(t, `Context="x"`, `action.extra=1`)); d.Reason != "granted" {
		t.Errorf("other keys must be ignored: %+v", d)
	}
}

func TestAnAbsentActionStillTellsTheActions(t *testing.T) {
	if d := decide(t, ask(t, "action")); d.Allow || d.Reason != "invalid_request" || d.GrantedBy != nil || fmt.Sprint(d.Actions) != "[delete read update]" {
		t.Errorf("%+v", d)
	}
	for _, unknown := range []string{`subject.id="ACME\\nobody"`, `resource.id="new"`} {
		if d := decide(t, ask(t, "action", unknown)); d.Reason != "invalid_request" || d.Actions != nil {
			t.Errorf("%s: %+v", unknown, d)
		}
	}
}

func TestReasons(t *testing.T) {
	cases := []struct {
		name   string
		change []string
		want   string
	}{
		{"granted", nil, "granted"},
		{"case of everything", []string{`subject.id="acme\\ANNA"`, `action.name="Read"`, `resource.type="aPP"`, `resource.id="A-1"`}, "granted"},
		{"by GUID", []string{`subject.id="u-ANNA"`}, "granted"},
		{"no rule", []string{`action.name="approve"`}, "no_rule"},
		{"empty list is no value", []string{`context.environment={"x":[]}`}, "granted"},

		{"subject not on record", []string{`subject.id="ACME\\nobody"`}, "unknown_subject"},
		{"{} describes nobody", []string{`subject.id="ACME\\nobody"`, `subject.properties={}`}, "unknown_subject"},
		{"described", []string{`subject.id="ACME\\nobody"`, `subject.properties={"name":"N"}`}, "granted"},
		{"no DIR\\id", []string{`subject.id="nobody"`, `subject.properties={"name":"N"}`}, "unknown_subject"},
		{"no directory", []string{`subject.id="\\nobody"`, `subject.properties={"name":"N"}`}, "unknown_subject"},
		{"no id", []string{`subject.id="NONE\\"`}, "unknown_subject"},
		{"empty", []string{`subject.id=""`}, "unknown_subject"},
		{"anonymous", []string{`subject.id="none\\a\\b"`}, "granted"},
		{"dangling owner is no user", []string{`subject.id="u-ghost"`}, "unknown_subject"},

		{"resource not on record", []string{`resource.id="new"`}, "unknown_resource"},
		{"{} describes nothing", []string{`resource.id="new"`, `resource.properties={}`}, "unknown_resource"},
		{"described", []string{`resource.id="new"`, `resource.properties={"name":"x"}`}, "granted"},
		{"type not held", []string{`resource.type="Extension"`}, "granted"},
		{"type not held, {}", []string{`resource.type="Extension"`, `resource.properties={}`}, "granted"},
		{"unknown type", []string{`resource.type="Widget"`, `resource.id=""`}, "granted"},
		{"dangling stream is no record", []string{`resource.type="Stream"`, `resource.id="gone"`}, "unknown_resource"},

		{"invalid before unknown", []string{`subject.id="nobody"`, `action.name="fly"`}, "invalid_request"},
		{"subject before resource", []string{`subject.id="nobody"`, `resource.id="new"`}, "unknown_subject"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := decide(t, ask(t, c.change...))
			if d.Reason != c.want || d.Allow != (c.want == "granted") || d.Allow != (len(d.GrantedBy) > 0) {
				t.Errorf("got %+v, want %s", d, c.want)
			}
			if d.Reason != "granted" && d.Reason != "no_rule" && d.Actions != nil {
				t.Errorf("actions despite %s: %q", d.Reason, d.Actions)
			}
		})
	}
}

// newApp returns the change of a request to an app that is not on record, with some properties.
func newApp(properties string) []string {
	return []string{`resource.id="new"`, "resource.properties=" + properties}
}

// resourceOf returns the change of a request to a resource of a type that is not on record.
func resourceOf(kind, properties string) []string {
	return []string{fmt.Sprintf("resource.type=%q", kind), `resource.id="New"`, "resource.properties=" + properties}
}

// newUser returns the change of a request to a subject that is not on record.
func newUser(properties string) []string {
	return []string{`subject.id="Acme\\New"`, "subject.properties=" + properties}
}

func TestProperties(t *testing.T) {
	cases := []struct {
		name, condition string
		change          []string
		want            bool
	}{
		{"a record wins, whole", `resource.name = "forged" or !resource.@forged.Empty() or resource.owner.name = "Bob"`,
			[]string{`resource.properties={"name":"forged","custom":{"forged":["x"]},"owner":"u-bob"}`}, false},
		{"a record wins, whole", `resource.name = "forged"`, []string{`resource.id="a-3"`, `resource.properties={"name":"forged"}`}, false},
		{"a subject's record wins, whole", `user.group = "forged" or user.roles = "forged"`,
			[]string{`subject.properties={"attributes":{"group":"forged"},"roles":["forged"]}`}, false},

		{"short form", `resource.name = "x" and resource.owner = user and resource.stream.name = "sales" and resource.@ga = "a" and resource.published.Empty()`,
			newApp(`{"name":"x","owner":"ACME\\anna","stream":"S-1","custom":{"GA":["a"]},"published":false}`), true},
		{"QRS fields", `resource.owner = user and resource.stream.name = "sales" and resource.@ga = "a" and resource.@ga = "b"`,
			newApp(`{"OWNER":{"ID":"u-anna"},"Stream":{"id":"s-1","name":"stale"},"customProperties":[{"value":"a","definition":{"name":"GA"}},{"Value":"b","Definition":{"Name":"ga"}},null,{"value":"c"},{"definition":{"name":"ga"}}]}`), true},
		{"both mixed", `resource.@ga = "a" and resource.@ga = "b" and resource.@ga = "c"`,
			newApp(`{"custom":{"ga":"a","GA":["b"]},"customProperties":{"value":"c","definition":{"name":"Ga"}}}`), true},
		{"id of properties is ignored", `resource.id == "new"`, newApp(`{"id":"other"}`), true},

		{"text in a list of one", `resource.name = "x"`, newApp(`{"name":["x"]}`), true},
		{"text in a list of two", `resource.name.Empty()`, newApp(`{"name":["x","y"]}`), true},
		{"object for a text", `resource.name.Empty()`, newApp(`{"name":{"x":"y"}}`), true},
		{"null", `resource.name.Empty() and resource.stream.Empty() and resource.@a.Empty()`, newApp(`{"name":null,"stream":null,"custom":null,"customProperties":null}`), true},
		{"never", `resource.name.Empty()`, newApp(`{"name":"1753-01-01T00:00:00.000Z"}`), true},
		{"number", `resource.name == "1.50"`, newApp(`{"name":1.50}`), true},
		{"keys equal but for case, text", `resource.name == "A"`, newApp(`{"name":"c","NAME":"A","Name":"b"}`), true},
		{"keys equal but for case, relation", `resource.stream.name == "Sales"`, newApp(`{"stream":"gone","Stream":"s-1"}`), true},
		{"keys equal but for case, lists", `resource.@x = "a" and resource.@x = "b" and resource.@x = "c"`, newApp(`{"custom":{"x":"a","X":"b"},"Custom":{"x":"c"}}`), true},

		{"what the type lacks", `resource.@a.Empty() and resource.stream.Empty() and resource.objectType = "sheet"`,
			resourceOf("App.Object", `{"objecttype":"sheet","custom":{"a":"x"},"stream":"s-1"}`), true},
		{"open type", `resource.size = "1" and resource.size = "true" and resource.one = "x" and resource.custom.Empty() and resource.owner = user`,
			resourceOf("Widget", `{"size":[1,true,null,{"x":1},["y"]],"SIZE":"z","one":"x","custom":{"a":"b"},"owner":"u-anna"}`), true},
		{"open type, lists unite", `resource.size = "1" and resource.size = "z"`, resourceOf("Widget", `{"size":[1],"SIZE":"z"}`), true},
		{"open type, never", `resource.last.Empty()`, resourceOf("Widget", `{"last":"1753-01-01T00:00:00.000Z"}`), true},
		{"a described user as resource", `resource.userId = "u" and resource.group = "g" and resource.roles = "r" and resource.id == "New"`,
			resourceOf("User", `{"userId":"u","attributes":[{"attributeType":"GROUP","attributeValue":"g"}],"roles":"r"}`), true},

		{"relation by GUID, ignoring case", `resource.stream.name == "Sales"`, newApp(`{"stream":"s-1"}`), true},
		{"relation to nothing on record", `!resource.stream.Empty() and resource.stream.id == "Nope" and resource.stream.name.Empty()`, newApp(`{"stream":"Nope"}`), true},
		{"an empty text is no relation", `resource.stream.Empty() and !resource.IsOwned()`, newApp(`{"stream":"","owner":""}`), true},
		{"a number is no relation", `resource.stream.Empty()`, newApp(`{"stream":5}`), true},
		{"an empty object is no relation", `resource.stream.Empty()`, newApp(`{"stream":{}}`), true},
		{"relation in a list of one", `resource.stream.name = "Sales"`, newApp(`{"stream":["s-1"]}`), true},
		{"relation in a list of two", `resource.stream.Empty()`, newApp(`{"stream":["s-1","gone"]}`), true},
		{"nested fields", `resource.app.name = "N" and resource.app.@a = "x" and resource.app.stream.name = "Sales" and resource.app.owner = user`,
			resourceOf("App.Object", `{"app":{"name":"N","custom":{"a":"x"},"stream":"s-1","owner":{"id":"u-anna"}}}`), true},
		{"nested id on record", `resource.app.name = "Q1 Sales"`, resourceOf("App.Object", `{"app":{"id":"A-1","name":"forged"}}`), true},
		{"set-valued relation", `resource.extensions.name = "e" and resource.extensions.id = "x"`,
			resourceOf("StaticContentReference", `{"extensions":[{"name":"e"},"x"]}`), true},
		{"single value for a set", `resource.appContents.App.name = "Q1 Sales"`, resourceOf("StaticContentReference", `{"AppContents":"c-1"}`), true},

		{"owner by DIR\\id on record", `resource.owner.id == "u-bob"`, newApp(`{"owner":"acme\\BOB"}`), true},
		{"owner by DIR\\id not on record", `resource.owner.userDirectory == "AcMe" and resource.owner.userid == "Ghost" and resource.owner.id.Empty() and resource.IsOwned()`,
			newApp(`{"owner":"AcMe\\Ghost"}`), true},
		{"owner by GUID not on record", `resource.owner.id == "U-Ghost" and resource.owner.name.Empty()`, newApp(`{"owner":"U-Ghost"}`), true},

		{"described subject", `user.userDirectory == "Acme" and user.userId == "New" and user.name = "N" and user.id == "me" and user.group = "g" and user.@p = "v" and user.roles = "r"`,
			newUser(`{"userId":"forged","userDirectory":"forged","name":"N","id":"me","attributes":{"Group":["g"]},"custom":{"p":"v"},"roles":["r"]}`), true},
		{"attributes in both forms", `user.group = "a" and user.group = "b"`,
			newUser(`{"attributes":{"group":"a"},"Attributes":[{"attributeType":"Group","attributeValue":"b"}]}`), true},
		{"attributes beside attributes do not count", `user.group.Empty()`, newUser(`{"group":"g"}`), true},
		{"properties of an anonymous subject", `user.IsAnonymous() and user.group = "g"`,
			[]string{`subject.id="NONE\\x"`, `subject.properties={"attributes":{"group":"g"}}`}, true},
		{"nobody owns what nobody on record owns", `resource.owner = user`, append(newUser(`{"name":"N"}`), newApp(`{"owner":"Acme\\New"}`)...), false},
		{"unless by the same GUID", `resource.owner = user`, append(newUser(`{"id":"GHOST"}`), newApp(`{"owner":"ghost"}`)...), true},
		{"also where the owner is nested in the snapshot", `resource.owner = user`, append(newUser(`{"id":"U-GHOST"}`), `resource.id="a-2"`), true},
		{"but not by a GUID on record", `resource.owner = user`, newUser(`{"id":"u-anna"}`), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := holdsFor(t, Options{}, c.condition, c.change...); got != c.want {
				t.Errorf("%s: got %t, want %t", c.condition, got, c.want)
			}
		})
	}
}

func TestEvaluatorTakesAnotherSchema(t *testing.T) {
	extended, err := schema.Extend(schema.Default(), []byte(`{"types":[{"name":"Widget","lists":["size"],"relations":{"home":"App"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	e := evaluator(t, acme(t), Options{Schema: extended},
		ruleOn("r", "Widget_*", read, `resource.size = "2" and resource.home.name = "Q1 Sales" and resource.other.Empty() and resource.resourcetype == "Widget"`))
	if d := e.Decide(ask(t, `resource.type="WIDGET"`, `resource.properties={"size":["1","2"],"home":"a-1","other":"x"}`)); !d.Allow {
		t.Errorf("%+v", d)
	}
}
