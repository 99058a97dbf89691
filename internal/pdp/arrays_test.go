package pdp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// arrays is a policy that reads elements of arrays in the data in every possible way.
var arrays = map[string]string{
	".manifest": `{"revision":"a-1","roots":["p","xs","deep"],"rego_version":1}`,
	"data.json": `{"xs":[10,20,[30]],"deep":{"list":[{"name":"a"},{"name":"b"}]}}`,
	"p.rego": `package p

default allow := false

allow if {
	input.action.name == "first"
	data.xs[0] == 10
}

allow if {
	input.action.name == "variable"
	i := input.context.i
	data.xs[i] == 20
}

allow if {
	input.action.name == "nested"
	data.xs[2][0] == 30
}

allow if {
	input.action.name == "member"
	data.deep.list[1].name == "b"
}

allow if {
	input.action.name == "text"
	data.xs["0"] == 10
}

allow if {
	input.action.name == "absent"
	not data.xs[9]
}

allow if {
	input.action.name == "there"
	not data.xs[0]
}

allow if {
	input.action.name == "any"
	some k
	data.deep[k][1].name == "b"
}

allow if {
	input.action.name == "all"
	every x in data.deep.list {
		x.name
	}
}
`,
}

// TestArraysOfData checks that elements of arrays are read as in stock OPA.
func TestArraysOfData(t *testing.T) {
	content := packFiles(t, arrays)
	stock := stockAllow(t)
	for _, mode := range []engine.Mode{engine.ModeOPA, engine.ModeAuto} {
		cfg := config(content)
		cfg.EntryPoint, cfg.Engine = "p", mode
		p := start(t, cfg)
		for _, action := range []string{"first", "variable", "nested", "member", "text", "absent", "there", "any", "all"} {
			body := fmt.Sprintf(`{"subject":{"type":"user","id":"x"},"action":{"name":%q},"resource":{"type":"r","id":"y"},"context":{"i":1}}`, action)
			want := stock(body)
			if a := p.post(evaluation, body); a.status != 200 || !strings.Contains(a.body, fmt.Sprintf(`"decision":%v`, want)) {
				t.Errorf("%v, %s: %d %s, and stock OPA says %v", mode, action, a.status, a.body, want)
			}
		}
		p.end()
	}
}

// stockAllow returns a function that decides with stock OPA.
func stockAllow(t *testing.T) func(input string) bool {
	t.Helper()
	b, err := bundle.NewReader(bytes.NewReader(archive(arrays))).Read()
	if err != nil {
		t.Fatal(err)
	}
	query, err := rego.New(rego.Query("data.p.allow"), rego.ParsedBundle("b", &b)).PrepareForEval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) bool {
		var input any
		if err := json.Unmarshal([]byte(text), &input); err != nil {
			t.Fatal(err)
		}
		found, err := query.Eval(t.Context(), rego.EvalInput(input))
		if err != nil {
			t.Fatal(err)
		}
		return found.Allowed()
	}
}
