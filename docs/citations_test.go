package docs

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/source"
)

// A comment or a page that cites a section of a page cites one that the page has.
func TestCitedSectionsExist(t *testing.T) {
	after := regexp.MustCompile(`docs/([\w-]+\.md), section (\d+(?:\.\d+)?)`)
	before := regexp.MustCompile(`section (\d+(?:\.\d+)?) of docs/([\w-]+\.md)`)
	check := func(path, page, section string) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Errorf("%s cites docs/%s: %v", path, page, err)
			return
		}
		if !regexp.MustCompile(`(?m)^#+ ` + regexp.QuoteMeta(section) + `\.? `).Match(text) {
			t.Errorf("%s cites section %s of docs/%s, which does not exist", path, section, page)
		}
	}
	cited := 0
	for _, extension := range []string{".go", ".md", ".rego"} {
		for _, f := range source.Files(t, extension) {
			joined := strings.ReplaceAll(string(f.Content), "\n// ", " ")
			for _, m := range after.FindAllStringSubmatch(joined, -1) {
				cited++
				check(f.Path, m[1], m[2])
			}
			for _, m := range before.FindAllStringSubmatch(joined, -1) {
				cited++
				check(f.Path, m[2], m[1])
			}
		}
	}
	if cited < 20 {
		t.Errorf("only %d citations were found", cited)
	}
}
