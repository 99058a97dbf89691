package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/testdata/scenarios"
)

// demoSites are the stores of the sites that scripts have started, by the script's directory.
var demoSites sync.Map

// demoSite serves a scenario until the script ends: demo FOLDER SCENARIO, where list-inequality=all changes how the site
// reads rules. It writes sites.yaml to FOLDER.
func demoSite(ts *testscript.TestScript, neg bool, args []string) {
	var options fake.Options
	switch {
	case neg || len(args) < 2 || len(args) > 3:
		ts.Fatalf("usage: demo FOLDER SCENARIO [READING=VALUE]")
	case len(args) == 3:
		name, value, _ := strings.Cut(args[2], "=")
		values := map[string]string{name: value}
		options.Reading.Read(values["list-inequality"], values["entity-text"], values["session-attributes"])
	}
	store, err := fake.Scenario(scenarios.FS, args[1], time.Now)
	ts.Check(err)
	ctx, cancel := context.WithCancel(context.Background())
	started, ended := make(chan struct{}), make(chan error, 1)
	demo := fake.Demo{Listen: "127.0.0.1:0", Dir: ts.MkAbs(args[0]), Options: options}
	go func() {
		ended <- demo.Serve(ctx, store, func(string) error { close(started); return nil })
	}()
	ts.Defer(func() { cancel(); <-ended })
	select {
	case <-started:
	case err := <-ended:
		ts.Fatalf("demo: %v", err)
	}
	demoSites.Store(ts.MkAbs("."), store)
}

// consoleEdit changes a rule on the site like an administrator in the QMC: console NAME FIELD JSON, or console NAME
// delete. console NAME new FILTER CONDITION creates one that grants read.
func consoleEdit(ts *testscript.TestScript, neg bool, args []string) {
	found, ok := demoSites.Load(ts.MkAbs("."))
	if neg || !ok || len(args) < 2 {
		ts.Fatalf("usage: console NAME FIELD JSON, after demo")
	}
	store := found.(*fake.Store)
	if args[1] == "new" && len(args) == 4 {
		_, err := store.Create("systemrule", map[string]any{
			"name": args[0], "resourceFilter": args[2], "rule": args[3], "actions": json.Number("2"), "category": "Security", "type": "Custom",
		}, `ACME\anna`)
		ts.Check(err)
		return
	}
	for _, r := range store.List("systemrule") {
		if r["name"] != args[0] {
			continue
		}
		id, _ := r["id"].(string)
		if args[1] == "delete" {
			ts.Check(store.Delete("systemrule", id))
			return
		}
		var value any
		ts.Check(json.Unmarshal([]byte(args[2]), &value))
		ts.Check(store.Edit("systemrule", id, `ACME\anna`, map[string]any{args[1]: value}))
		return
	}
	ts.Fatalf("there is no rule %s", args[0])
}

// awaitThere waits until a file exists: await FILE.
func awaitThere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: await FILE")
	}
	await(patiently{ts}, func() string { return args[0] + " does not appear" }, func() bool {
		_, err := os.Stat(ts.MkAbs(args[0]))
		return err == nil
	})
}

// awaitOther waits until a file differs from another one: differs FILE OTHER.
func awaitOther(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: differs FILE OTHER")
	}
	other, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	await(patiently{ts}, func() string { return args[0] + " does not change" }, func() bool {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && !bytes.Equal(data, other)
	})
}

// patiently adapts a script for await.
type patiently struct{ *testscript.TestScript }

// Helper does nothing, because a script reports its own lines.
func (patiently) Helper() {}

// replaceText replaces a text in a file: replace FILE OLD NEW.
func replaceText(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace FILE OLD NEW")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	if !strings.Contains(string(data), args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(string(data), args[1], args[2])), 0o600))
}
