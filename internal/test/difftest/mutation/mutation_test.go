package mutation

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	mutants   = flag.String("mutants", "", `the mutants to run: "all", a number (so many of them, spread over the list), or a part of a name`)
	decisions = flag.Int("decisions", 12_000, "how many decisions on generated sites a mutant must survive, beside the corpus")
)

// mutant is a planted error.
type mutant struct {
	name  string
	edits []edit
}

// edit replaces a string that occurs once in a file, given by its path in the module.
type edit struct{ file, from, to string }

func one(name, file, from, to string) mutant { return mutant{name, []edit{{file, from, to}}} }

const module = "../../../.."

func all() []mutant {
	return slices.Concat(compilerMutants, libraryMutants, compiledMutants, solverMutants)
}

// overlay writes the changed files to a directory and returns the path of the overlay file for the build.
func (m mutant) overlay(dir string) (string, error) {
	replace := map[string]string{}
	for i, e := range m.edits {
		original, err := filepath.Abs(filepath.Join(module, filepath.FromSlash(e.file)))
		if err != nil {
			return "", err
		}
		path := original
		if changed, ok := replace[original]; ok {
			path = changed
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		// On Windows a checkout may have other line ends.
		text := strings.ReplaceAll(string(source), "\r\n", "\n")
		if n := strings.Count(text, e.from); n != 1 {
			return "", fmt.Errorf("%s: the text to replace stands there %d times: %s", e.file, n, e.from)
		}
		replace[original] = filepath.Join(dir, fmt.Sprintf("%d%s", i, filepath.Ext(e.file)))
		if err := os.WriteFile(replace[original], []byte(strings.Replace(text, e.from, e.to, 1)), 0o600); err != nil {
			return "", err
		}
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, content, 0o600)
}

// TestMutantsApply compares the list with the source: each string to replace occurs exactly once, and
// names and changes are distinct.
func TestMutantsApply(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range all() {
		if _, err := m.overlay(t.TempDir()); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
		if seen[m.name] || seen[fmt.Sprint(m.edits)] {
			t.Errorf("%s is there twice", m.name)
		}
		seen[m.name], seen[fmt.Sprint(m.edits)] = true, true
	}
	if n := len(all()); n < 25 {
		t.Errorf("%d mutants; want 25", n)
	}
}

// TestMutantsDie runs the chosen mutants, none by default. The tests must detect each of them; a mutant
// that OPA's compiler rejects proves nothing and fails as well.
func TestMutantsDie(t *testing.T) {
	chosen := choose(*mutants)
	if len(chosen) == 0 {
		t.Skip("-mutants names none: they take minutes")
	}
	var table results
	t.Run("mutants", func(t *testing.T) {
		for _, m := range append([]mutant{{name: "(no error)"}}, chosen...) {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				start := time.Now()
				by, out := m.run(t)
				table.add(m.name, by, time.Since(start))
				switch {
				case len(m.edits) == 0 && by != "":
					t.Fatalf("without any error %s fails:\n%s", by, out)
				case len(m.edits) > 0 && by == "":
					t.Error("SURVIVED: no test notices")
				case strings.Contains(out, "the engine does not take the bundle"):
					t.Errorf("what is generated does not compile, so that this proves nothing:\n%s", out)
				}
			})
		}
	})
	t.Logf("\n%s", table.String())
}

func choose(which string) []mutant {
	list := all()
	if which == "all" {
		return list
	}
	if n, err := strconv.Atoi(which); err == nil {
		var some []mutant
		for i := range min(n, len(list)) {
			some = append(some, list[i*len(list)/n])
		}
		return some
	}
	return slices.DeleteFunc(list, func(m mutant) bool { return which == "" || !strings.Contains(m.name, which) })
}

// limit is the time within which a mutant must be detected.
const limit = 5 * time.Minute

var firstFailure = regexp.MustCompile(`(?m)^ *--- FAIL: (Test\w+)/`)

