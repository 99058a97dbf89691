package resolve

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

var update = flag.Bool("update", false, "rewrite the diagnostics in testdata")

func rendered(t testing.TB, list diag.List) string {
	t.Helper()
	var b strings.Builder
	if err := (diag.Terminal{}).Render(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every case in testdata/*.txtar is a rule in the short form of parseRule, followed by its diagnostics,
// if any. `strict` or `all` in the name of a case select options.
func TestDiagnostics(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	seen := map[diag.Code]bool{}
	for _, path := range files {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(archive.Files); i += 2 {
			c, want := archive.Files[i], &archive.Files[i+1]
			t.Run(c.Name, func(t *testing.T) {
				options := defaults()
				options.Strict = strings.Contains(c.Name, "strict")
				if strings.Contains(c.Name, "all") {
					options.ListInequality = All
				}
				switch {
				case strings.HasSuffix(c.Name, "never"):
					options.EntityText = EntityTextNever
				case strings.HasSuffix(c.Name, "id-or-name"):
					options.EntityText = EntityTextIDOrName
				}
				_, list := Resolve([]*Rule{parseRule(t, strings.TrimSuffix(string(c.Data), "\n"))}, options)
				for _, d := range list {
					seen[d.Code] = true
				}
				got := rendered(t, list)
				if *update {
					want.Name, want.Data = c.Name+": diagnostics", []byte(got)
				} else if got != string(want.Data) {
					t.Errorf("rule %s\ngot:\n%s\nwant:\n%s", c.Data, got, want.Data)
				}
			})
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, info := range diag.Codes() {
		if ours := strings.HasPrefix(string(info.Code), "Q03") || strings.HasPrefix(string(info.Code), "Q04"); ours && !seen[info.Code] {
			t.Errorf("no rule of testdata gets %s (%s)", info.Code, info.Title)
		}
	}
}
