package live_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// bundle writes a bundle of a policy in a package p.
func bundle(t *testing.T, name, revision, policy string) {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	tw := tar.NewWriter(zip)
	for path, text := range map[string]string{".manifest": `{"revision":"` + revision + `","roots":["p"],"rego_version":1}`, "p.rego": "package p\n\n" + policy + "\n"} {
		if err := tw.WriteHeader(&tar.Header{Name: path, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), zip.Close(), os.WriteFile(name, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// TestFiles activates valid bundles, and continues with the previous policy after invalid ones.
func TestFiles(t *testing.T) {
	var seen []live.Activation
	h := live.New("p", func(a live.Activation) { seen = append(seen, a) })
	name := filepath.Join(t.TempDir(), "bundle.tar.gz")
	files := live.NewFiles(h, []string{name}, nil, 1<<20)
	if err := files.Activate(t.Context()); err == nil || h.Current() != nil {
		t.Error("a file that is not there decides")
	}
	bundle(t, name, "r1", "allow := true")
	if err := files.Activate(t.Context()); err != nil || h.Current().Revision != "r1" {
		t.Fatalf("%+v %v", h.Last(), err)
	}
	first := h.Current()
	if err := files.Activate(t.Context()); err != nil || h.Current() != first || !seen[len(seen)-1].Same {
		t.Errorf("the same bundle again: %+v %v", h.Last(), err)
	}
	bundle(t, name, "r2", "allow := ")
	if err := files.Activate(t.Context()); err == nil || h.Current() != first || h.Last().Err == nil {
		t.Errorf("a bundle that does not parse: %+v %v", h.Last(), err)
	}
	bundle(t, name, "r3", "allow := false")
	if err := files.Activate(t.Context()); err != nil || h.Current().Revision != "r3" || first.Revision != "r1" {
		t.Errorf("%+v %v", h.Last(), err)
	}
	if got := h.Current().Bundle(); len(got.Manifests) != 1 || got.Manifests[0].Revision != "r3" || len(got.Modules) != 1 {
		t.Errorf("as a bundle: %+v", got)
	}
	if _, under := h.UnderWay(); under || h.Abandoned() != 0 {
		t.Error("an activation is under way")
	}
}

// TestSlowActivation checks that it is abandoned, counted while it runs, and reported as slow.
func TestSlowActivation(t *testing.T) {
	h := live.New("p", nil)
	h.Limit(time.Millisecond)
	name := filepath.Join(t.TempDir(), "bundle.tar.gz")
	bundle(t, name, "slow", "allow := true\n\nsubjects := [1 | some _ in numbers.range(1, 30000); some _ in numbers.range(1, 30000)]")
	err := live.NewFiles(h, []string{name}, nil, 1<<20).Activate(t.Context())
	if !errors.Is(err, live.ErrSlow) || !strings.Contains(err.Error(), "after 1ms") || h.Current() != nil {
		t.Errorf("%v", err)
	}
}

// TestCancelledActivation checks that the end of the process is not reported as a fault of the bundle.
func TestCancelledActivation(t *testing.T) {
	h := live.New("p", func(a live.Activation) { t.Errorf("reported: %+v", a) })
	name := filepath.Join(t.TempDir(), "bundle.tar.gz")
	bundle(t, name, "r1", "allow := ")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := live.NewFiles(h, []string{name}, nil, 1<<20).Activate(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestParts checks that a policy decides once all its configured parts are there, and that parts that
// are no longer configured are removed.
func TestParts(t *testing.T) {
	required := []string{"a", "b"}
	h := live.New("p", nil)
	parts := live.NewBundleSet(h, func() []string { return append([]string{}, required...) })
	part := func(roots, revision, module string) live.Part {
		b := &bundles.Bundle{Manifests: []bundles.Manifest{{Revision: revision, Roots: []string{roots}}}}
		if module != "" {
			b.Modules = []bundles.Module{{Path: roots + ".rego", Source: []byte(module), Roots: []string{roots}}}
		}
		return live.Part{Bundle: b, Digest: revision, Began: time.Now()}
	}
	put := func(name string, p live.Part) error { return parts.Put(t.Context(), name, p, ast.NewCompiler()) }
	if err := put("a", part("p", "a1", "package p\n\nallow := data.q.yes\n")); err != nil || h.Current() != nil || strings.Join(parts.Missing(), " ") != "b" {
		t.Fatalf("one of two: %v, missing %s", err, parts.Missing())
	}
	if err := put("b", part("q", "b1", "package q\n\nyes := true\n")); err != nil || h.Current() == nil || h.Current().Revision != "a1+b1" || len(parts.Missing()) != 0 {
		t.Fatalf("both: %v, missing %s", err, parts.Missing())
	}
	if err := put("b", part("q", "b2", "package q\n\nyes := \n")); err == nil || h.Current().Revision != "a1+b1" {
		t.Errorf("a part that does not parse: %v, %s", err, h.Current().Revision)
	}
	required = nil
	if err := parts.Prune(t.Context()); err != nil || h.Current() != nil {
		t.Errorf("nothing is wanted: %v, %v", err, h.Current())
	}
}
