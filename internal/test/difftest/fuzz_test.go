package difftest

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// fuzzSize is the size of a site that is generated and compiled in a few milliseconds.
var fuzzSize = sitegen.Size{Users: 3, Streams: 2, Apps: 2, Objects: 2, Others: 1, Rules: 6, Requests: 12}

// FuzzDecide compares the engines on generated sites, with the condition and the filter of one rule, and
// one request, from the fuzzer.
func FuzzDecide(f *testing.F) {
	for i, condition := range []string{
		"", `user.group != "sales"`, `resource.owner = user`, `!resource.@groupaccess.Empty()`, `resource.name like "*\\**?"`,
		`resource.app.stream.HasPrivilege("read") and !resource.HasPrivilege("approve")`, `resource.extensions.owner !== user`,
		`user.environment.os matches "(?:win|mac).*$" or resource.resourcetype == "App"`, `resource.HasPrivilege("update")`,
		`resource.stream.@a = user.@a and resource.stream.owner != user`, `user.role = resource.owner.role or user.IsAnonymous()`,
	} {
		filter := []string{"*", "App*", "App_*", "App.Object_*, Stream_*", "QmcSection_*"}[i%5]
		f.Add(uint64(i), i%2 == 0, condition, filter, []byte(`{"subject":{"type":"user","id":"NONE\\x"},"action":{"name":"read"},"resource":{"type":"App","id":"1"}}`))
	}
	f.Fuzz(func(t *testing.T, seed uint64, all bool, condition, filter string, request []byte) {
		if !utf8.Valid(request) || !utf8.ValidString(condition+filter) || bytes.ContainsRune(request, '\n') {
			t.Skip("the files of a case are text, its requests lines")
		}
		o := options{skip: true}
		if all {
			o.inequality = resolve.All
		}
		c := sitegen.Generate(seed, fuzzSize)
		rules, _ := exported(c.Rules).([]any)
		first, _ := rules[0].(map[string]any)
		first["name"], first["rule"], first["resourceFilter"] = doubtfulName, condition, filter
		c.Rules = encode(append(rules, map[string]any{
			"id": "all", "name": doubtfulName, "rule": condition, "resourceFilter": "*", "actions": 2, "category": "Security", "ruleContext": 0,
		}))
		if _, err := engine.ParseRequest(request); err == nil {
			c.Requests = append(c.Requests, request)
		}
		if f, request := check(t.Context(), c, o, open, nil); f.kind != "" {
			t.Fatal(tell(c, request, o, open, f, *shrinkTries))
		}
	})
}

// FuzzRequest compares the engines on requests of any bytes: the embedded OPA never fails, and never
// allows what the independent evaluator does not.
func FuzzRequest(f *testing.F) {
	c := sitegen.Generate(3, sitegen.Small)
	s, failed := open(f.Context(), c, options{})
	if failed.kind != "" {
		f.Fatal(failed)
	}
	f.Cleanup(s.close)
	for _, request := range c.Requests {
		f.Add(request)
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		if _, err := engine.ParseRequest(request); err != nil {
			// The independent evaluator may be less strict about the syntax of JSON.
			if a, err := s.ask(t.Context(), request); err != nil || !a.equal(newAnswer(false, nil, engine.InvalidRequest, nil)) {
				t.Fatalf("%q: %v, %v", request, a, err)
			}
			return
		}
		if _, f := s.compare(t.Context(), request); f.kind != "" {
			t.Fatalf("%s\n%s\n%s", request, f, s.reference.Explain(request))
		}
	})
}
