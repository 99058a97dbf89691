package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Options are the switches of a compilation. They stand in the bundle's
// manifest, because a decision depends on them.
type Options struct {
	// Schema is the table of resource types; nil means schema.Default().
	Schema *schema.Schema
	// ListInequality is the reading of != and !== over lists (language page,
	// section 4.2, S).
	ListInequality resolve.ListInequality
	// Strict makes a property that no type of the rule's filter can have an
	// error instead of a warning.
	Strict bool
	// SkipInvalid leaves rules with errors out, as the product does, instead of
	// failing the compilation.
	SkipInvalid bool
	// Only, where it is not nil, holds the keys of the classes of resources that the
	// policy is made for: on others it grants nothing. It is for who tries a change
	// on a few resources, and wants to know soon; it stands in no manifest.
	Only map[string]bool
}
