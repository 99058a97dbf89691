package pdp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

type object = map[string]any

func certificationConfig(t testing.TB) pdp.Config {
	cfg := config(pack(t, testdata+"/certification"))
	cfg.EntryPoint = "certification"
	return cfg
}

func certification(t testing.TB) *point { return start(t, certificationConfig(t)) }

func entity(typ, id string, properties object) object {
	e := object{"type": typ, "id": id}
	if properties != nil {
		e["properties"] = properties
	}
	return e
}

func named(name string, properties object) object {
	a := object{"name": name}
	if properties != nil {
		a["properties"] = properties
	}
	return a
}

// rows are the decisions of the certification.
var rows = []struct {
	row                       int
	subject, action, resource object
	want                      bool
}{
	{1, entity("user", "alice", nil), named("read", nil), entity("record", "record-1", nil), true},
	{2, entity("user", "alice", nil), named("write", nil), entity("record", "record-1", nil), true},
	{3, entity("user", "bob", nil), named("read", nil), entity("record", "record-1", nil), true},
	{4, entity("user", "bob", nil), named("write", nil), entity("record", "record-1", nil), false},
	{5, entity("user", "alice", nil), named("write", nil), entity("record", "record-1", object{"status": "archived"}), false},
	{6, entity("user", "alice", object{"role": "admin"}), named("write", nil), entity("record", "record-1", object{"status": "archived"}), true},
	{7, entity("user", "alice", nil), named("delete", object{"soft": true}), entity("record", "record-1", nil), true},
	{8, entity("user", "alice", nil), named("delete", object{"soft": false}), entity("record", "record-1", nil), false},
}

// variations are changes of a request that do not change its decision.
var variations = map[string]func(request object){
	"plain":         func(object) {},
	"empty context": func(r object) { r["context"] = object{} },
	"context": func(r object) {
		r["context"] = object{"time": "2025-06-27T18:03-07:00", "nested": object{"a": []int{1}}}
	},
	"unknown fields": func(r object) { r["foo"] = 1; r["evaluation"] = nil; r["Subject"] = "bob" },
	"unknown fields within": func(r object) {
		for _, part := range []string{"subject", "action", "resource"} {
			r[part] = with(r[part].(object), "foo", object{"bar": 1})
		}
	},
	"extra properties": func(r object) {
		for _, part := range []string{"subject", "action", "resource"} {
			properties, _ := r[part].(object)["properties"].(object)
			r[part] = with(r[part].(object), "properties", with(properties, "extra", []any{1, "x", nil}))
		}
	},
}

func with(o object, name string, value any) object {
	c := object{name: value}
	for k, v := range o {
		if k != name {
			c[k] = v
		}
	}
	return c
}

func TestCertificationRows(t *testing.T) {
	p := certification(t)
	for _, row := range rows {
		for name, vary := range variations {
			r := object{"subject": row.subject, "action": row.action, "resource": row.resource}
			vary(r)
			var a decisionAnswer
			p.ask(evaluation, text(r), &a)
			if a.Decision != row.want {
				t.Errorf("row %d, %s: %t, want %t", row.row, name, a.Decision, row.want)
			}
			if a.Context.Revision != "certification-1" {
				t.Errorf("row %d, %s: revision %q", row.row, name, a.Context.Revision)
			}
			var b batchAnswer
			p.ask(evaluations, text(object{"evaluations": []any{r, r}}), &b)
			if len(b.Evaluations) != 2 || b.Evaluations[0].Decision != row.want || b.Evaluations[1].Decision != row.want {
				t.Errorf("row %d, %s: a batch says %v", row.row, name, b)
			}
		}
	}
}

