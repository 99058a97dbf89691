// Command studio bundles the page of internal/studio: TypeScript and CSS of its folder web
// become the files of assets, which are committed and embedded. Run it in its own directory
// after npm ci in web:
//
//	go run .           write the assets
//	go run . -check    compare them with what is committed
//
// It is a module of its own, so that users of qlik2rego do not download esbuild.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	sources = "../../internal/studio/web"
	assets  = "../../internal/studio/assets"
	// digestFile contains the digest of the sources. A test without npm uses it to detect that the
	// sources were changed and the assets were not built again.
	digestFile = "sources.sha256"
)

func main() {
	check := flag.Bool("check", false, "compare with the committed assets instead of writing them")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(check bool) error {
	files, err := bundle()
	if err != nil {
		return err
	}
	digest, err := Digest(sources)
	if err != nil {
		return err
	}
	files[digestFile] = []byte(digest + "\n")
	for name, content := range files {
		path := filepath.Join(assets, name)
		if !check {
			if err := os.WriteFile(path, content, 0o644); err != nil {
				return err
			}
			fmt.Printf("%8d %s\n", len(content), name)
			continue
		}
		committed, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(committed, content) {
			return fmt.Errorf("%s is not what the sources give: run go run . in .ci/studio", name)
		}
	}
	return nil
}

// bundle builds the page's script and style.
func bundle() (map[string][]byte, error) {
	root, err := filepath.Abs(sources)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:   root,
		EntryPoints:     []string{"src/main.tsx", "src/studio.css"},
		Outdir:          "out",
		EntryNames:      "[name]",
		Bundle:          true,
		Format:          api.FormatESModule,
		Target:          api.ES2022,
		JSX:             api.JSXAutomatic,
		JSXImportSource: "preact",
		MinifySyntax:    true, MinifyWhitespace: true, MinifyIdentifiers: true,
		LegalComments: api.LegalCommentsEndOfFile,
		Charset:       api.CharsetUTF8,
		LogLevel:      api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("%d errors", len(result.Errors))
	}
	files := map[string][]byte{}
	for _, f := range result.OutputFiles {
		files[strings.Replace(filepath.Base(f.Path), "main.", "studio.", 1)] = f.Contents
	}
	return files, nil
}

// Digest returns a digest of all files that the assets are built from.
func Digest(root string) (string, error) {
	var names []string
	err := filepath.WalkDir(filepath.Join(root, "src"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	names = append(names, filepath.Join(root, "package-lock.json"))
	sort.Strings(names)
	sum := sha256.New()
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n", filepath.ToSlash(rel), len(content))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
