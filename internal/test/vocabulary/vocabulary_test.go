// Package vocabulary checks the names in the code: identifiers use the terms of the field.
package vocabulary

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/qlik2rego/qlik2rego/internal/test/source"
)

// terms are words that identifiers must not contain, with the term to use instead.
var terms = map[string]string{
	"requester":  "subject",
	"asker":      "subject",
	"who":        "subject, or user for the Qlik type",
	"alike":      "equivalent",
	"apart":      "exceptional, distinct or separate",
	"foreknown":  "precomputed",
	"remembered": "cached",
	"folder":     "directory",
	"folders":    "directories",
	"blank":      "space",
	"blanks":     "spaces",
	"told":       "reported or traced",
	"untold":     "unreported",
	"teller":     "tracer",
	"sketch":     "draft",
	"wish":       "goal",
	"wisher":     "goal",
	"judged":     "decided",
	"mended":     "repaired",
}

// allowed are identifiers that follow an external format.
var allowed = []string{
	"WorkspaceFolders", // the Language Server Protocol
	"Who",              // the key who of assertions
	"who",              // the key who of assertions
}

// Names of limits are maxX and minX.
var bounds = map[string]string{"most": "max", "least": "min"}

func TestIdentifiers(t *testing.T) {
	files := source.Go(t, source.Product)
	for _, f := range files {
		for _, id := range declared(f) {
			if problem := check(id.Name); problem != "" {
				t.Errorf("%s: %s", f.At(id), problem)
			}
		}
	}
	if len(files) < 500 {
		t.Errorf("only %d files were read", len(files))
	}
}

func TestCheck(t *testing.T) {
	for name, wrong := range map[string]bool{
		"requesterID": true, "isAlike": true, "openFolder": true, "chunkLeast": true, "rowsMost": true,
		"subjectID": false, "mostSelective": false, "least": false, "whole": false, "WorkspaceFolders": false,
	} {
		if problem := check(name); (problem != "") != wrong {
			t.Errorf("%s: %q", name, problem)
		}
	}
}

// check returns the problem with an identifier, or "".
func check(name string) string {
	if slices.Contains(allowed, name) {
		return ""
	}
	words := split(name)
	for _, w := range words {
		if term, ok := terms[w]; ok {
			return name + ": use " + term + " instead of " + w
		}
	}
	if last := words[len(words)-1]; len(words) > 1 && bounds[last] != "" {
		return name + ": names of bounds begin with " + bounds[last]
	}
	return ""
}

// split returns the lower-case words of an identifier in camel case.
func split(name string) []string {
	var words []string
	runes := []rune(name)
	start := 0
	for i := 1; i <= len(runes); i++ {
		end := i == len(runes) || runes[i] == '_' ||
			unicode.IsUpper(runes[i]) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if !end {
			continue
		}
		if word := strings.Trim(string(runes[start:i]), "_"); word != "" {
			words = append(words, strings.ToLower(word))
		}
		start = i
	}
	return append(words, "")[:max(1, len(words))]
}

// declared returns the identifiers that a file declares.
func declared(f *source.GoFile) (ids []*ast.Ident) {
	add := func(list ...ast.Expr) {
		for _, e := range list {
			if id, ok := e.(*ast.Ident); ok {
				ids = append(ids, id)
			}
		}
	}
	f.Visit(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			ids = append(ids, n.Name)
		case *ast.TypeSpec:
			ids = append(ids, n.Name)
		case *ast.ValueSpec:
			ids = append(ids, n.Names...)
		case *ast.Field:
			ids = append(ids, n.Names...)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				add(n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				add(n.Key, n.Value)
			}
		}
	})
	return ids
}
