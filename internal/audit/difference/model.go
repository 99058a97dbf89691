package difference

import "github.com/qlik2rego/qlik2rego/internal/diag"

// Report is the effect of a change. It is deterministic.
type Report struct {
	// Mode is ModeSite, or ModeClasses if there is no snapshot.
	Mode string `json:"mode"`
	// Category is license or sync if views of such rules were compared, else empty: users are
	// then nodes, or resources are access groups or apps, and the only action is read.
	Category string `json:"category,omitempty"`
	// Gain and Loss are the totals of the groups, without accepted cells.
	Gain Counts `json:"gain"`
	Loss Counts `json:"loss"`
	// Accepted are the cells that the baseline accepts.
	Accepted int64 `json:"accepted"`
	// Groups are the differences by cause, biggest first.
	Groups []Group `json:"groups"`
	// Rules are the rules that differ between the sides, by name.
	Rules []RuleChange `json:"rules"`
	// Unchanged is the number of the other rules.
	Unchanged int      `json:"unchanged_rules"`
	Compared  Compared `json:"compared"`
	// LeftOut lists what was not compared: nothing is known about it.
	LeftOut []LeftOut `json:"left_out"`
	// Proved says that both sides grant the same to every possible user on every possible
	// resource. It is false in ModeSite, which compares one site.
	Proved bool `json:"proved"`
	// Stale are entries of the baseline that no longer match a difference.
	Stale []Entry `json:"stale"`
	Gates []Gate  `json:"gates"`

	// space counts cells over all contexts; nil in a report that was not created by Compare.
	space *space
	// tallied are the groups with the sets behind their counts.
	tallied []tallied
	// conditions are those of the rules that differ between the sides.
	conditions map[RuleRef][2]string
}

// The modes of a report.
const (
	// ModeSite: subjects and resources are those of the snapshots.
	ModeSite = "site"
	// ModeClasses: they are synthesized, one pair for each difference that any site could have,
	// so that counts are of equivalence classes.
	ModeClasses = "classes"
)

// Counts are the size of a difference.
type Counts struct {
	// Cells counts subject, resource and action, and contexts if they differ.
	Cells int64 `json:"cells"`
	// Users and Resources are distinct.
	Users     int `json:"users"`
	Resources int `json:"resources"`
}

// The kinds of differences.
const (
	Gain = "gain"
	Loss = "loss"
)

// Group is the effect of one cause.
type Group struct {
	Kind string `json:"kind"` // Gain or Loss
	// Causes are the edits. Each of them alone causes a gain, unless several edits of one rule
	// are listed, which are needed together; a loss needs all of them.
	Causes []Cause `json:"causes"`
	Counts
	// Accepted are cells of the group that the baseline accepts; Counts does not include them.
	Accepted int64     `json:"accepted,omitempty"`
	Parts    []Part    `json:"parts"`
	Examples []Example `json:"examples"`
}

// Part is a group's cells of one type and action, without duplicates over contexts. For the
// action create the cells are users: existing resources are not created, so that a user counts
// once for the type.
type Part struct {
	Type   string `json:"type"`
	Action string `json:"action"`
	// Contexts are those in which the cells differ, unless they are the same in all compared
	// contexts.
	Contexts []ContextCells `json:"contexts,omitempty"`
	Counts
	// Through are the paths on which rights on other resources lead from the cause to these
	// cells: the rules that ask for them, starting with the one that grants. If it is empty,
	// the cause is in the granting rule itself.
	Through [][]RuleRef `json:"through,omitempty"`
	// Fingerprint identifies exactly these cells: subjects and resources.
	Fingerprint string `json:"fingerprint"`
	// Accepted says that the baseline accepts them.
	Accepted bool `json:"accepted,omitempty"`
}

// ContextCells is the number of cells that differ in one context.
type ContextCells struct {
	// Context is hub, qmc or none, for requests without a context.
	Context string `json:"context"`
	Cells   int64  `json:"cells"`
}

