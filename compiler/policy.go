package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Policy is a compiled rule set: everything in a bundle except the site's data and the
// hand-written library.
type Policy struct {
	// Modules are the generated Rego modules, ordered by path.
	Modules []Module
	// Sources is the source map: where in the modules each rule is.
	Sources Sources
	// View is the part of a site's data that the rules read.
	View schema.View
	// Needs are the fields that a site's export must have, because rules read them and
	// Options.AssumeEmpty does not list them.
	Needs []schema.Need
	// Reads is what each rule reads, test by test.
	Reads reads.Reads
	// Catalogue lists every rule that was read, ordered by id, whether or not
	// it can grant.
	Catalogue []RuleInfo
	// Categories are those of License and Sync that have packages of their own among the
	// modules, because some of their rules can match.
	Categories []ruleset.Category
	// Skipped are the rules that Options.SkipInvalid left out, ordered by name.
	Skipped []diag.Rule
	Options Options

	plan *privilege.Plan
}

// Module is one Rego module: its path inside a bundle, with forward slashes
// ("qlik/types/app.rego"), and its source.
type Module struct {
	Path, Source string
}

// Sources is a source map: for the id of a rule and the path of a module, the ranges of lines,
// first and last, counted from 1, that belong to the rule, in order. It has no entry for a rule
// that grants nothing.
type Sources map[string]map[string][][2]int

// RuleInfo describes a rule for reports.
type RuleInfo struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Category  string   `json:"category"`
	Filter    string   `json:"filter"`
	Actions   []string `json:"actions"`
	Context   string   `json:"context"`
	Condition string   `json:"condition"`
	Disabled  bool     `json:"disabled"`
}

// Plan returns the compiled rules: the predicates of every type scope. It is for back ends
// other than Rego; callers must not modify it.
func (p *Policy) Plan() *privilege.Plan { return p.plan }
