package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
	err := filepath.WalkDir("..", func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		if ext := filepath.Ext(path); err != nil || entry.IsDir() || ext != ".go" && ext != ".md" && ext != ".rego" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		joined := strings.ReplaceAll(string(text), "\n// ", " ")
		for _, m := range after.FindAllStringSubmatch(joined, -1) {
			cited++
			check(path, m[1], m[2])
		}
		for _, m := range before.FindAllStringSubmatch(joined, -1) {
			cited++
			check(path, m[2], m[1])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if cited < 20 {
		t.Errorf("only %d citations were found", cited)
	}
}