// Example is one cell of a group.
type Example struct {
	User     string `json:"user"`
	Type     string `json:"type"`
	Resource string `json:"resource"`
	// Name is the resource's name, if the rules read it.
	Name   string `json:"name,omitempty"`
	Action string `json:"action"`
	// UserIs and ResourceIs describe a synthesized subject and resource.
	UserIs     []string `json:"user_is,omitempty"`
	ResourceIs []string `json:"resource_is,omitempty"`
}

// RuleRef identifies a rule: the new one or, if it was removed, the old one.
type RuleRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// The ways in which a cause changes access.
const (
	ByAdding   = "added"   // the rule is new
	ByRemoving = "removed" // the rule is gone
	ByEditing  = "edited"  // a part of the rule is different
	ByValidity = "valid"   // the rule is invalid on one side, and left out there
	ByData     = "data"    // the sites differ
	ByRights   = "rights"  // a right that the rule asks for
)

// Cause is why access differs.
type Cause struct {
	Rule RuleRef `json:"rule"`
	// By is one of the constants above.
	By string `json:"by"`
	// Edit is nil except for ByEditing.
	Edit *Edit `json:"edit,omitempty"`
	// Place is the position of the cause in an export.
	Place *Place `json:"place,omitempty"`

	text *diag.Text
	at   diag.Range
}

// Aspect is the edited part of a rule.
type Aspect string

// The aspects of a rule.
const (
	AspectCondition Aspect = "condition"
	AspectFilter    Aspect = "filter"
	AspectActions   Aspect = "actions"
	AspectContext   Aspect = "context"
	AspectCategory  Aspect = "category"
	AspectEnabled   Aspect = "enabled"
	AspectName      Aspect = "name"
	AspectComment   Aspect = "comment"
	AspectID        Aspect = "id"
	// AspectText: only the spelling of the condition differs.
	AspectText Aspect = "text"
)

// Edit is one edit of a rule. Before is empty for an addition, After for a removal.
type Edit struct {
	Aspect Aspect `json:"aspect"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Place is a position in an export, counted from 1 in code points.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	// Side is old for something that was removed.
	Side string `json:"side,omitempty"`
}

// Effect is the effect of a change of a rule.
type Effect string

// The effects of a changed rule.
const (
	// Effective: somebody gains or loses access because of it.
	Effective Effect = "access"
	// Covered: it grants differently, but other rules grant the same access on both sides.
	Covered Effect = "covered"
	// NoEffect: it grants the same on everything that was compared.
	NoEffect Effect = "none"
	// CannotMatter: the edits cannot change any decision, on any site.
	CannotMatter Effect = "cannot"
	// NotCompared: nothing that it reaches was compared.
	NotCompared Effect = "unknown"
)

// RuleChange is a rule that differs between the sides.
type RuleChange struct {
	Rule RuleRef `json:"rule"`
	// By is ByAdding, ByRemoving, ByEditing or ByValidity.
	By     string `json:"by"`
	Edits  []Edit `json:"edits,omitempty"`
	Effect Effect `json:"effect"`
	// Cells is the number of cells where the rule itself grants on one side only, whether or
	// not others cover it.
	Cells int64 `json:"cells"`
	// CoveredBy are some of the rules that cover it.
	CoveredBy []RuleRef `json:"covered_by,omitempty"`
	Place     *Place    `json:"place,omitempty"`

	text *diag.Text
	at   diag.Range
}

// Compared describes the basis of the report.
type Compared struct {
	Users     int            `json:"users"`
	Resources map[string]int `json:"resources"`
	Contexts  []string       `json:"contexts"`
	// UserClasses and ResourceClasses are the numbers of equivalence classes for the rules of
	// both sides.
	UserClasses     int            `json:"user_classes"`
	ResourceClasses map[string]int `json:"resource_classes"`
	// Decisions is the number of decisions of the engine.
	Decisions int64 `json:"decisions"`
	// Questions is the number of questions about all possible users and resources that the
	// solver decided, in ModeClasses.
	Questions int `json:"questions,omitempty"`
}

// LeftOut is something that was not compared.
type LeftOut struct {
	What string `json:"what"`
	Why  string `json:"why"`
	// Hint says how to have it compared, if that is possible.
	Hint string `json:"hint,omitempty"`
}
