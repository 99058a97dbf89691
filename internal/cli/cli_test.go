package cli

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/naming"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

func TestFlagsFirst(t *testing.T) {
	c := &cli.Command{Name: "make", Flags: []cli.Flag{
		&cli.StringFlag{Name: "out", Aliases: []string{"o"}},
		&cli.BoolFlag{Name: "strict"},
		&cli.StringSliceFlag{Name: "env"},
	}}
	tests := []struct{ args, want string }{
		{"", "--"},
		{"a b", "-- a b"},
		{"a -o x b --strict c", "-o x --strict -- a b c"},
		{"a --out=x b", "--out=x -- a b"},
		{"--env k=v a --env k=w", "--env k=v --env k=w -- a"},
		{"a - b", "-- a - b"},
		{"-o - a", "-o - -- a"},
		{"a --strict -- --out x", "--strict -- a --out x"},
		{"a --unknown b", "--unknown -- a b"},
		{"a -o", "-o"},
		{"a b --help -o x", "--help"},
		{"-o -h a", "-o -h -- a"},
		{"--strict --strict -- -o x -o y", "--strict --strict -- -o x -o y"},
	}
	for _, tt := range tests {
		got, err := FlagsFirst(c, strings.Fields(tt.args))
		if err != nil || strings.Join(got, " ") != tt.want {
			t.Errorf("FlagsFirst(%q) = %q, %v, want %q", tt.args, got, err, tt.want)
		}
	}
}

func TestFlagsOfOneValueStandOnce(t *testing.T) {
	c := &cli.Command{Name: "make", Flags: []cli.Flag{&cli.StringFlag{Name: "out", Aliases: []string{"o"}}, &cli.IntFlag{Name: "most"}}}
	for args, want := range map[string]string{
		"-o x a --out=y":        "--out is given twice, and has one value",
		"--most 1 -o x -most=2": "--most is given twice, and has one value",
	} {
		if _, err := FlagsFirst(c, strings.Fields(args)); Code(err) != ExitUsage || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("FlagsFirst(%q) fails with %v", args, err)
		}
	}
}