// run returns the name and the output of the test that detects the mutant, "" if there is none.
func (m mutant) run(t *testing.T) (by, output string) {
	dir := t.TempDir()
	overlay, err := m.overlay(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for prefix, packages := range ownPackages {
		if strings.HasPrefix(m.name, prefix) || len(m.edits) == 0 && strings.HasPrefix(*mutants, prefix) {
			return noticedByPackages(ctx, t, dir, overlay, packages)
		}
	}
	binary := filepath.Join(dir, "difftest.exe")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", overlay, "-ldflags=-s -w", "-o", binary, "./internal/test/difftest")
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the mutant does not build: %v\n%s", err, out)
	}
	test := exec.CommandContext(ctx, binary, "-test.run=^(TestEnginesAgree|TestCorpus)$", "-shrink=0", "-corpus=8", "-decisions="+strconv.Itoa(*decisions))
	test.Dir = filepath.Join(module, "internal", "test", "difftest")
	test.Env = append(os.Environ(), "QLIK2REGO_EXACT=1") // otherwise only a tenth of the decisions
	out, err := test.CombinedOutput()
	if err == nil {
		return m.noticedByLibrary(ctx, t, dir)
	}
	switch found := firstFailure.FindSubmatch(out); {
	case ctx.Err() != nil:
		return "time", string(out)
	case found == nil:
		t.Fatalf("the tests do not run: %v\n%s", err, out)
		return "", ""
	default:
		return string(found[1]), string(out)
	}
}

// ownPackages are the packages whose own tests detect the mutants with a prefix.
var ownPackages = map[string][]string{
	"compiled: ": {"internal/compiled"},
	"solver: ":   {"internal/solve", "internal/solve/cells"},
}

// noticedByPackages runs the tests of packages on a mutant of one of them.
func noticedByPackages(ctx context.Context, t *testing.T, dir, overlay string, packages []string) (by, output string) {
	for i, name := range packages {
		binary := filepath.Join(dir, fmt.Sprintf("own-%d.exe", i))
		build := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", overlay, "-ldflags=-s -w", "-o", binary, "./"+name)
		build.Dir = module
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("the mutant does not build: %v\n%s", err, out)
		}
		var out []byte
		var err error
		for _, which := range []string{"IsNeeded", "."} { // the quick ones first
			test := exec.CommandContext(ctx, binary, "-test.failfast", "-test.timeout=4m", "-test.run", which)
			test.Dir = filepath.Join(module, filepath.FromSlash(name))
			if out, err = test.CombinedOutput(); err != nil {
				break
			}
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return "time", string(out)
		}
		if found := regexp.MustCompile(`--- FAIL: (Test\S+)`).FindAllSubmatch(out, -1); found != nil {
			return string(found[len(found)-1][1]), string(out)
		}
		return "its own tests", string(out)
	}
	return "", ""
}

// noticedByLibrary runs the library's own tests on a mutant of it: the engine precomputes some of its
// rules, so that decisions do not depend on them.
func (m mutant) noticedByLibrary(ctx context.Context, t *testing.T, dir string) (by, output string) {
	const library = "policies/"
	folder := filepath.Join(dir, "policies")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(module, library))); err != nil {
		t.Fatal(err)
	}
	touched := false
	for _, e := range m.edits {
		name, ok := strings.CutPrefix(e.file, library)
		if !ok {
			continue
		}
		touched = true
		name = filepath.Join(folder, filepath.FromSlash(name))
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(source), "\r\n", "\n")
		if err := os.WriteFile(name, []byte(strings.Replace(text, e.from, e.to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !touched {
		return "", ""
	}
	test := exec.CommandContext(ctx, "go", "tool", "opa", "test", "--timeout", "5m", folder)
	test.Dir = module
	if out, err := test.CombinedOutput(); err != nil {
		return "opa test", string(out)
	}
	return "", ""
}

// results is the table of a run.
type results struct {
	sync.Mutex
	lines []string
}

func (r *results) add(name, by string, took time.Duration) {
	r.Lock()
	defer r.Unlock()
	if by == "" {
		by = "-"
	}
	r.lines = append(r.lines, fmt.Sprintf("%-56s %-18s %4.0fs", name, by, took.Seconds()))
}

func (r *results) String() string {
	slices.Sort(r.lines)
	return strings.Join(r.lines, "\n")
}
