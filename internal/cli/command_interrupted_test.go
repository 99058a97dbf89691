//go:build unix

package cli

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Ctrl-C while a command reads the site ends it with 130 and leaves no partial files. A file of the site is a pipe, so
// that the test knows that the command is reading. Windows has neither such files nor the signal.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		"compile rules.json -s site -o out/bundle.tar.gz --rego-dir out/rego",
		"audit rules.json -s site --html out/page.html",
		"testgen rules.json -s site -o out/tests_test.rego",
		"diff rules.json rules.json -s site -o out/diff.md",
		"explain rules.json -s site --input request.json",
		"assumptions rules.json -s site",
	} {
		t.Run(strings.Fields(args)[0], func(t *testing.T) {
			t.Parallel()
			name, dir := program(t)
			pipe := filepath.Join(dir, "site", "app.json")
			if err := errors.Join(os.Mkdir(filepath.Join(dir, "out"), 0o700), os.Remove(pipe), syscall.Mkfifo(pipe, 0o600),
				os.WriteFile(filepath.Join(dir, "request.json"), []byte(annaReads), 0o600)); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(name, strings.Fields(args)...)
			var out, errs strings.Builder
			cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = cmd.Process.Kill() })
			w, err := os.OpenFile(pipe, os.O_WRONLY, 0) // returns once the command reads
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if _, err := io.WriteString(w, `[{"id": "a", "name": `); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if code := exitOf(t, cmd.Wait()); code != 130 || !strings.Contains(errs.String(), "interrupted") || out.Len() > 0 {
				t.Errorf("exit code %d, %s%s", code, errs.String(), out.String())
			}
			if left := names(t, filepath.Join(dir, "out")); left != "" {
				t.Errorf("left behind: %s", left)
			}
		})
	}
}
