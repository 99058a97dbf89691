package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var unit = filepath.Join(shipped, "systemd/qlik2rego.service")

// TestUnit has systemd verify the unit and rate the exposure of the service: 0 is the best rating, 100 the
// worst.
func TestUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze here")
	}
	// systemd requires that the binary exists at the path in the unit.
	here := filepath.Join(t.TempDir(), filepath.Base(unit))
	text := replaced(t, string(readFile(t, unit)), "/usr/local/bin/qlik2rego", qlik2rego(t))
	if err := os.WriteFile(here, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", here).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := exec.Command(analyze, "security", "--offline=yes", "--threshold=15", here).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestUnitGroup checks the group: systemd does not start a service whose dynamic user has the name of an
// existing group, and the group must be the one that owns the bundle.
func TestUnitGroup(t *testing.T) {
	found := regexp.MustCompile(`\nGroup=(\S+)\n`).FindStringSubmatch(string(readFile(t, unit)))
	if found == nil || found[1]+".service" == filepath.Base(unit) {
		t.Fatalf("the group is %q", found)
	}
	if text := string(readFile(t, filepath.Join(shipped, "systemd/sysusers.conf"))); !strings.Contains(text, "\ng "+found[1]+" ") {
		t.Errorf("the group is not made:\n%s", text)
	}
	if text := string(readFile(t, filepath.Join(shipped, "systemd/tmpfiles.conf"))); !strings.Contains(text, "\nd /var/lib/qlik2rego-bundles 0750 root "+found[1]+"\n") {
		t.Errorf("the group may not read the bundle:\n%s", text)
	}
}

// TestUnitCommand runs the command of the unit, with the credentials of systemd, until it is ready.
func TestUnitCommand(t *testing.T) {
	dir := shortDir(t)
	site := compile(t)
	if err := os.WriteFile(filepath.Join(dir, "callers"), []byte("portal evaluate token "+portalToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?s)\nExecStart=(.*?[^\\])\n`).FindStringSubmatch(string(readFile(t, unit)))
	if found == nil {
		t.Fatal("the unit starts nothing")
	}
	args := strings.Fields(replaced(t, strings.ReplaceAll(found[1], "\\\n", " "), "${CREDENTIALS_DIRECTORY}", dir,
		"/var/lib/qlik2rego-bundles/bundle.tar.gz", site.file, "127.0.0.1:8181", "127.0.0.1:0", "127.0.0.1:8282", "unix:"+filepath.Join(dir, "d")))
	if args[0] != "/usr/local/bin/qlik2rego" || !slices.Contains(args, "serve") {
		t.Fatalf("the unit starts %q", args)
	}
	p := start(t, exec.Command(qlik2rego(t), args[1:]...))
	s := newServer(t, p, filepath.Join(dir, "d"))
	p.until("it is ready", func() bool { return s.well("/health/ready") })
}
