package studio_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestTheAssetsAreBuiltFromTheSources compares digests, since the build needs npm: CI builds
// the assets again and compares their bytes.
func TestTheAssetsAreBuiltFromTheSources(t *testing.T) {
	t.Parallel()
	web := os.DirFS("web")
	names := []string{"package-lock.json"}
	if err := fs.WalkDir(web, "src", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(path.Clean("web/"+a), path.Clean("web/"+b)) })
	sum := sha256.New()
	for _, name := range names {
		content, err := fs.ReadFile(web, name)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
		fmt.Fprintf(sum, "%s %d\n", name, len(content))
		sum.Write(content)
	}
	built, err := os.ReadFile("assets/sources.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(built)) != hex.EncodeToString(sum.Sum(nil)) {
		t.Error("the sources of the page have changed: (cd internal/studio/web && npm ci), then (cd .ci/studio && go run .)")
	}
}
