package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Options are the switches of a compilation. They stand in the bundle's
// manifest, because a decision depends on them.
type Options struct {
	// Schema is the table of resource types; nil means schema.Default().
	Schema *schema.Schema
	// ListInequality is the reading of != and !== over lists (docs/language.md, section 4.2; S).
	ListInequality resolve.ListInequality
	// EntityText is the reading of a comparison of an entity with a text (language
	// page, section 4.2, I).
	EntityText resolve.EntityText
	// SessionAttributes says whether session attributes take the place of those of the
	// user's record (docs/language.md, section 4.4; D, O).
	SessionAttributes resolve.SessionAttributes
	// Strict makes a property that no type of the rule's filter can have an
	// error instead of a warning.
	Strict bool
	// AssumeEmpty are the fields that rules may read although the export of the site does not
	// have them: they are empty.
	AssumeEmpty []schema.Field
	// SkipInvalid leaves rules with errors out, as the product does, instead of
	// failing the compilation.
	SkipInvalid bool
	// SiteTypes are the types of which the site has entities. A filter may name them even if
	// the schema does not have them; nothing else depends on them.
	SiteTypes []string
	// View is the category of which the rules are a view (ruleset.View), 0 for rules as they
	// are. It stands in no manifest.
	View ruleset.Category
	// Only, where it is not nil, holds the keys of the classes of resources that the
	// policy is made for: on others it grants nothing. It is for who tries a change
	// on a few resources, and wants to know soon; it stands in no manifest.
	Only map[string]bool
}

// Resolution returns the options of package resolve.
func (o Options) Resolution() resolve.Options {
	return resolve.Options{
		Schema: o.Schema, ListInequality: o.ListInequality, EntityText: o.EntityText, SessionAttributes: o.SessionAttributes, Strict: o.Strict,
		View: o.View,
	}
}

// Read sets the readings by the values that they have on the command line and in a
// manifest; what is not one of them is the default.
func (o *Options) Read(listInequality, entityText, sessionAttributes string) {
	o.ListInequality = map[string]resolve.ListInequality{resolve.All.String(): resolve.All}[listInequality]
	o.EntityText = map[string]resolve.EntityText{
		resolve.EntityTextNever.String(): resolve.EntityTextNever, resolve.EntityTextIDOrName.String(): resolve.EntityTextIDOrName,
	}[entityText]
	o.SessionAttributes = map[string]resolve.SessionAttributes{resolve.SessionStored.String(): resolve.SessionStored}[sessionAttributes]
}
