package cli

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestAccessPageShowsTheTest compares the example in the page about access with testdata/cli/access.txtar, which tests
// the program: the test, the failing command, and its output without the time.
func TestAccessPageShowsTheTest(t *testing.T) {
	script, err := txtar.ParseFile("../../testdata/cli/access.txtar")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../../docs/access.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	if f := script.Files[0]; f.Name != "access_test.rego" || !strings.Contains(page, "```rego\n"+string(f.Data)+"```\n") {
		t.Errorf("docs/access.md does not show the test\n%s", f.Data)
	}
	_, failing, _ := strings.Cut(string(script.Comment), "exit 1 test ")
	lines := strings.SplitN(failing, "\n", 3)
	pattern, ok := strings.CutPrefix(lines[1], `stdout '\A`)
	if !ok {
		t.Fatalf("the script does not look at the whole output of test %s, but has %s", lines[0], lines[1])
	}
	output := strings.TrimSuffix(pattern, `\z'`)
	if !regexp.MustCompile("```\n\\$ qlik2rego test " + regexp.QuoteMeta(lines[0]) + "\n" + output + "```\n").MatchString(page) {
		t.Errorf("docs/access.md does not show test %s with output as %s", lines[0], output)
	}
}
