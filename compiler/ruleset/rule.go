package ruleset

import "github.com/qlik2rego/qlik2rego/internal/diag"

// Category says what kind of decision a rule is for.
type Category int

// The categories of docs/language.md, section 1.
const (
	Security Category = iota + 1 // who may do what
	License                      // who may take a licence
	Sync                         // which node serves which app
)

// Context restricts where the subject comes from (docs/language.md, section 8).
type Context int

// The rule contexts.
const (
	Both Context = iota // hub and QMC
	Hub
	QMC
)

// Actions is the bit mask of docs/language.md, section 6.
type Actions uint32

// Rule is one rule of an export or a .qrule file, decoded but not yet parsed.
type Rule struct {
	// ID is the rule's id as exported, or one derived from name, filter and condition if the
	// export has none.
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
	// Only lists the sites that a .qrule file applies to; if it is empty, it applies to all.
	// Exports have no such field.
	Only []string
	// Filter and Condition are the source strings with their positions in the file.
	Filter    *diag.Text
	Condition *diag.Text
	// Raw is the rule as exported, a JSON object with all fields. It is nil for a .qrule file.
	Raw []byte
}
