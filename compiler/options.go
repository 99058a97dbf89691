package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Options are the switches of a compilation. They are recorded in the bundle's manifest,
// because decisions depend on them.
type Options struct {
	// Schema is the table of resource types; nil means schema.Default().
	Schema *schema.Schema
	// ListInequality is the interpretation of != and !== for lists (docs/language.md, section
	// 4.2; S).
	ListInequality resolve.ListInequality
	// EntityText is the interpretation of a comparison of an entity with a string
	// (docs/language.md, section 4.2; I).
	EntityText resolve.EntityText
	// SessionAttributes says whether session attributes replace attributes of the user's record
	// (docs/language.md, section 4.4; D, O).
	SessionAttributes resolve.SessionAttributes
	// Strict makes it an error, not a warning, if a rule reads a property that no type of its
	// filter has.
	Strict bool
	// AssumeEmpty are the fields that rules may read although the site's export does not have
	// them; they are treated as empty.
	AssumeEmpty []schema.Field
	// SkipInvalid leaves out rules with errors, as Qlik does, instead of failing the
	// compilation.
	SkipInvalid bool
	// SiteTypes are the types of the site's entities. A filter may name them even if the schema
	// does not have them; nothing else depends on them.
	SiteTypes []string
	// View is the category that the rules are a view of (ruleset.View), or 0 for unchanged
	// rules. It is not recorded in the manifest.
	View ruleset.Category
	// Only, unless nil, holds the keys of the resource classes that the policy is compiled for;
	// on all others it grants nothing. It is for callers that try a change on a few resources
	// and want fast feedback. It is not recorded in the manifest.
	Only map[string]bool
}

// Resolution returns the options of package resolve.
func (o Options) Resolution() resolve.Options {
	return resolve.Options{
		Schema: o.Schema, ListInequality: o.ListInequality, EntityText: o.EntityText, SessionAttributes: o.SessionAttributes, Strict: o.Strict,
		View: o.View,
	}
}

// Read sets the interpretations from their values on the command line or in a manifest; an
// unknown value means the default.
func (o *Options) Read(listInequality, entityText, sessionAttributes string) {
	o.ListInequality = map[string]resolve.ListInequality{resolve.All.String(): resolve.All}[listInequality]
	o.EntityText = map[string]resolve.EntityText{
		resolve.EntityTextNever.String(): resolve.EntityTextNever, resolve.EntityTextIDOrName.String(): resolve.EntityTextIDOrName,
	}[entityText]
	o.SessionAttributes = map[string]resolve.SessionAttributes{resolve.SessionStored.String(): resolve.SessionStored}[sessionAttributes]
}
