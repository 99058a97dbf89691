package bundles_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func policy() *compiler.Policy {
	p := &compiler.Policy{
		Modules: []compiler.Module{{Path: "qlik/types/index.rego", Source: "package qlik.types\n\ndefault may(_, _, _) := false\n\ngranted_by(_, _, _) := set()\n\nactions(_, _) := set()\n"}},
		View:    schema.View{},
		Catalogue: []compiler.RuleInfo{
			{ID: "r1", Name: "One", Actions: []string{"read"}},
			{ID: "r2", Name: "Two", Disabled: true},
			{ID: "r3", Name: "Three"},
		},
		Skipped: []diag.Rule{{ID: "r9", Name: "Nine"}, {ID: "r3", Name: "Three"}},
		Options: compiler.Options{ListInequality: resolve.All, SkipInvalid: true},
	}
	p.View.Of("app").Scalars["name"] = schema.Folded | schema.Exact
	p.View.Of("app").Lists["@groupaccess"] = schema.Folded
	p.View.Of("app").Relations["stream"] = schema.Relation{Name: "stream", Target: "Stream"}
	return p
}

func source(text string) bundles.DataSource {
	return func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

const siteText = `{"entities": {"app": {"a1": {"name": "x"}}}}`

func build(t *testing.T, p *compiler.Policy, data bundles.DataSource, part bundles.Part) []byte {
	t.Helper()
	var buf bytes.Buffer
	dir := t.TempDir()
	if _, err := bundles.Build(t.Context(), &buf, p, data, bundles.BuildOptions{Part: part, TempDir: dir}); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%s was left behind", left[0].Name())
	}
	return buf.Bytes()
}

func save(t *testing.T, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "bundle.tar.gz")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestBuildIsReproducibleAndSaysNothingOfTheMachine(t *testing.T) {
	first := build(t, policy(), source(siteText), bundles.Everything)
	second := build(t, policy(), source(siteText), bundles.Everything)
	if !bytes.Equal(first, second) {
		t.Error("two builds differ")
	}
	zip, err := gzip.NewReader(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	if zip.Name != "" || !zip.ModTime.IsZero() {
		t.Errorf("the gzip header names %q, %v", zip.Name, zip.ModTime)
	}
	var names []string
	archive := tar.NewReader(zip)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
		if h.ModTime.Unix() != 0 || h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" || h.Mode != 0o644 {
			t.Errorf("%s: header %+v", h.Name, h)
		}
	}
	if !slices.IsSorted(names) || names[0] != ".manifest" || !slices.Contains(names, "site/data.json") || !slices.Contains(names, "qlik/authz.rego") {
		t.Errorf("files %q", names)
	}
}

// TestStockReader reads the bundle with OPA's own reader, which checks the roots.
func TestStockReader(t *testing.T) {
	for _, part := range []bundles.Part{bundles.Everything, bundles.PolicyOnly, bundles.DataOnly} {
		b, err := bundle.NewReader(bytes.NewReader(build(t, policy(), source(siteText), part))).Read()
		if err != nil {
			t.Errorf("part %d: %v", part, err)
			continue
		}
		if got, want := len(b.Modules) == 0, part == bundles.DataOnly; got != want {
			t.Errorf("part %d has %d modules", part, len(b.Modules))
		}
	}
}

