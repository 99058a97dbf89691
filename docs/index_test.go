package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The index lists every page and every folder with a page of its own.
func TestIndexIsComplete(t *testing.T) {
	index, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	nested, err := filepath.Glob("*/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, nested...) {
		if page = filepath.ToSlash(page); page != "README.md" && !strings.Contains(string(index), "("+page+")") {
			t.Errorf("docs/README.md does not list %s", page)
		}
	}
}
