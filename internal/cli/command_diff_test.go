package cli

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestDiffPageShowsTheComment compares the page about diff with the comment in testdata/cli/diff.txtar, which tests the
// program.
func TestDiffPageShowsTheComment(t *testing.T) {
	script, err := txtar.ParseFile("../../testdata/cli/diff.txtar")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/diff.md")
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(script.Files, func(f txtar.File) bool { return f.Name == "comment.md" })
	comment := string(script.Files[at].Data)
	if len(comment) < 100 || !strings.Contains(string(page), "````markdown\n"+comment+"````\n") {
		t.Errorf("docs/diff.md does not show the comment\n%s", comment)
	}
	for line := range strings.Lines(string(script.Comment)) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "exit 1 diff ")
		if !ok {
			continue
		}
		joined := strings.Join(strings.Fields(strings.ReplaceAll(string(page), "\\\n", " ")), " ")
		if !strings.Contains(joined, strings.TrimSuffix(command, " --format markdown")) {
			t.Errorf("docs/diff.md does not show the command of the comment, diff %s", command)
		}
		return
	}
	t.Error("the script does not begin with the comment")
}
