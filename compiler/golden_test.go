package compiler_test

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/compile")

const compileCases = "../testdata/compile"

// Every archive in testdata/compile contains an export, rules.json, and the expected generated modules
// and diagnostics. A section "options" contains words: strict, skip-invalid, list-inequality=all, and
// index, which also includes the module qlik/types.rego.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob(compileCases + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := golden(t, archive)
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := txtar.Format(archive); string(got) != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// golden returns the archive with the actual output for its export.
func golden(t *testing.T, archive *txtar.Archive) []byte {
	t.Helper()
	out := &txtar.Archive{Comment: archive.Comment}
	var options compiler.Options
	var rules []ruleset.Rule
	index := false
	for _, f := range archive.Files {
		switch f.Name {
		case "options":
			for _, word := range strings.Fields(string(f.Data)) {
				switch word {
				case "strict":
					options.Strict = true
				case "skip-invalid":
					options.SkipInvalid = true
				case "list-inequality=all":
					options.ListInequality = resolve.All
				case "index":
					index = true
				default:
					t.Fatalf("option %q", word)
				}
			}
		case "rules.json":
			read, list := ruleset.Decode("rules.json", f.Data)
			if len(list) > 0 {
				t.Fatal(rendered(t, list))
			}
			rules = read
		default:
			continue
		}
		out.Files = append(out.Files, f)
	}
	policy, list := compiler.Compile(rules, options)
	if policy != nil {
		holdToOPA(t, policy)
		for _, m := range policy.Modules {
			if index || path.Base(m.Path) != "types.rego" && path.Base(m.Path) != "rights.rego" {
				out.Files = append(out.Files, txtar.File{Name: m.Path, Data: []byte(m.Source)})
			}
		}
	}
	out.Files = append(out.Files, txtar.File{Name: "diagnostics", Data: []byte(rendered(t, list))})
	return txtar.Format(out)
}