func TestCertificationSearches(t *testing.T) {
	p := certification(t)
	alice, bob := entity("user", "alice", nil), entity("user", "bob", nil)
	first, second := entity("record", "record-1", nil), entity("record", "record-2", nil)
	anyUser, anyRecord := object{"type": "user"}, object{"type": "record"}
	tests := []struct {
		path    string
		request object
		want    []string
	}{
		{searchSubject, object{"subject": anyUser, "action": named("read", nil), "resource": first}, []string{"alice", "bob"}},
		{searchResource, object{"subject": alice, "action": named("read", nil), "resource": anyRecord}, []string{"record-1", "record-2"}},
		{searchAction, object{"subject": alice, "resource": first}, []string{"read", "write"}},
		{searchSubject, object{"subject": anyUser, "action": named("write", nil), "resource": second}, []string{"bob"}},
		{searchResource, object{"subject": bob, "action": named("write", nil), "resource": anyRecord}, []string{"record-2"}},
		{searchAction, object{"subject": bob, "resource": second}, []string{"read", "write"}},

		// The id of the searched part is ignored, even an unusual one.
		{searchSubject, object{"subject": with(anyUser, "id", "bob"), "action": named("read", nil), "resource": first}, []string{"alice", "bob"}},
		{searchResource, object{"subject": bob, "action": named("write", nil), "resource": with(anyRecord, "id", 7)}, []string{"record-2"}},
		{searchAction, object{"subject": bob, "resource": second, "action": "write"}, []string{"read", "write"}},
		// The properties of the searched part apply to each candidate.
		{searchSubject, object{"subject": with(anyUser, "properties", object{"role": "admin"}), "action": named("write", nil), "resource": second}, []string{"alice", "bob"}},
		{searchResource, object{"subject": bob, "action": named("write", nil), "resource": with(anyRecord, "properties", object{"status": "archived"})}, []string{"record-1", "record-2"}},
		// Properties of the action count as well.
		{searchSubject, object{"subject": anyUser, "action": named("delete", object{"soft": true}), "resource": first}, []string{"alice", "bob"}},
		// Unknown ids, types and names.
		{searchSubject, object{"subject": anyUser, "action": named("read", nil), "resource": entity("record", "nope", nil)}, []string{}},
		{searchSubject, object{"subject": object{"type": "User"}, "action": named("read", nil), "resource": first}, []string{}},
		{searchSubject, object{"subject": anyUser, "action": named("fly", nil), "resource": first}, []string{}},
		{searchResource, object{"subject": entity("user", "nobody", nil), "action": named("read", nil), "resource": anyRecord}, []string{}},
		{searchResource, object{"subject": alice, "action": named("read", nil), "resource": object{"type": "planet"}}, []string{}},
		{searchResource, object{"subject": alice, "action": named("fly", nil), "resource": anyRecord}, []string{}},
		{searchAction, object{"subject": entity("user", "nobody", nil), "resource": first}, []string{}},
		{searchAction, object{"subject": alice, "resource": entity("planet", "record-1", nil)}, []string{}},
	}
	for _, tt := range tests {
		var a foundAnswer
		p.ask(tt.path, text(tt.request), &a)
		if !slices.Equal(a.names(), tt.want) || a.Page != nil {
			t.Errorf("%s %s: %s and page %v, want %s", tt.path, text(tt.request), a.names(), a.Page, tt.want)
		}
	}
}

// TestSearchAnswerText compares the answers to a search as text, because clients do so.
func TestSearchAnswerText(t *testing.T) {
	p := certification(t)
	tests := []struct{ path, request, want string }{
		{searchSubject, `{"subject":{"type":"user"},"action":{"name":"write"},"resource":{"type":"record","id":"record-2"}}`, `{"results":[{"type":"user","id":"bob"}]}`},
		{searchResource, `{"subject":{"type":"user","id":"bob"},"action":{"name":"write"},"resource":{"type":"record"}}`, `{"results":[{"type":"record","id":"record-2"}]}`},
		{searchAction, `{"subject":{"type":"user","id":"bob"},"resource":{"type":"record","id":"record-1"}}`, `{"results":[{"name":"read"}]}`},
		{searchAction, `{"subject":{"type":"user","id":"nobody"},"resource":{"type":"record","id":"record-1"}}`, `{"results":[]}`},
		{searchAction, `{"subject":{"type":"user","id":"bob"},"resource":{"type":"record","id":"record-1"},"page":{}}`, `{"page":{"next_token":"","count":1},"results":[{"name":"read"}]}`},
	}
	for _, tt := range tests {
		if a := p.post(tt.path, tt.request); a.body != tt.want || a.header.Get("X-Policy-Revision") != "certification-1" {
			t.Errorf("%s %s:\n got %s\nwant %s", tt.path, tt.request, a.body, tt.want)
		}
	}
}

