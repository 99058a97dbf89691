package qlik2rego_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego"
)

const scenario = "testdata/scenarios/stream-hierarchy"

// anna asks to read a sheet of an app in a stream.
var anna = qlik2rego.Request{
	Subject: `ACME\anna`, Action: "read", ResourceType: "App.Object", ResourceID: "285f0372-a64d-47be-a7b2-76c479ee95cf",
}

func load(o qlik2rego.Options) *qlik2rego.Rules {
	rules, err := qlik2rego.Load(context.Background(), o)
	if err != nil {
		log.Fatal(err)
	}
	return rules
}

func ExampleLoad() {
	rules := load(qlik2rego.Options{Source: strings.NewReader(`[{
		"id": "1", "name": "Typo", "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0,
		"rule": "user.IsAnononymous()"}]`)})
	for _, d := range rules.Diagnostics() {
		fmt.Println(d.Severity, d.RuleName, d.Summary)
	}
	// Output:
	// error Typo unknown function `IsAnononymous`, did you mean `IsAnonymous`?
}

func ExampleRules_Compile() {
	rules := load(qlik2rego.Options{Rules: []string{scenario + "/rules.json"}, Snapshot: scenario + "/site"})
	first, err := rules.Compile(context.Background(), io.Discard)
	if err != nil {
		log.Fatal(err)
	}
	second, err := rules.Compile(context.Background(), io.Discard)
	fmt.Println(first == second, err)
	// Output: true <nil>
}

func ExampleRules_Decider() {
	rules := load(qlik2rego.Options{Rules: []string{scenario + "/rules.json"}, Snapshot: scenario + "/site"})
	decider, err := rules.Decider(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	decision, err := decider.Decide(context.Background(), anna)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(decision.Allow, decision.Reason, decision.GrantedBy)
	// Output: true granted [5368eef7-9492-492c-b2b2-522fe5c23503]
}

// A service that decides needs the bundle alone: neither rules nor a snapshot.
func ExampleOpenBundle() {
	dir, err := os.MkdirTemp("", "bundle")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file, err := os.Create(filepath.Join(dir, "bundle.tar.gz"))
	if err != nil {
		log.Fatal(err)
	}
	rules := load(qlik2rego.Options{Rules: []string{scenario + "/rules.json"}, Snapshot: scenario + "/site"})
	if _, err := rules.Compile(context.Background(), file); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}

	decider, err := qlik2rego.OpenBundle(context.Background(), file.Name())
	if err != nil {
		log.Fatal(err)
	}
	decision, err := decider.Decide(context.Background(), anna)
	fmt.Println(decision.Allow, decision.Reason, err)
	// Output: true granted <nil>
}

func ExampleRules_Diagnostics() {
	rules := load(qlik2rego.Options{Rules: []string{scenario + "/nosuch.json"}})
	fmt.Println(rules.Len(), "rules")
	for _, d := range rules.Diagnostics() {
		fmt.Println(d.Severity, d.Code)
	}
	// Output:
	// 0 rules
	// error Q0101
}

// The repository service takes a filter in the address of a call; what several calls answer
// is united by id.
func ExampleRules_Filter_repository() {
	rules := load(qlik2rego.Options{Rules: []string{scenario + "/rules.json"}, Snapshot: scenario + "/site"})
	streams := qlik2rego.Request{Subject: `ACME\anna`, Action: "read", ResourceType: "Stream", Context: "hub"}
	f, err := rules.Filter(context.Background(), streams, qlik2rego.FilterOptions{Target: "qrs"})
	if err != nil {
		log.Fatal(err)
	}
	for _, one := range f.Filters {
		fmt.Println("GET /qrs/stream?filter=" + url.QueryEscape(one)[:46] + "…")
	}
	// Output: GET /qrs/stream?filter=owner.id+eq+a9e42fff-5818-4398-aa6f-a9de22b332…
}

func ExampleRules_Explain() {
	rules := load(qlik2rego.Options{Rules: []string{scenario + "/rules.json"}, Snapshot: scenario + "/site"})
	why, err := rules.Explain(context.Background(), anna)
	if err != nil {
		log.Fatal(err)
	}
	var model struct {
		Questions []struct {
			Rules []struct {
				Name  string
				Holds bool
			}
		}
	}
	if err := json.Unmarshal(why.JSON, &model); err != nil {
		log.Fatal(err)
	}
	for _, rule := range model.Questions[0].Rules {
		fmt.Println(rule.Name, rule.Holds)
	}
	// Output:
	// Stream true
	// OwnerRead false
}

func ExampleRules_Audit() {
	rules := load(qlik2rego.Options{Rules: []string{scenario + "/rules.json"}, Snapshot: scenario + "/site"})
	rights, err := rules.Audit(context.Background(), qlik2rego.AuditOptions{Types: []string{"Stream"}, Context: "hub"})
	if err != nil {
		log.Fatal(err)
	}
	for right := range rights {
		if right.User == `acme\dora` {
			fmt.Println(right.ResourceType, right.Actions)
		}
	}
	// Output: Stream [read publish]
}

func ExampleDiff() {
	const export = `[{"id": "1", "name": "Readers", "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0,
		"rule": "user.group = \"%s\""}]`
	before := load(qlik2rego.Options{Source: strings.NewReader(fmt.Sprintf(export, "Sales"))})
	after := load(qlik2rego.Options{Source: strings.NewReader(fmt.Sprintf(export, "Marketing"))})
	change, err := qlik2rego.Diff(context.Background(), before, after)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("somebody gains:", change.Gain > 0, "somebody loses:", change.Loss > 0)
	// Output: somebody gains: true somebody loses: true
}

func ExampleRules_Filter() {
	rules := load(qlik2rego.Options{Source: strings.NewReader(`[{
		"id": "1", "name": "Own apps", "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0,
		"rule": "resource.@Region = user.region or resource.name = \"Public\""}]`)})
	f, err := rules.Filter(context.Background(), qlik2rego.Request{
		Subject: `ACME\anna`, Action: "read", ResourceType: "App",
		SubjectProperties: map[string]any{"attributes": map[string]any{"region": "EMEA"}},
	}, qlik2rego.FilterOptions{Target: "sqlite"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Kind, f.Exact)
	fmt.Println(len(f.Params), "parameters")
	fmt.Println(f.Rules[0].Name)
	// Output:
	// conditional true
	// 3 parameters
	// Own apps
}
