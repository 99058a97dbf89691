package scenarios

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

const root = "../../../testdata/scenarios"

// timeout is the time limit of a single test on a busy machine.
const timeout = 5 * time.Minute

// scenario is a directory with a test.rego, rules and a site.
type scenario struct {
	name, dir, rules, site string
}

func scenarios(t *testing.T) []scenario {
	t.Helper()
	var found []scenario
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "test.rego" {
			return err
		}
		s := scenario{dir: filepath.Dir(path)}
		s.name, _ = filepath.Rel(root, s.dir)
		s.rules = filepath.Join(s.dir, "rules.json")
		s.site = filepath.Join(s.dir, "site")
		if _, err := os.Stat(s.site); err != nil {
			s.site = filepath.Join(filepath.Dir(s.dir), "site")
		}
		found = append(found, s)
		return nil
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("no scenarios in %s: %v", root, err)
	}
	return found
}

// each runs a test for every scenario. The rules of the real site are not in this repository.
func each(t *testing.T, test func(t *testing.T, s scenario)) {
	for _, s := range scenarios(t) {
		t.Run(filepath.ToSlash(s.name), func(t *testing.T) {
			t.Parallel()
			if s.name == "real-site" {
				corpus := os.Getenv("QLIK_CORPUS")
				if corpus == "" {
					t.Skip("QLIK_CORPUS names no folder with site-export/systemrule.json")
				}
				s.rules = filepath.Join(corpus, "site-export", "systemrule.json")
			}
			test(t, s)
		})
	}
}

// compile returns the path of the scenario's bundle and the diagnostics of its rules.
func (s scenario) compile(t *testing.T) (string, diag.List) {
	t.Helper()
	rules, list := ruleset.Read(s.rules)
	policy, found := compiler.Compile(rules, compiler.Options{})
	list = append(list, found...)
	if policy == nil {
		t.Fatalf("%s does not compile: %v", s.rules, list)
	}
	snap, found := snapshot.Open(s.site, schema.Default())
	if found.HasErrors() {
		t.Fatalf("%s: %v", s.site, found)
	}
	path := filepath.Join(t.TempDir(), "bundle.tar.gz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = bundles.Build(t.Context(), file, policy, func(ctx context.Context, w io.Writer) error {
		_, err := snap.Project(ctx, policy.View, w, snapshot.NoProgress{})
		return err
	}, bundles.BuildOptions{})
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path, list
}

// TestStories runs every story's tests in the embedded OPA.
func TestStories(t *testing.T) {
	each(t, func(t *testing.T, s scenario) {
		bundle, _ := s.compile(t)
		modules, store, err := tester.Load([]string{bundle, filepath.Join(s.dir, "test.rego")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		txn, err := store.NewTransaction(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Abort(t.Context(), txn)
		results, err := tester.NewRunner().SetStore(store).SetModules(modules).SetTimeout(timeout).RunTests(t.Context(), txn)
		if err != nil {
			t.Fatal(err)
		}
		ran := 0
		for r := range results {
			ran++
			if r.Fail || r.Error != nil {
				t.Errorf("%s: %v %v", r.Name, cases(r), r.Error)
			}
		}
		if ran == 0 {
			t.Error("no test ran")
		}
	})
}

// cases returns the names of the failed cases of a parametrised test.
func cases(r *tester.Result) []string {
	var failed []string
	for name, sub := range r.SubResults {
		if sub.Fail {
			failed = append(failed, name)
		}
	}
	slices.Sort(failed)
	return failed
}

// opa builds the stock command once.
var opa = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "opa")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "opa")
	out, err := exec.Command("go", "build", "-o", path, "github.com/open-policy-agent/opa").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// TestStoriesUnderStockOPA runs them with the unmodified command.
func TestStoriesUnderStockOPA(t *testing.T) {
	exact.Skip(t)
	command, err := opa()
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, s scenario) {
		bundle, _ := s.compile(t)
		out, err := exec.Command(command, "test", "--fail-on-empty", "--timeout", timeout.String(), bundle, filepath.Join(s.dir, "test.rego")).CombinedOutput()
		if err != nil {
			t.Errorf("opa test: %v\n%s", err, out)
		}
	})
}

// TestCheckSaysWhatIsWrong compares the warnings with check.txt, whose lines have the form
// "severity code | rule | meaning".
func TestCheckSaysWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, s scenario) {
		_, list := s.compile(t)
		var got []string
		for _, d := range list {
			got = append(got, fmt.Sprintf("%s %s | %s", d.Severity, d.Code, d.Rule.Name))
		}
		text, err := os.ReadFile(filepath.Join(s.dir, "check.txt"))
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			parts := strings.Split(line, " | ")
			if len(parts) != 3 {
				t.Fatalf("no line of check.txt: %q", line)
			}
			want = append(want, parts[0]+" | "+parts[1])
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("check says\n%s\ncheck.txt has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}