func TestTerse(t *testing.T) {
	cfg := certificationConfig(t)
	cfg.Terse = true
	p := start(t, cfg)
	const item = `"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}`
	tests := []struct{ path, request, want string }{
		{evaluation, `{` + item + `}`, `{"decision":true}`},
		{evaluations, `{` + item + `}`, `{"decision":true}`},
		{evaluations, `{` + item + `,"evaluations":[{},{"subject":{"type":"user","id":"x"}}]}`, `{"evaluations":[{"decision":true},{"decision":false}]}`},
		{evaluations, `{` + item + `,"evaluations":[{"subject":{}}]}`, `{"evaluations":[{"decision":false,"context":{"error":{"status":400,"message":"subject.type is missing"}}}]}`},
	}
	for _, tt := range tests {
		if a := p.post(tt.path, tt.request); a.body != tt.want || a.header.Get("X-Policy-Revision") != "certification-1" {
			t.Errorf("%s %s:\n got %s\nwant %s", tt.path, tt.request, a.body, tt.want)
		}
	}
}

// short returns a batch's decisions as T, F and, for an item with an error, E.
func (b batchAnswer) short() string {
	var s strings.Builder
	for _, e := range b.Evaluations {
		switch {
		case e.Context.Error.Status != 0 && !e.Decision:
			s.WriteByte('E')
		case e.Decision:
			s.WriteByte('T')
		default:
			s.WriteByte('F')
		}
	}
	return s.String()
}

