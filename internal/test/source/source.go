// Package source gives tests the source files of the repository, so that they can check them all:
//
//	for _, f := range source.Go(t, source.Product) {
//		f.Visit(func(n ast.Node) { … f.At(n) … })
//	}
//
// Files of modules inside the repository (bench, .ci/lint) are included, unless a filter leaves them out.
// Generated Go files are not, nor Go files in folders named testdata.
package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Filter reports whether a test wants a file. The path is relative to the root of the repository, with
// slashes.
type Filter func(path string) bool

// Product accepts all files but tests.
func Product(path string) bool { return !strings.HasSuffix(path, "_test.go") }

// Tests accepts Go files with tests.
func Tests(path string) bool { return strings.HasSuffix(path, "_test.go") }

// In accepts the files in some directories of the repository and below.
func In(directories ...string) Filter {
	return func(path string) bool {
		return slices.ContainsFunc(directories, func(f string) bool { return strings.HasPrefix(path, f+"/") })
	}
}

// NotIn accepts all files but those in some directories and below.
func NotIn(directories ...string) Filter {
	in := In(directories...)
	return func(path string) bool { return !in(path) }
}

func notTestdata(path string) bool { return !slices.Contains(strings.Split(path, "/"), "testdata") }

// Text is a file.
type Text struct {
	// Path is relative to the root of the repository, with slashes.
	Path    string
	Content []byte
}

// GoFile is a parsed Go file with its comments.
type GoFile struct {
	Text
	Syntax *ast.File
	set    *token.FileSet
}

// Root returns the root of the repository: the folder above the test's package that has the main module.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		module, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(module), "module github.com/qlik2rego/qlik2rego\n") {
			return dir
		}
	}
	t.Fatal("the test does not run inside the repository")
	return ""
}

// Files returns the files with an extension (".md") that all filters accept, sorted by path.
func Files(t testing.TB, extension string, filters ...Filter) []Text {
	t.Helper()
	var found []Text
	root := os.DirFS(Root(t))
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "node_modules") {
			return fs.SkipDir
		}
		if err != nil || entry.IsDir() || path.Ext(name) != extension {
			return err
		}
		for _, wanted := range filters {
			if !wanted(name) {
				return nil
			}
		}
		content, err := fs.ReadFile(root, name)
		found = append(found, Text{name, content})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatalf("no file *%s was found", extension)
	}
	return found
}

// Go returns the Go files that all filters accept, sorted by path.
func Go(t testing.TB, filters ...Filter) []*GoFile {
	t.Helper()
	var found []*GoFile
	for _, text := range Files(t, ".go", append(filters, notTestdata)...) {
		f, err := Parse(text.Path, text.Content)
		if err != nil {
			t.Fatal(err)
		}
		if !ast.IsGenerated(f.Syntax) {
			found = append(found, f)
		}
	}
	return found
}

// Parse returns a Go file with some content.
func Parse(path string, content []byte) (*GoFile, error) {
	set := token.NewFileSet()
	syntax, err := parser.ParseFile(set, path, content, parser.ParseComments|parser.SkipObjectResolution)
	return &GoFile{Text{path, content}, syntax, set}, err
}

// Visit calls visit for every node, parents first.
func (f *GoFile) Visit(visit func(ast.Node)) {
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		if n != nil {
			visit(n)
		}
		return true
	})
}

// At returns the location of a node, path:line:column.
func (f *GoFile) At(n ast.Node) string { return f.set.Position(n.Pos()).String() }

// Line returns the line of a node.
func (f *GoFile) Line(n ast.Node) int { return f.set.Position(n.Pos()).Line }

// Dir returns the directory of the file.
func (f *GoFile) Dir() string { return path.Dir(f.Path) }

// Imports returns the paths of the imported packages.
func (f *GoFile) Imports() []string {
	var all []string
	for _, spec := range f.Syntax.Imports {
		name, _ := strconv.Unquote(spec.Path.Value) // the parser has accepted it
		all = append(all, name)
	}
	return all
}
