package qlik2rego_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego"
)

// Rights of an audit are the decisions: everything that it lists is granted by the rules
// that it names, and nothing else is.
func TestAuditIsWhatTheDeciderSays(t *testing.T) {
	const customer = "testdata/scenarios/customer-case"
	rules := load(qlik2rego.Options{Rules: []string{customer + "/rules.json"}, Snapshot: customer + "/site"})
	decider, err := rules.Decider(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	audit, err := rules.Audit(t.Context(), qlik2rego.AuditOptions{Types: []string{"App", "Stream"}, Context: "hub"})
	if err != nil {
		t.Fatal(err)
	}
	granted := map[string][]string{}
	users, resources := map[string]bool{}, map[[2]string]bool{}
	creators := map[string]bool{}
	for r := range audit {
		if create := slices.Contains(r.Actions, "create"); create != (r.ResourceID == "") {
			t.Errorf("create is a right on what is on record: %v", r)
		} else if create {
			creators[r.User+"|"+r.ResourceType] = true
			continue
		}
		users[r.User], resources[[2]string{r.ResourceType, r.ResourceID}] = true, true
		for _, action := range r.Actions {
			granted[strings.Join([]string{r.User, r.ResourceType, r.ResourceID, action}, "|")] = r.Rules
		}
	}
	if len(granted) < 20 {
		t.Fatalf("the audit has %d rights only", len(granted))
	}
	if want := map[string]bool{`corp\dana|App`: true, `corp\max|App`: true, `corp\adele|App`: true, `corp\bruno|App`: true}; !maps.Equal(creators, want) {
		t.Errorf("%v may create something, want %v", creators, want)
	}
	for user := range users {
		for resource := range resources {
			for _, action := range []string{"read", "update"} {
				d, err := decider.Decide(t.Context(), qlik2rego.Request{Subject: user, Action: action, ResourceType: resource[0], ResourceID: resource[1], Context: "hub"})
				if err != nil {
					t.Fatal(err)
				}
				key := strings.Join([]string{user, resource[0], resource[1], action}, "|")
				if want := granted[key]; d.Allow != (want != nil) || d.Allow && !slices.Equal(d.GrantedBy, want) {
					t.Errorf("%s: the audit says %v, the decider %v", key, want, d)
				}
			}
		}
	}
}

// A field that was not exported decides nothing, unless the caller says that it is empty.
func TestPartialExport(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"user.json": `[{"id": "u", "userDirectory": "ACME", "userId": "anna", "name": "Anna"}]`,
		"app.json":  `[{"id": "a", "name": "Budget"}]`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const rule = `[{"id": "1", "name": "open", "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0, "rule": "resource.@Restricted.Empty()"}]`
	options := func(empty ...string) qlik2rego.Options {
		return qlik2rego.Options{Source: strings.NewReader(rule), Snapshot: dir, AssumeEmpty: empty}
	}
	if _, err := load(options()).Decider(t.Context()); !errors.Is(err, qlik2rego.ErrInvalid) {
		t.Errorf("without customProperties: %v", err)
	}
	decider, err := load(options("app.CUSTOMPROPERTIES")).Decider(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d, err := decider.Decide(t.Context(), qlik2rego.Request{Subject: `ACME\anna`, Action: "read", ResourceType: "App", ResourceID: "a"})
	if err != nil || !d.Allow {
		t.Errorf("assumed to be empty: %v, %v", d, err)
	}
	for _, field := range []string{"customProperties", "Apps.customProperties", "App.colour", ""} {
		if _, err := qlik2rego.Load(t.Context(), options(field)); err == nil {
			t.Errorf("%q counts as a field", field)
		}
	}
}

func TestErrors(t *testing.T) {
	broken := qlik2rego.Options{Source: strings.NewReader(`[{"id": "1", "name": "x", "category": "Security", "resourceFilter": "App_*", "actions": 2, "rule": "user.nam = ="}]`)}
	rules := load(broken)
	if _, err := rules.Compile(t.Context(), &bytes.Buffer{}); !errors.Is(err, qlik2rego.ErrInvalid) {
		t.Errorf("compiling a broken rule: %v", err)
	}
	if _, err := rules.Decider(t.Context()); !errors.Is(err, qlik2rego.ErrInvalid) {
		t.Errorf("deciding by a broken rule: %v", err)
	}
	list := rules.Diagnostics()
	if !slices.ContainsFunc(list, func(d qlik2rego.Diagnostic) bool {
		return d.Code == "Q0227" && d.Severity == "error" && d.RuleName == "x" && strings.HasPrefix(d.Error(), "<stdin>:1:110: Q0227: rule x: ")
	}) {
		t.Errorf("diagnostics %v", list)
	}
	for name, o := range map[string]qlik2rego.Options{
		"nothing": {}, "both": {Rules: []string{"a"}, Source: strings.NewReader("[]")},
	} {
		if _, err := qlik2rego.Load(t.Context(), o); err == nil {
			t.Errorf("options with %s load", name)
		}
	}
}

// TestFromOutside builds and runs a program in a module of its own.
func TestFromOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, requirements, _ := strings.Cut(string(mod), "\nrequire (")
	write("go.mod", fmt.Sprintf("module outside\n\ngo 1.26.0\n\nrequire github.com/qlik2rego/qlik2rego v0.0.0\n\nreplace github.com/qlik2rego/qlik2rego => %s\n\nrequire (%s", root, strings.Split(requirements, "\ntool ")[0]))
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	write("go.sum", string(sums))
	write("main.go", outside)
	command := exec.Command("go", "run", "-mod=mod", ".", filepath.Join(root, scenario, "rules.json"), filepath.Join(root, scenario, "site"))
	command.Dir = dir
	command.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off")
	out, err := command.CombinedOutput()
	if want := "true compiled true true true true\n"; err != nil || !strings.HasSuffix(string(out), want) {
		t.Errorf("%v\n%s\nwant %s", err, out, want)
	}
}

// outside is a program of somebody else that does everything there is to do once.
const outside = `package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"

	"github.com/qlik2rego/qlik2rego"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	ctx := context.Background()
	export, site := os.Args[1], os.Args[2]
	rules := must(qlik2rego.Load(ctx, qlik2rego.Options{Rules: []string{export}, Snapshot: site}))
	text := must(os.ReadFile(export))
	read := must(qlik2rego.Load(ctx, qlik2rego.Options{Source: bytes.NewReader(text), Snapshot: site}))

	var bundle bytes.Buffer
	must(rules.Compile(ctx, &bundle))
	compiled := "compiled"
	if bundle.Len() == 0 {
		compiled = "nothing"
	}
	anna := qlik2rego.Request{Subject: "ACME\\anna", Action: "read", ResourceType: "App.Object", ResourceID: "285f0372-a64d-47be-a7b2-76c479ee95cf"}
	decision := must(must(rules.Decider(ctx)).Decide(ctx, anna))
	explanation := must(rules.Explain(ctx, anna))
	rights := 0
	for range must(rules.Audit(ctx, qlik2rego.AuditOptions{Types: []string{"Stream"}})) {
		rights++
	}
	difference := must(qlik2rego.Diff(ctx, rules, read))
	filter := must(rules.Filter(ctx, anna, qlik2rego.FilterOptions{Target: "postgres"}))
	fmt.Println(decision.Allow, compiled, explanation.Allow, rights > 0, difference.Gain+difference.Loss == 0, filter.SQL != "")
}
`
