package cli

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// program returns the name with which the test binary runs main, and a directory with the rules and the site of the
// stories.
func program(t *testing.T) (name, dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("signals and small file systems are those of Unix")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name, dir = filepath.Join(t.TempDir(), "qlik2rego"), t.TempDir()
	if err := errors.Join(os.Symlink(self, name), os.CopyFS(filepath.Join(dir, "site"), os.DirFS("../../testdata/cli/site"))); err != nil {
		t.Fatal(err)
	}
	rules, err := os.ReadFile("../../testdata/cli/rules.json")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "rules.json"), rules, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return name, dir
}

// exitOf returns the exit code of a process that has ended.
func exitOf(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	t.Fatal(err)
	return -1
}

// names returns the names of the entries of a directory.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

// A full disk is reported as such, and leaves no files behind: a file system of 16 kB, in a separate mount namespace.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	name, dir := program(t)
	if err := exec.Command("unshare", "-rm", "true").Run(); err != nil {
		t.Skip("no name space for a small file system here: ", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "small"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"compile rules.json -s site -o small/bundle.tar.gz",
		"compile rules.json -s site --rego-dir small/rego",
		"audit rules.json -s site -o small/matrix.csv --format csv",
		"audit rules.json -s site --html small/page.html",
		"testgen rules.json -s site -o small/tests_test.rego",
	} {
		script := `mount -t tmpfs -o size=16k tmpfs small && head -c 16k /dev/zero > small/other || exit 99
"$0" ` + args + `; code=$?; ls -A small; exit $code`
		cmd := exec.Command("unshare", "-rm", "sh", "-c", script, name)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		text := string(out)
		if code := exitOf(t, err); code != ExitInput || !strings.Contains(text, "the disk is full") || strings.Contains(text, tempPrefix) || !strings.HasSuffix(text, "\nother\n") {
			t.Errorf("%s: exit code %d, %s", args, code, text)
		}
	}
}

// The same with a device as output that is always full.
func TestFullStandardOutput(t *testing.T) {
	t.Parallel()
	name, dir := program(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here: ", err)
	}
	defer full.Close()
	for _, args := range []string{
		"check rules.json --format json",
		"audit rules.json -s site --by summary",
		"compile rules.json -s site -o -",
		"eval rules.json -s site --input request.json",
	} {
		if err := os.WriteFile(filepath.Join(dir, "request.json"), []byte(annaReads), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(name, strings.Fields(args)...)
		var errs strings.Builder
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, full, &errs
		if code := exitOf(t, cmd.Run()); code != ExitInput || !strings.Contains(errs.String(), "the disk is full") {
			t.Errorf("%s: exit code %d, %s", args, code, errs.String())
		}
	}
}

// An output whose write fails is neither left behind nor moved to its target.
func TestFailingWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := (&Streams{Out: io.Discard}).outputs()
	err := out.File(path, func(w io.Writer, _ string) error {
		_, err := io.WriteString(w, "new")
		return errors.Join(err, &os.PathError{Op: "write", Path: tempName(path), Err: syscall.ENOSPC})
	})
	out.Discard()
	if Code(err) != ExitInput || !strings.Contains(err.Error(), path+" cannot be written") {
		t.Errorf("exit code %d, %v", Code(err), err)
	}
	if old, err := os.ReadFile(path); err != nil || string(old) != "old" {
		t.Errorf("%q, %v", old, err)
	}
	if all := names(t, filepath.Dir(path)); all != "out" {
		t.Errorf("left behind: %s", all)
	}
}
