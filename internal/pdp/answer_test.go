package pdp

import (
	"encoding/json"
	"strings"
	"testing"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// TestAnswersAreJSON compares answers with the output of the JSON library.
func TestAnswersAreJSON(t *testing.T) {
	type context struct {
		Reason    string                `json:"reason,omitzero"`
		GrantedBy []engine.GrantingRule `json:"granted_by,omitzero"`
		Revision  string                `json:"revision,omitzero"`
		Error     *refusal              `json:"error,omitzero"`
	}
	type whole struct {
		Decision bool     `json:"decision"`
		Context  *context `json:"context,omitzero"`
	}
	names := []engine.GrantingRule{{ID: "1", Name: "a \"rule\" of <us> & \u2028\x01é😀"}, {ID: "2"}}
	var all []evaluationAnswer
	var wanted []whole
	for _, tt := range []evaluationAnswer{
		{decision: true, terse: true},
		{terse: true},
		{},
		{reason: "no_rule"},
		{revision: "r1"},
		{decision: true, reason: "granted", grantedBy: names, revision: "r1"},
		{decision: true, grantedBy: []engine.GrantingRule{}},
		{err: &refusal{Status: 400, Message: "subject is \\ missing"}},
		{err: errInternal, revision: "r\n1"},
	} {
		want := whole{Decision: tt.decision}
		if !tt.terse {
			want.Context = &context{tt.reason, tt.grantedBy, tt.revision, tt.err}
		}
		all, wanted = append(all, tt), append(wanted, want)
		holdsJSON(t, tt, want)
	}
	holdsJSON(t, evaluationsAnswer{all}, struct {
		Evaluations []whole `json:"evaluations"`
	}{wanted})
	holdsJSON(t, evaluationsAnswer{}, map[string]any{"evaluations": []any{}})
	for _, broken := range []appender{evaluationAnswer{reason: "\xff"}, evaluationsAnswer{[]evaluationAnswer{{}, {grantedBy: []engine.GrantingRule{{ID: "\xff"}}}}}} {
		if text, err := broken.appendJSON(nil); err == nil {
			t.Errorf("%q has no error", text)
		}
	}
}

func holdsJSON(t *testing.T, answer appender, want any) {
	t.Helper()
	got, err := answer.appendJSON([]byte(strings.Repeat(" ", 3)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := gojson.Marshal(want, jsontext.EscapeForHTML(false))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != "   "+string(text) || !json.Valid(got) {
		t.Errorf("%s, want %s", got, text)
	}
}
