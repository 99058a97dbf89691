package ruleset

import "github.com/qlik2rego/qlik2rego/internal/diag"

// Category says what a rule decides.
type Category int

// The categories of section 1 of the language page.
const (
	Security Category = iota + 1 // who may do what
	License                      // who may take a licence
	Sync                         // which node serves which app
)

// Context says where the requester must come from, section 8.
type Context int

// The rule contexts.
const (
	Both Context = iota // hub and QMC
	Hub
	QMC
)

// Actions is the bit mask of section 6.
type Actions uint32

// Rule is one rule of an export, decoded but not yet parsed.
type Rule struct {
	// ID is the rule's id as exported, or one derived from name, filter and
	// condition where the export has none.
	ID       string
	Name     string
	Comment  string
	Type     string // Default, Custom, ReadOnly, as exported
	Category Category
	Context  Context
	Actions  Actions
	Disabled bool
	// Filter and Condition hold the texts and their places in the export.
	Filter    *diag.Text
	Condition *diag.Text
}
