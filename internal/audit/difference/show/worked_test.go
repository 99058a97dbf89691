package show_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// worked returns the report of the worked example of docs/diff.md, from the files of
// testdata/cli/diff.txtar.
func worked(t *testing.T) *difference.Report {
	t.Helper()
	script, err := txtar.ParseFile("../../../../testdata/cli/diff.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	exports := map[string][]byte{}
	for _, f := range script.Files {
		exports[f.Name] = f.Data
		if filepath.ToSlash(filepath.Dir(f.Name)) == "main/site" {
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(f.Name)), f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	in := difference.Input{Mode: difference.ModeSite, SameSite: true, Progress: snapshot.NoProgress{}}
	sides := [2]*difference.Side{&in.Old, &in.New}
	for i, name := range []string{"main/rules.json", "change/rules.json"} {
		rules, found := ruleset.Decode(name, exports[name])
		if found.HasErrors() {
			t.Fatal(found)
		}
		sides[i].Rules = rules
		if sides[i].Policy, found = compiler.Compile(rules, compiler.Options{}); sides[i].Policy == nil {
			t.Fatal(found)
		}
	}
	in.Old.Policy.View.Merge(in.New.Policy.View)
	for _, typ := range []string{"app", "stream"} {
		in.Old.Policy.View.Of(typ).Scalars["name"] |= schema.Exact
	}
	in.New.Policy.View = in.Old.Policy.View
	site, found := snapshot.Open(dir, schema.Default())
	if found.HasErrors() {
		t.Fatal(found)
	}
	for _, side := range sides {
		data := func(ctx context.Context, w io.Writer) error {
			_, err := site.Project(ctx, side.Policy.View, w, snapshot.NoProgress{})
			return err
		}
		if side.Bundle, err = bundles.InMemory(t.Context(), side.Policy, data); err != nil {
			t.Fatal(err)
		}
	}
	r, err := difference.Compare(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
