package deploy_test

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// buildCommand finds the flags with which the Dockerfile builds the binary, and flag finds one of them.
var (
	buildCommand = regexp.MustCompile(`(?s)RUN CGO_ENABLED=0 .*? go build (.*?) -o \S+ (\./cmd/qlik2rego)\n`)
	flag         = regexp.MustCompile(`-\w+="[^"]*"|\S+`)
)

// buildAsInTheImage runs the go build command of the Dockerfile for this machine.
func buildAsInTheImage(source, target string) error {
	dockerfile, err := os.ReadFile(filepath.Join(shipped, "Dockerfile"))
	if err != nil {
		return err
	}
	found := buildCommand.FindSubmatch(dockerfile)
	if found == nil {
		return fmt.Errorf("the Dockerfile has no command like %s", buildCommand)
	}
	args := []string{"build", "-o", target}
	for _, f := range flag.FindAllString(string(found[1]), -1) {
		args = append(args, strings.ReplaceAll(f, `"`, ""))
	}
	command := exec.Command("go", append(args, string(found[2]))...)
	command.Dir = source
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, out)
	}
	return nil
}

// TestImageBinary checks the output of the Dockerfile's command: an image without a dynamic linker can run
// it, it contains nothing about the build machine, and another checkout gives the same bytes.
func TestImageBinary(t *testing.T) {
	path := qlik2rego(t)
	if runtime.GOOS == "linux" {
		file, err := elf.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		for _, p := range file.Progs {
			if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
				t.Errorf("the binary is not static: it has %v", p.Type)
			}
		}
	}
	content := readFile(t, path)
	here, err := filepath.Abs(checkout)
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{here, filepath.Join(home, "go")} {
		if bytes.Contains(content, []byte(place)) {
			t.Errorf("the binary holds %s, a place of the machine that built it", place)
		}
	}
	elsewhere := t.TempDir()
	copySources(t, elsewhere)
	again := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := buildAsInTheImage(elsewhere, again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(content, readFile(t, again)) {
		t.Error("another checkout of the same sources gives other bytes")
	}
}

// copySources copies the sources of the binary.
func copySources(t *testing.T, target string) {
	t.Helper()
	for _, name := range []string{"cmd", "compiler", "policies", "bundles", "internal", "docs", "testdata/scenarios"} {
		if err := os.CopyFS(filepath.Join(target, name), os.DirFS(filepath.Join(checkout, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if err := os.WriteFile(filepath.Join(target, name), readFile(t, filepath.Join(checkout, name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
