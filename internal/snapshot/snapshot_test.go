package snapshot

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// files is a snapshot's files by name.
type files map[string]string

// open writes files into a new directory, makes its parent the working directory, so that findings have short paths,
// and opens it.
func (f files) open(tb testing.TB) (*Snapshot, diag.List) {
	tb.Helper()
	dir := tb.TempDir()
	if t, ok := tb.(*testing.T); ok {
		t.Chdir(dir)
		dir = "site"
	}
	for name, content := range f {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return Open(dir, nil)
}

// load opens and loads without findings of Open.
func (f files) load(t *testing.T) (*Site, diag.List) {
	t.Helper()
	s, found := f.open(t)
	expect(t, found, "")
	return s.Load(nil)
}

// project opens and projects.
func (f files) project(t *testing.T, view schema.View) (string, diag.List) {
	t.Helper()
	s, found := f.open(t)
	expect(t, found, "")
	var out bytes.Buffer
	written, err := s.Project(context.Background(), view, &out, nil)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String()), written
}

// show formats findings for comparisons: severity, code, position, summary, and the excerpt of the file.
func show(list diag.List) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%s %s", d.Severity, d.Code)
		if p, ok := d.Position(); ok {
			fmt.Fprintf(&b, " %s:%d:%d", filepath.ToSlash(d.Text.File), p.Line, p.Column)
		}
		fmt.Fprintf(&b, ": %s", filepath.ToSlash(d.Summary))
		if d.Text != nil {
			fmt.Fprintf(&b, " >%s<", d.Text.Content[d.Subject.Start:d.Subject.End])
		}
		b.WriteByte('\n')
		for _, r := range d.Related {
			p := r.Text.Locate(r.Range.Start)
			fmt.Fprintf(&b, "\t%s:%d:%d: %s\n", filepath.ToSlash(r.Text.File), p.Line, p.Column, r.Message)
		}
	}
	return b.String()
}

func expect(t *testing.T, list diag.List, want string) {
	t.Helper()
	if got := show(list); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("findings:\n%s\nwant:\n%s", got, want)
	}
}
