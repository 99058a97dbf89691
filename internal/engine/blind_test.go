package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// index is the frame of a policy whose rules about apps are written by a test.
const index = `package qlik.types

import data.qlik.types.app
import data.qlik.types.stream

may(type, action, id) := app.may(action, id) if type == "app"

may(type, action, id) if {
	type == "stream"
	id == "s1"
}

granted_by(type, action, id) := app.granted_by(action, id) if type == "app"
`

const about = `package qlik.types.app

import data.qlik.request
import data.qlik.site
import data.qlik.types.stream

default may(_, _) := false

may(action, id) if {
	action == "read"
	rule(id)
}

granted_by(action, id) := {"r"} if may(action, id)

named(id) if startswith(id, "a")

owned(handle) if site.entity("app", handle).owner == request.user

`

const frame = `package qlik.site

entity(type, handle) := data.site.entities[type][handle]
`

const authz = `package qlik.authz

import data.qlik.types

allow if types.may(input.resource.type, input.action.name, input.resource.id)

together[i] := true if some i, _ in input.items

resources := set()
`

const streams = `package qlik.types.stream

may(_, id) if data.site.entities.stream[id].open
`

// TestBlindness proves of rules that they look at nothing but records, or finds
// that this cannot be proved.
func TestBlindness(t *testing.T) {
	tests := []struct {
		rule  string
		blind bool
	}{
		{`rule(id) if site.entity("app", id).name == "x"`, true},
		{`rule(_)`, true},
		{`rule(id) if not site.entity("app", id).name`, true},
		{`rule(id) if owned(id)`, true},
		{`rule(id) if not owned(id)`, true},
		{`rule(id) if { resource := site.entity("app", id); stream.may("read", resource.stream) }`, true},
		{`rule(id) if site.entity(request.type, id).name == "x"`, true},
		{`rule(id) if count({n | n := site.entity("app", id).name}) == 1`, true},
		{`rule(id) if every n in [1] { site.entity("app", id).number == n }`, true},
		{"rule(id) if site.entity(\"app\", id).name == \"x\"\n\nelse if site.entity(\"app\", id).name == \"y\"", true},

		{`rule(id) if id == "a1"`, false},
		{`rule(id) if id in {"a1", "a2"}`, false},
		{`rule("a1")`, false},
		{`rule(id) if startswith(id, "a")`, false},
		{`rule(id) if named(id)`, false},
		{`rule(id) if not named(id)`, false},
		{`rule(id) if { x := id; x == "a1" }`, false},
		{`rule(id) if { some x in [id]; site.entity("app", x).name == "x" }`, false},
		{`rule(id) if site.entity("stream", id).name == "x"`, false},
		{`rule(id) if { some type in ["app", "stream"]; site.entity(type, id).name == "x" }`, false},
		{`rule(id) if site.entity(id, "app").name == "x"`, false},
		{`rule(id) if site.entity("app", id).owner == id`, false},
		{`rule(id) if data.site.entities.app[id].name == "x"`, false},
		{`rule(id) if stream.may("read", id)`, false},
		{`rule(id) if count({n | n := id; n == "a1"}) == 1`, false},
		{`rule(id) if every n in ["a1"] { id == n }`, false},
		{`rule(id) if { site.entity("app", id).name == "x" with data.site.entities.app as {id: {"name": "x"}} }`, false},
		{"rule(id) if site.entity(\"app\", id).name == \"x\"\n\nelse if id == \"a1\"", false},
		{"rule(id) := true if site.entity(\"app\", id).name == \"x\"\n\nrule(id) if named(id)", false},
	}
	for _, tt := range tests {
		b := &bundles.Bundle{}
		for i, source := range []string{index, about + tt.rule + "\n", frame, authz, streams, "package qlik.request\n\nuser := \"u\"\n\ntype := input.resource.type\n"} {
			b.Modules = append(b.Modules, bundles.Module{Path: fmt.Sprintf("%d.rego", i), Source: []byte(source)})
		}
		const site = `{"entities": {"app": {"a1": {"name": "x"}, "a2": {"name": "x"}, "a3": {"name": "y"}, "a4": {"name": "x"}}, "stream": {"s1": {}, "s2": {}}}}`
		if err := b.Data.PutJSON(strings.NewReader(site), "site"); err != nil {
			t.Fatal(err)
		}
		p, err := engine.NewPoint(t.Context(), b, engine.QlikEntryPoint)
		if err != nil {
			t.Fatalf("%s: %v", tt.rule, err)
		}
		want := "[]"
		if tt.blind {
			want = "[0 0 2 0 4]"
		}
		if got := fmt.Sprint(p.Alike("App", []string{"a1", "A2", "a3", "a4", "nowhere"})); got != want {
			t.Errorf("%s: %s, want %s", tt.rule, got, want)
		}
		if got := p.Alike("stream", []string{"s1", "s2"}); got != nil {
			t.Errorf("the index itself tells streams apart, and yet %v", got)
		}
		if got := p.Alike("nothing", []string{"a"}); got != nil {
			t.Errorf("a type that is not held: %v", got)
		}
	}
}