func TestOpenGivesBackWhatWasBuilt(t *testing.T) {
	written, err := bundles.Open(t.Context(), save(t, build(t, policy(), source(siteText), bundles.Everything)))
	if err != nil {
		t.Fatal(err)
	}
	direct, err := bundles.InMemory(t.Context(), policy(), source(siteText))
	if err != nil {
		t.Fatal(err)
	}
	split, err := bundles.Open(t.Context(), save(t, build(t, policy(), source(siteText), bundles.DataOnly)), save(t, build(t, policy(), source(siteText), bundles.PolicyOnly)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(written.Manifests, direct.Manifests) {
		t.Errorf("manifests differ:\n%+v\n%+v", written.Manifests, direct.Manifests)
	}
	for name, b := range map[string]*bundles.Bundle{"direct": direct, "split": split} {
		if !reflect.DeepEqual(contents(b.Modules), contents(written.Modules)) {
			t.Errorf("%s: other modules", name)
		}
		got, _ := b.Data.Lookup()
		want, _ := written.Data.Lookup()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: data %v, want %v", name, got, want)
		}
	}
	view, _ := written.Data.Lookup("qlik", "view")
	if got, want := fmt.Sprint(view), "map[app:map[lists:map[@groupaccess:[]] name:App relations:map[stream:map[many:false type:stream]] scalars:map[name:[ =]]]]"; got != want {
		t.Errorf("view\n%s\nwant\n%s", got, want)
	}
}

func manifestOf(t *testing.T, p *compiler.Policy, data bundles.DataSource, part bundles.Part) bundles.Manifest {
	t.Helper()
	b, err := bundle.NewReader(bytes.NewReader(build(t, p, data, part))).Read()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(b.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	var m bundles.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestManifest(t *testing.T) {
	m := manifestOf(t, policy(), source(siteText), bundles.Everything)
	if m.RegoVersion != 1 || fmt.Sprint(m.Roots) != "[qlik site]" || len(m.Revision) != 64 {
		t.Errorf("manifest %+v", m)
	}
	if got, want := *m.Metadata.Options, (bundles.Options{ListInequality: "all", EntityText: "error", SessionAttributes: "separate", SkipInvalid: true, Schema: "default"}); !reflect.DeepEqual(got, want) {
		t.Errorf("options %+v, want %+v", got, want)
	}
	if got, want := *m.Metadata.Counts, (bundles.Counts{Rules: 3, Disabled: 1, Skipped: 2}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	if got, want := fmt.Sprint(m.Metadata.Skipped), "[{r3 Three} {r9 Nine}]"; got != want {
		t.Errorf("skipped %s, want %s", got, want)
	}
	if m := manifestOf(t, policy(), nil, bundles.Everything); fmt.Sprint(m.Roots) != "[qlik]" {
		t.Errorf("without a site, the roots are %q", m.Roots)
	}
	data := manifestOf(t, policy(), source(siteText), bundles.DataOnly)
	if fmt.Sprint(data.Roots) != "[site]" || data.Metadata.Options != nil || data.Metadata.View != m.Metadata.View {
		t.Errorf("the manifest of the data is %+v", data)
	}
}

// TestRevision lists what a revision depends on.
func TestRevision(t *testing.T) {
	base := manifestOf(t, policy(), source(siteText), bundles.Everything).Revision
	changes := map[string]func(*compiler.Policy){
		"rule":    func(p *compiler.Policy) { p.Catalogue[0].Name = "Uno" },
		"module":  func(p *compiler.Policy) { p.Modules[0].Source += "\n" },
		"option":  func(p *compiler.Policy) { p.Options.Strict = true },
		"skipped": func(p *compiler.Policy) { p.Skipped = p.Skipped[:1] },
		"schema": func(p *compiler.Policy) {
			extended, err := schema.Extend(schema.Default(), []byte(`{"types": [{"name": "Widget"}]}`))
			if err != nil {
				t.Fatal(err)
			}
			p.Options.Schema = extended
		},
	}
	for name, change := range changes {
		p := policy()
		change(p)
		if manifestOf(t, p, source(siteText), bundles.Everything).Revision == base {
			t.Errorf("another %s gives the same revision", name)
		}
	}
	p := policy()
	p.Options.Schema = schema.Default()
	slices.Reverse(p.Skipped)
	if manifestOf(t, p, source(siteText), bundles.Everything).Revision != base {
		t.Error("the default schema or the order of the rules changes the revision")
	}
	if manifestOf(t, policy(), source("{}"), bundles.Everything).Revision == base {
		t.Error("different data gives the same revision")
	}
	if !bytes.Equal(build(t, policy(), source("{}"), bundles.PolicyOnly), build(t, policy(), source(siteText), bundles.PolicyOnly)) {
		t.Error("a new snapshot changes the policy bundle")
	}
}

func TestBuildFails(t *testing.T) {
	broken := errors.New("broken")
	dir := t.TempDir()
	opts := bundles.BuildOptions{TempDir: dir}
	failing := func(context.Context, io.Writer) error { return broken }
	if _, err := bundles.Build(t.Context(), io.Discard, policy(), failing, opts); !errors.Is(err, broken) {
		t.Errorf("a source with an error: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopping := func(_ context.Context, w io.Writer) error {
		cancel()
		_, err := io.WriteString(w, siteText)
		return err
	}
	if _, err := bundles.Build(ctx, io.Discard, policy(), stopping, opts); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
	if _, err := bundles.Build(t.Context(), brokenWriter{broken}, policy(), source(siteText), opts); !errors.Is(err, broken) {
		t.Errorf("an output with an error: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%s was left behind", left[0].Name())
	}
	opts.TempDir = filepath.Join(dir, "missing")
	if _, err := bundles.Build(t.Context(), io.Discard, policy(), source(siteText), opts); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no directory for temporary files: %v", err)
	}
	if _, err := bundles.InMemory(t.Context(), policy(), failing); !errors.Is(err, broken) {
		t.Errorf("a source with an error, in memory: %v", err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// contents returns modules without the roots of their bundle, which differ between one bundle and two.
func contents(modules []bundles.Module) []bundles.Module {
	bare := slices.Clone(modules)
	for i := range bare {
		bare[i].Roots = nil
	}
	return bare
}

func pack(t *testing.T, files ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	archive := tar.NewWriter(zip)
	for f := range slices.Chunk(files, 2) {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: f[0], Size: int64(len(f[1])), Mode: 0o644}
		if strings.HasSuffix(f[0], "/") {
			h.Typeflag = tar.TypeDir
		}
		if err := archive.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(archive, f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestOpenStockLayout reads the same files as OPA packs them: with leading slashes, and with all data in one file.
func TestOpenStockLayout(t *testing.T) {
	b, err := bundles.Open(t.Context(), save(t, pack(t,
		"/data.json", `{"qlik": {"rules": {}}, "site": {"entities": {}}}`,
		"/qlik/", "",
		"/qlik/b.rego", "package qlik.b",
		"/qlik/a.rego", "package qlik.a",
		"/.manifest", `{"revision": "", "roots": ["qlik", "site"]}`,
	)))
	if err != nil {
		t.Fatal(err)
	}
	if b.Modules[0].Path != "qlik/a.rego" || !b.Data.Has("site", "entities") || b.Data.Has("site", "nested") {
		t.Errorf("read as %+v", b)
	}
}

func TestOpenRefuses(t *testing.T) {
	manifest := `{"roots": ["qlik"]}`
	good := pack(t, ".manifest", manifest, "qlik/a.rego", "package qlik.a")
	damaged := slices.Clone(good)
	damaged[len(damaged)-6] ^= 1 // in the checksum
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"empty", nil, "no .tar.gz: unexpected EOF"},
		{"text", []byte("package qlik.authz"), "no .tar.gz: gzip: invalid header"},
		{"truncated", good[:len(good)-20], "no .tar.gz: unexpected EOF"},
		{"damaged", damaged, "no .tar.gz: gzip: invalid checksum"},
		{"no manifest", pack(t, "qlik/a.rego", "package qlik.a"), "there is no .manifest in it: no bundle of qlik2rego"},
		{"manifest", pack(t, ".manifest", "{"), ".manifest: unexpected EOF"},
		{"data alone", pack(t, ".manifest", manifest), "the bundle has only data: give the policy bundle as well"},
		{"no object", pack(t, ".manifest", manifest, "data.json", "[]"), "data.json: data must be an object"},
		{"truncated data", pack(t, ".manifest", manifest, "qlik/data.json", `{"a": [1, {"b": `), "qlik/data.json: jsontext: unexpected EOF within \"/a/1/b\" after offset 16"},
		{"text after data", pack(t, ".manifest", manifest, "qlik/data.json", `{} {}`), "qlik/data.json: text after the document at offset 4"},
		{"rubbish after data", pack(t, ".manifest", manifest, "qlik/data.json", `{} }`), "qlik/data.json: jsontext: invalid character '}' at start of value after offset 3"},
		{"doubled name", pack(t, ".manifest", manifest, "qlik/data.json", `{"a": 1, "a": 2}`), `qlik/data.json: the name "a" is there twice, before offset 15`},
		{"doubled file", pack(t, ".manifest", manifest, "qlik/data.json", `{"x": {"a": 1}}`, "qlik/x/a/data.json", `{}`), "qlik/x/a/data.json: there is data at data.qlik.x.a already"},
		{"invalid JSON", pack(t, ".manifest", manifest, "qlik/data.json", `{"a": nope}`), "qlik/data.json: jsontext: invalid character 'o' in literal null (expecting 'u') within \"/a\" after offset 7"},
		{"number as name", pack(t, ".manifest", manifest, "qlik/data.json", `{1: 2}`), "qlik/data.json: jsontext: object member name must be a string after offset 1"},
		{"outside the roots", pack(t, ".manifest", manifest, "site/data.json", `{}`), `data.site is outside the roots ["qlik"] of the manifest`},
		{"signed", pack(t, ".manifest", manifest, ".signatures.json", `{}`), "it is signed, but there is no key to verify it: serve has --verification-key"},
	}
	for _, tt := range tests {
		_, err := bundles.Open(t.Context(), save(t, tt.content))
		if err == nil || !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("%s: the error is %v, want %s", tt.name, err, tt.want)
		}
	}
	if _, err := bundles.Open(t.Context(), filepath.Join(t.TempDir(), "x.tar.gz")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestOpenRefusesWhatDoesNotBelongTogether(t *testing.T) {
	policyBundle := save(t, build(t, policy(), source(siteText), bundles.PolicyOnly))
	other := policy()
	other.View.Of("stream").Scalars["name"] = schema.Folded
	dataOfOther := save(t, build(t, other, source(siteText), bundles.DataOnly))
	if _, err := bundles.Open(t.Context(), policyBundle, dataOfOther); err == nil || !strings.Contains(err.Error(), "made for different rules") {
		t.Errorf("data of different rules: %v", err)
	}
	if _, err := bundles.Open(t.Context(), policyBundle, policyBundle); err == nil || !strings.Contains(err.Error(), `overlap: both have "qlik"`) {
		t.Errorf("the same bundle twice: %v", err)
	}
}

// TestHalves checks that a policy with a separate data bundle does not decide without this bundle, for any reader, and
// that a policy without a site does.
func TestHalves(t *testing.T) {
	half := build(t, policy(), source(siteText), bundles.PolicyOnly)
	alone, whole, data := save(t, half), save(t, build(t, policy(), source(siteText), bundles.Everything)), save(t, build(t, policy(), source(siteText), bundles.DataOnly))
	without := save(t, build(t, policy(), nil, bundles.Everything))
	rewritten := stockWrites(t, half)
	// A delta from another program that changes the tables of the policy removes nothing.
	change := save(t, pack(t, ".manifest", `{"roots": ["qlik"]}`, "patch.json", `{"data": [{"op": "remove", "path": "/qlik/rules/r1"}]}`))
	emptied := save(t, pack(t, ".manifest", fmt.Sprintf(`{"roots": ["site"], "metadata": {"view": %q}}`, manifestOf(t, policy(), nil, bundles.DataOnly).Metadata.View),
		"patch.json", `{"data": [{"op": "remove", "path": "/site"}]}`))
	for _, c := range []struct {
		name  string
		paths []string
		want  error
	}{
		{"alone", []string{alone}, bundles.ErrNoData},
		{"alone, written by OPA", []string{rewritten}, bundles.ErrNoData},
		{"alone, changed", []string{alone, change}, bundles.ErrNoData},
		{"its data taken away", []string{alone, data, emptied}, bundles.ErrNoData},
		{"with its data", []string{alone, data}, nil},
		{"behind its data", []string{data, rewritten}, nil},
		{"whole", []string{whole}, nil},
		{"without a site", []string{without}, nil},
		{"data alone", []string{data}, bundles.ErrNoPolicy},
	} {
		if _, err := bundles.Open(t.Context(), c.paths...); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if _, _, err := bundles.OpenDigest(t.Context(), bundles.ReadLimit, c.paths...); !errors.Is(err, c.want) {
			t.Errorf("%s, with its digest: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := bundles.WriteDelta(t.Context(), io.Discard, alone, alone); err == nil || !strings.Contains(err.Error(), "it has only the policy, but a delta changes data") {
		t.Errorf("a delta of policies: %v", err)
	}
	if _, err := bundles.WriteDelta(t.Context(), io.Discard, without, without); err == nil || !strings.Contains(err.Error(), "it has no site data") {
		t.Errorf("a delta of policies without a site: %v", err)
	}
}

// stockWrites returns the path of a bundle after OPA has read and written it.
func stockWrites(t *testing.T, content []byte) string {
	t.Helper()
	b, err := bundle.NewReader(bytes.NewReader(content)).Read()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := bundle.NewWriter(&out).Write(b); err != nil {
		t.Fatal(err)
	}
	return save(t, out.Bytes())
}

func TestPolicyFiles(t *testing.T) {
	files := bundles.PolicyFiles(policy())
	if files[0].Path != ".manifest" || !slices.ContainsFunc(files, func(f bundles.File) bool { return f.Path == "qlik/types/index.rego" }) {
		t.Errorf("files %v", files)
	}
}
