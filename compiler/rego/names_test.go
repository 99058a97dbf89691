package rego

import (
	"slices"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

// The list of keywords is that of the OPA version in go.mod.
func TestKeywordsAreThoseOfOPA(t *testing.T) {
	want := slices.Sorted(slices.Values(ast.KeywordsForRegoVersion(ast.DefaultRegoVersion)))
	if !slices.Equal(keywords, want) {
		t.Errorf("keywords\n%q\nof OPA\n%q", keywords, want)
	}
	if !isKeyword("contains") || isKeyword("may") {
		t.Error("isKeyword does not look the name up")
	}
}
