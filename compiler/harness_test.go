package compiler_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/policies"
)

// newRule returns an enabled Security rule for both contexts. The id is the name; actions are names
// separated by spaces, "" for all.
func newRule(name, filter, actions, condition string) ruleset.Rule {
	mask := ruleset.All
	if actions != "" {
		mask = 0
		for _, action := range strings.Fields(actions) {
			a, ok := ruleset.ParseAction(action)
			if !ok {
				panic("no action " + action)
			}
			mask |= ruleset.Actions(a)
		}
	}
	return ruleset.Rule{
		ID: name, Name: name, Category: ruleset.Security, Context: ruleset.Both, Actions: mask,
		Filter:    &diag.Text{Label: "resourceFilter", Content: filter},
		Condition: &diag.Text{Label: "condition", Content: condition},
	}
}

// rendered returns diagnostics as shown in a terminal.
func rendered(t testing.TB, list diag.List) string {
	t.Helper()
	var b strings.Builder
	if err := (diag.Terminal{}).Render(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// mustCompile compiles rules without errors, and checks every module with OPA.
func mustCompile(t testing.TB, options compiler.Options, rules ...ruleset.Rule) *compiler.Policy {
	t.Helper()
	policy, list := compiler.Compile(rules, options)
	if policy == nil {
		t.Fatalf("the rules do not compile:\n%s", rendered(t, list))
	}
	holdToOPA(t, policy)
	return policy
}

// holdToOPA checks every module with `opa fmt` and, together with the library, with
// `opa check --strict`, and returns the compiler.
func holdToOPA(t testing.TB, policy *compiler.Policy) *ast.Compiler {
	t.Helper()
	for _, m := range policy.Modules {
		formatted, err := format.SourceWithOpts(m.Path, []byte(m.Source), format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatalf("%s: %v\n%s", m.Path, err, m.Source)
		}
		if string(formatted) != m.Source {
			t.Errorf("%s is not as opa fmt has it:\n%s\nopa fmt:\n%s", m.Path, m.Source, formatted)
		}
	}
	return compileOPA(t, policy)
}

// compileOPA parses and compiles the modules with the library.
func compileOPA(t testing.TB, policy *compiler.Policy) *ast.Compiler {
	t.Helper()
	modules := map[string]*ast.Module{}
	parse := func(path, source string) {
		m, err := ast.ParseModuleWithOpts(path, source, ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		modules[path] = m
	}
	for _, m := range policy.Modules {
		parse(m.Path, m.Source)
	}
	for _, m := range policies.Modules(policy.Categories...) {
		parse(m.Path, m.Source)
	}
	c := ast.NewCompiler().WithStrict(true)
	if c.Compile(modules); c.Failed() {
		var b strings.Builder
		for _, m := range policy.Modules {
			fmt.Fprintf(&b, "-- %s --\n%s", m.Path, m.Source)
		}
		t.Fatalf("opa check --strict: %v\n%s", c.Errors, b.String())
	}
	return c
}

// judge is a policy with a site, ready to decide.
type judge struct {
	decision rego.PreparedEvalQuery
}

// newJudge compiles the rules for a site, the JSON of data.site.
func newJudge(t testing.TB, options compiler.Options, site string, rules ...ruleset.Rule) judge {
	t.Helper()
	policy, list := compiler.Compile(rules, options)
	if policy == nil {
		t.Fatalf("the rules do not compile:\n%s", rendered(t, list))
	}
	c := holdToOPA(t, policy)
	data := map[string]any{"qlik": map[string]any{"view": viewData(policy)}}
	if site != "" {
		var v any
		if err := json.Unmarshal([]byte(site), &v); err != nil {
			t.Fatal(err)
		}
		data["site"] = v
	}
	store := inmem.NewFromObject(data)
	q, err := rego.New(rego.Query("data.qlik.authz.decision"), rego.Compiler(c), rego.Store(store)).PrepareForEval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return judge{q}
}

// viewData is data.qlik.view: the forms of properties that a described entity needs.
func viewData(policy *compiler.Policy) map[string]any {
	forms := func(of map[string]schema.Form) map[string]any {
		all := map[string]any{}
		for name, form := range of {
			var prefixes []any
			if form&schema.Folded != 0 {
				prefixes = append(prefixes, "")
			}
			if form&schema.Exact != 0 {
				prefixes = append(prefixes, "=")
			}
			all[name] = prefixes
		}
		return all
	}
	view := map[string]any{}
	for key, t := range policy.View {
		relations := map[string]any{}
		for name, r := range t.Relations {
			relations[name] = map[string]any{"type": r.Target, "many": r.Many}
		}
		view[key] = map[string]any{"scalars": forms(t.Scalars), "lists": forms(t.Lists), "relations": relations}
	}
	return view
}

// decide returns "granted by" and the ids of the rules, or the reason for a
// denial. A subject is a user id key, a resource TYPE:ID; context is a JSON
// object or "".
func (j judge) decide(t testing.TB, subject, action, resource, context string) string {
	t.Helper()
	typ, id, _ := strings.Cut(resource, ":")
	request := map[string]any{
		"subject":  map[string]any{"type": "user", "id": subject},
		"action":   map[string]any{"name": action},
		"resource": map[string]any{"type": typ, "id": id},
	}
	if context != "" {
		var v any
		if err := json.Unmarshal([]byte(context), &v); err != nil {
			t.Fatal(err)
		}
		request["context"] = v
	}
	return j.ask(t, request)
}

// ask decides a whole request.
func (j judge) ask(t testing.TB, request map[string]any) string {
	t.Helper()
	results, err := j.decision.Eval(t.Context(), rego.EvalInput(request))
	if err != nil || len(results) != 1 {
		t.Fatalf("decision: %v, %v", results, err)
	}
	d := results[0].Expressions[0].Value.(map[string]any)
	if d["allow"] != (d["reason"] == "granted") {
		t.Fatalf("the decision contradicts itself: %v", d)
	}
	if d["allow"] == false {
		return d["reason"].(string)
	}
	text := "granted by"
	for _, id := range d["granted_by"].([]any) {
		text += " " + id.(string)
	}
	return text
}
