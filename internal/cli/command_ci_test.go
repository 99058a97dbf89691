package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/testdata/scenarios"
)

// ciCommand is a line of a CI file that runs qlik2rego.
var ciCommand = regexp.MustCompile(`(?m)^(?:[ -]*|.*(?:run|script): )qlik2rego ([^"\n]+)$`)

// The files in docs/ci work in order: check, plan, apply, and a nightly run without drift.
func TestCIFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links to the test binary need a right there")
	}
	files, err := filepath.Glob("../../docs/ci/*")
	if err != nil || len(files) != 4 {
		t.Fatal(files, err)
	}
	if testing.Short() {
		files = files[:1]
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var document any
			if strings.HasSuffix(file, ".yml") && yaml.Unmarshal(text, &document) != nil {
				t.Error("it is not YAML")
			}
			dir := ciSite(t)
			var verbs []string
			for _, m := range ciCommand.FindAllStringSubmatch(string(text), -1) {
				args := strings.Fields(m[1])
				verbs = append(verbs, args[0])
				if out, err := ciRun(t, dir, args...); err != nil {
					t.Errorf("qlik2rego %s: %v\n%s", m[1], err, out)
				}
			}
			if got := strings.Join(verbs, " "); got != "check plan apply pull audit plan" {
				t.Errorf("the file runs %s", got)
			}
			rule, err := os.ReadFile(filepath.Join(dir, "rules", "security", "new.qrule"))
			if err != nil || !strings.Contains(string(rule), "\nid: ") {
				t.Errorf("the new rule has no id of the site: %s, %v", rule, err)
			}
		})
	}
}

// ciSite serves a site as prod, and returns a directory of its rules with an additional one.
func ciSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	store, err := fake.Scenario(scenarios.FS, "real-site", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	started, ended := make(chan struct{}), make(chan error, 1)
	demo := fake.Demo{Listen: "127.0.0.1:0", Dir: dir}
	go func() { ended <- demo.Serve(ctx, store, func(string) error { close(started); return nil }) }()
	t.Cleanup(func() { cancel(); <-ended })
	select {
	case <-started:
	case err := <-ended:
		t.Fatal(err)
	}
	sites := filepath.Join(dir, "sites.yaml")
	text, err := os.ReadFile(sites)
	if err == nil {
		err = os.WriteFile(sites, []byte(strings.Replace(string(text), "  demo:", "  prod:", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := ciRun(t, dir, "pull", "-o", "."); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	rule := "---\nname: Streams for Ruth\nfilter: Stream_*\nactions: [read]\n---\nuser.userId = \"root\"\n"
	if err := os.WriteFile(filepath.Join(dir, "rules", "security", "new.qrule"), []byte(rule), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// ciRun runs the program in a folder.
func ciRun(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "qlik2rego") // with this name, TestMain runs main
	if err := os.Symlink(self, name); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(name, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err
}
