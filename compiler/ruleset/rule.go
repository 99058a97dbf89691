package ruleset

import "github.com/qlik2rego/qlik2rego/internal/diag"

// Category says what a rule decides.
type Category int

// The categories of section 1 of docs/language.md.
const (
	Security Category = iota + 1 // who may do what
	License                      // who may take a licence
	Sync                         // which node serves which app
)

// Context says where the subject must come from, section 8.
type Context int

// The rule contexts.
const (
	Both Context = iota // hub and QMC
	Hub
	QMC
)

// Actions is the bit mask of section 6.
type Actions uint32

// Rule is one rule of an export or a .qrule file, decoded but not yet parsed.
type Rule struct {
	// ID is the rule's id as exported, or one derived from name, filter and
	// condition where the export has none.
	ID string
	// Derived says that the export has no id.
	Derived  bool
	Name     string
	Comment  string
	Type     string // Default, Custom, ReadOnly, as exported
	Category Category
	Context  Context
	Actions  Actions
	Disabled bool
	// Tags are the names of the rule's tags.
	Tags []string
	// Only are the sites that a .qrule file is for; without one it is for all. An export has
	// no such field.
	Only []string
	// Filter and Condition hold the texts and their places in the export.
	Filter    *diag.Text
	Condition *diag.Text
	// Raw is the rule as the export has it, a JSON object with all fields. It is nil for the
	// rule of a .qrule file.
	Raw []byte
}
