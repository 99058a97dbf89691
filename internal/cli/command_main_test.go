package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"qlik2rego": func() { os.Exit(Main()) }})
}

// TestScripts runs testdata/cli: each script is one story of commands, in a directory with rules.json and site/.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Abs("../../testdata/cli")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files:               stories(t, scripts),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			rules, err := os.ReadFile(filepath.Join(scripts, "rules.json"))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(env.WorkDir, "rules.json"), rules, 0o600); err != nil {
				return err
			}
			return os.CopyFS(filepath.Join(env.WorkDir, "site"), os.DirFS(filepath.Join(scripts, "site")))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"opa":     stockOPA,
			"exit":    exitCode,
			"nothing": nothingElse,
			"demo":    demoSite,
			"console": consoleEdit,
			"replace": replaceText,
			"await":   awaitThere,
			"differs": awaitOther,
		},
	})
}

// stories returns all stories or, in short mode, which the race detector uses, those of commands with servers,
// watchers and interrupted outputs.
func stories(t *testing.T, dir string) []string {
	all, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(all) == 0 {
		t.Fatal("no stories in", dir, err)
	}
	if !testing.Short() {
		return all
	}
	concurrent := []string{"audit", "names", "outputs", "plan", "pull", "search", "serve", "site", "verify", "watch"}
	return slices.DeleteFunc(all, func(file string) bool {
		return !slices.Contains(concurrent, strings.TrimSuffix(filepath.Base(file), ".txtar"))
	})
}

// opaBinary is the stock command of the version in go.mod, from the build cache.
var opaBinary = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "opa").Output()
	return strings.TrimSpace(string(out)), err
})

// stockOPA runs the stock command in the script's folder: opa ARGS…
func stockOPA(ts *testscript.TestScript, neg bool, args []string) {
	opa, err := opaBinary()
	ts.Check(err)
	if err := ts.Exec(opa, args...); (err != nil) != neg {
		ts.Fatalf("opa %s: %v", strings.Join(args, " "), err)
	}
}

// exitCode runs qlik2rego and checks its exit code: exit CODE ARGS…
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: exit CODE ARGS…")
	}
	err := ts.Exec("qlik2rego", args[1:]...)
	got := "0"
	if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // Exec returns it as it is
		got = strings.TrimPrefix(exit.String(), "exit status ")
	} else if err != nil {
		ts.Check(err)
	}
	if got != args[0] {
		ts.Fatalf("qlik2rego %s: exit code %s, want %s", strings.Join(args[1:], " "), got, args[0])
	}
}

// nothingElse checks the names in a directory: nothing FOLDER NAMES…
func nothingElse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: nothing FOLDER NAMES…")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got, want := strings.Join(names, " "), strings.Join(args[1:], " "); got != want {
		ts.Fatalf("%s holds %q, want %q", args[0], got, want)
	}
}