func TestBatches(t *testing.T) {
	p := certification(t)
	const (
		alice    = `"subject":{"type":"user","id":"alice"}`
		bob      = `"subject":{"type":"user","id":"bob"}`
		read     = `"action":{"name":"read"}`
		write    = `"action":{"name":"write"}`
		record1  = `"resource":{"type":"record","id":"record-1"}`
		record2  = `"resource":{"type":"record","id":"record-2"}`
		all      = alice + "," + read + "," + record1
		archived = `"resource":{"type":"record","id":"record-1","properties":{"status":"archived"}}`
	)
	semantic := func(name string) string { return `,"options":{"evaluations_semantic":"` + name + `"}` }
	tests := []struct{ name, request, want string }{
		{"defaults and whole entities", `{` + alice + `,` + write + `,"evaluations":[{` + record1 + `},{` + record2 + `},{` + bob + `,` + record2 + `}]}`, "TFT"},
		{"an empty item inherits everything", `{` + all + `,"evaluations":[{},{},{` + write + `}]}`, "TTT"},
		{"no deep merge", `{` + alice + `,` + write + `,` + archived + `,"evaluations":[{},{` + record1 + `}]}`, "FT"},
		{"a part is never completed from the default", `{` + all + `,"evaluations":[{"resource":{"id":"record-1"}},{"subject":{"type":"user"}},{"action":{}},{}]}`, "EEET"},
		{"wrong types in items", `{` + all + `,"evaluations":[{"subject":"alice"},{"action":null},{"resource":{"type":"record","id":1}},7,null,[],{"context":[]},{"context":null},{"subject":{"type":"user","id":"alice","properties":1}},{}]}`, "EEEEEEEEET"},
		{"a default that is broken and not used", `{"subject":"x",` + read + `,` + record1 + `,"evaluations":[{` + alice + `}]}`, "T"},
		{"a default that is broken and used", `{"subject":{"type":"user"},` + read + `,` + record1 + `,"evaluations":[{` + alice + `},{}]}`, "TE"},
		{"no default", `{` + read + `,` + record1 + `,"evaluations":[{},{` + alice + `}]}`, "ET"},
		{"a broken default context", `{` + all + `,"context":1,"evaluations":[{},{"context":{}}]}`, "ET"},
		{"all", `{` + all + semantic("execute_all") + `,"evaluations":[{` + bob + `,` + write + `},{},{"subject":1},{}]}`, "FTET"},
		{"deny on first deny", `{` + all + semantic("deny_on_first_deny") + `,"evaluations":[{},{},{` + bob + `,` + write + `},{}]}`, "TTF"},
		{"deny on first deny, none", `{` + all + semantic("deny_on_first_deny") + `,"evaluations":[{},{},{},{},{},{},{}]}`, "TTTTTTT"},
		{"deny on first error", `{` + all + semantic("deny_on_first_deny") + `,"evaluations":[{},{"subject":1},{}]}`, "TE"},
		{"permit on first permit", `{` + all + semantic("permit_on_first_permit") + `,"evaluations":[{` + bob + `,` + write + `},{"subject":1},{},{}]}`, "FET"},
		{"permit on first permit, none", `{` + alice + `,` + write + `,` + record2 + semantic("permit_on_first_permit") + `,"evaluations":[{},{},{},{},{},{},{"subject":1}]}`, "FFFFFFE"},
		{"other options", `{` + all + `,"options":{"another":1},"evaluations":[{}]}`, "T"},
		{"options of an item are unknown fields", `{` + all + `,"evaluations":[{"options":{"evaluations_semantic":"x"},"evaluations":[]}]}`, "T"},
	}
	for _, tt := range tests {
		var b batchAnswer
		p.ask(evaluations, tt.request, &b)
		if got := b.short(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		for i, e := range b.Evaluations {
			if tt.want[i] == 'E' && (e.Context.Error.Status != 400 || e.Context.Error.Message == "") {
				t.Errorf("%s: item %d: the error is %+v", tt.name, i, e.Context.Error)
			}
		}
	}

	for _, without := range []string{``, `,"evaluations":[]`, `,"evaluations":[],"options":{"evaluations_semantic":"deny_on_first_deny"}`} {
		var a decisionAnswer
		if p.ask(evaluations, `{`+all+without+`}`, &a); !a.Decision {
			t.Errorf("%q: denied", without)
		}
	}
	for request, want := range map[string]string{
		`{` + all + `,"evaluations":null}`:                         "evaluations must be an array, not null",
		`{` + all + `,"evaluations":{}}`:                           "evaluations must be an array, not an object",
		`{` + all + semantic("nope") + `,"evaluations":[{}]}`:      `options.evaluations_semantic is "nope", not execute_all, deny_on_first_deny or permit_on_first_permit`,
		`{` + all + semantic("") + `}`:                             `options.evaluations_semantic is "", not execute_all, deny_on_first_deny or permit_on_first_permit`,
		`{` + all + semantic("Execute_All") + `}`:                  `options.evaluations_semantic is "Execute_All", not execute_all, deny_on_first_deny or permit_on_first_permit`,
		`{` + all + `,"options":{"evaluations_semantic":1}}`:       "options.evaluations_semantic must be text, not a number",
		`{` + all + `,"options":null,"evaluations":[{}]}`:          "options must be an object, not null",
		`{` + alice + `,` + read + `,"evaluations":[]}`:            "resource is missing",
		`{` + all + `,"evaluations":[` + many(1001, `{}`) + `]}`:   "there are 1001 evaluations, more than 1000",
		`{` + all + `,"Evaluations":[{}],"evaluations":"x","a":1}`: "evaluations must be an array, not text",
	} {
		if a := p.post(evaluations, request); a.status != 400 || a.body != fmt.Sprintf(`{"error":{"status":400,"message":%s}}`, text(want)) {
			t.Errorf("%.90s: %d %s, want %s", request, a.status, a.body, want)
		}
	}
}

func many(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