// Windows PowerShell writes UTF-16, for requests as for rules.
func TestRequestsInEveryEncoding(t *testing.T) {
	const request = `{"subject": {"id": "ACME\\åsa"}}`
	little, big := []byte("\xff\xfe"), []byte("\xfe\xff")
	for _, unit := range utf16.Encode([]rune(request)) {
		little = binary.LittleEndian.AppendUint16(little, unit)
		big = binary.BigEndian.AppendUint16(big, unit)
	}
	for name, input := range map[string][]byte{
		"UTF-8": []byte(request), "UTF-8 with mark": []byte("\ufeff" + request), "UTF-16LE": little, "UTF-16BE": big,
	} {
		s := &Streams{In: bytes.NewReader(input)}
		if got, err := s.ReadInput("-"); err != nil || string(got) != request {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	s := &Streams{In: bytes.NewReader(little[:len(little)-1])}
	if _, err := s.ReadInput("-"); Code(err) != ExitInput || !strings.Contains(err.Error(), "-: the file is broken UTF-16") {
		t.Errorf("half a character: %v", err)
	}
}

func TestReport(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		code   int
		stdout string
		stderr string
	}{
		{"done", nil, 0, "", ""},
		{"no", No(), 1, "", ""},
		{"usage", Usagef("wrong"), 2, "", "qlik2rego: wrong\n"},
		{"input", Input(errors.New("broken")), 3, `{"error":"broken","exit":3}`, "qlik2rego: broken\n"},
		{"input, said", &Exit{Code: ExitInput}, 3, "", ""},
		{"mistake", errors.New("surprise"), 4, `{"error":"surprise","exit":4}`, "qlik2rego: internal error: surprise\n" + reportUs + "\n"},
		{"interrupted", context.Canceled, 130, `{"error":"interrupted","exit":130}`, "qlik2rego: interrupted\n"},
	}
	for _, tt := range tests {
		var out, err bytes.Buffer
		s := &Streams{Out: &out, Err: &err, Format: render.JSON}
		code := s.Report(tt.err)
		if got := strings.Join(strings.Fields(out.String()), ""); code != tt.code || got != strings.ReplaceAll(tt.stdout, " ", "") || err.String() != tt.stderr {
			t.Errorf("%s: code %d, stdout %s, stderr %s", tt.name, code, out.String(), err.String())
		}
	}
}

func TestRecover(t *testing.T) {
	var stderr bytes.Buffer
	run := func(stack bool) (err error) {
		defer Recover(&stderr, stack, &err)
		panic("out of cheese")
	}
	if err := run(false); Code(err) != ExitInternal || err.Error() != "panic: out of cheese" || stderr.Len() > 0 {
		t.Errorf("got %v and %q", err, stderr.String())
	}
	if err := run(true); Code(err) != ExitInternal || !strings.Contains(stderr.String(), "TestRecover") {
		t.Errorf("no stack in %q", stderr.String())
	}
}

func TestProgress(t *testing.T) {
	clock := time.Unix(0, 0)
	run := func(bar bool, total int64) string {
		var out bytes.Buffer
		p := &progress{out: &out, every: time.Second, now: func() time.Time { return clock }, bar: bar}
		p.Start("reading", total)
		for range 4 {
			p.Add(25)
			clock = clock.Add(700 * time.Millisecond)
		}
		p.Done()
		return out.String()
	}
	if got, want := run(false, 100), "reading  75 %\n"; got != want {
		t.Errorf("lines %q, want %q", got, want)
	}
	if got, want := run(false, 0), "reading 75\n"; got != want {
		t.Errorf("lines %q, want %q", got, want)
	}
	if got, want := run(true, 100), "\rreading [######################........]  75 %\x1b[K\r\x1b[K"; got != want {
		t.Errorf("bar %q, want %q", got, want)
	}
}

func TestColors(t *testing.T) {
	d := engine.Decision{Allow: true, GrantedBy: []string{"r1"}, Reason: engine.Granted}
	by := &deciding{names: siteNames{Names: naming.OfSite(&snapshot.Site{}, false, schema.Default(), nil)}, ruleName: func(string) string { return "Rule\n" }}
	show := func(s Streams) string {
		var out bytes.Buffer
		s.Out, s.Format = &out, render.Text
		if err := s.Decision(decided{d, []byte(`{"subject": {"id": "a\u001b[2J"}}`), by}); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	plain := "allowed: \"a\\x1b[2J\" may   \nreason: granted (a rule grants it)\ngranted by:\n  \"Rule\\n\" (r1)\n"
	for name, s := range map[string]Streams{"a pipe": {Color: true}, "NO_COLOR": {OutTerminal: true}} {
		if got := show(s); got != plain {
			t.Errorf("for %s: %q, want %q", name, got, plain)
		}
	}
	if got := show(Streams{OutTerminal: true, Color: true}); !strings.HasPrefix(got, "\x1b[32mallowed\x1b[0m: ") {
		t.Errorf("a terminal sees %q", got)
	}
}

func list(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func text(s string) func(io.Writer, string) error {
	return func(w io.Writer, _ string) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func TestOutputsAppearTogetherOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	file, directory := filepath.Join(dir, "a.txt"), filepath.Join(dir, "b")
	broken := errors.New("broken")
	fail := func(w io.Writer, _ string) error { return errors.Join(text("half")(w, ""), broken) }

	out := (&Streams{}).outputs()
	if err := out.Directory(directory, []bundles.File{{Path: "x/y.rego", Content: []byte("1")}}); err != nil {
		t.Fatal(err)
	}
	if err := out.File(file, fail); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if out.Discard(); list(t, dir) != "" {
		t.Errorf("%q was left behind", list(t, dir))
	}

	for _, content := range []string{"first", "second"} {
		out := (&Streams{}).outputs()
		if err := errors.Join(out.File(file, text(content)), out.Directory(directory, []bundles.File{{Path: content + "/y.rego", Content: []byte(content)}})); err != nil {
			t.Fatal(err)
		}
		if err := out.Commit(); err != nil {
			t.Fatal(err)
		}
		out.Discard()
		got, err := os.ReadFile(file)
		if err != nil || string(got) != content || list(t, dir) != "a.txt b" || list(t, directory) != ".qlik2rego "+content {
			t.Errorf("after %s: %q, %v, %q, %q", content, got, err, list(t, dir), list(t, directory))
		}
	}
}

func TestOutputThroughALink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no links here:", err)
	}
	out := (&Streams{}).outputs()
	if err := errors.Join(out.File(link, text("new")), out.Commit()); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(target); err != nil || string(got) != "new" {
		t.Errorf("the target holds %q, %v", got, err)
	}
}

func TestOutputKeepsPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are those of the folder")
	}
	for _, mode := range []os.FileMode{0o600, 0o666} {
		file := filepath.Join(t.TempDir(), "bundle.tar.gz")
		if err := errors.Join(os.WriteFile(file, []byte("old"), 0o600), os.Chmod(file, mode)); err != nil {
			t.Fatal(err)
		}
		out := (&Streams{}).outputs()
		if err := errors.Join(out.File(file, text("new")), out.Commit()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != mode {
			t.Errorf("the mode %v became %v", mode, info.Mode())
		}
	}
}

func TestOutputToADevice(t *testing.T) {
	info, err := os.Stat(os.DevNull)
	if err != nil || info.Mode().IsRegular() {
		t.Skip("no device to write to")
	}
	out := (&Streams{}).outputs()
	if err := errors.Join(out.File(os.DevNull, text("gone")), out.Commit()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("the device was replaced: %v, %v", info, err)
	}
}
