package compiler

import (
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Policy is a compiled rule set: everything of a bundle but the site's data
// and the hand-written library.
type Policy struct {
	// Modules are the generated Rego modules, ordered by path.
	Modules []Module
	// Sources is the source map: where in the modules each rule is.
	Sources Sources
	// View is what the rules read of a site.
	View schema.View
	// Needs are the fields that an export of the site must have, since rules read them and
	// Options.AssumeEmpty does not name them.
	Needs []schema.Need
	// Reads is what each rule reads, test by test.
	Reads reads.Reads
	// Catalogue lists every rule that was read, ordered by id, whether or not
	// it can grant.
	Catalogue []RuleInfo
	// Categories are those of License and Sync that have packages of their own among the
	// modules, since rules of theirs can fit.
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

// Sources is a source map: by the id of a rule and the path of a module, the lines that
// stand for the rule, from 1, first and last of each range, in order. A rule that grants
// nothing is not in it.
type Sources map[string]map[string][][2]int

// RuleInfo is what reports say of a rule.
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

// Plan returns the rules as they were compiled: the predicates of every type scope. It is
// for other back ends than Rego; nobody may change it.
func (p *Policy) Plan() *privilege.Plan { return p.plan }
