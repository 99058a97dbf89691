package difference

import "github.com/qlik2rego/qlik2rego/internal/diag"

// Report is what a change does. The same input gives the same report.
type Report struct {
	// Mode is ModeSite, or ModeClasses where there is no snapshot.
	Mode string `json:"mode"`
	// Category is license or sync where views of such rules were compared, else empty: users
	// are then nodes, or resources access groups or apps, and the one action is read.
	Category string `json:"category,omitempty"`
	// Gain and Loss are the totals of the groups, without what was accepted.
	Gain Counts `json:"gain"`
	Loss Counts `json:"loss"`
	// Accepted are the cells that the baseline accepts.
	Accepted int64 `json:"accepted"`
	// Groups are the differences by cause, biggest first.
	Groups []Group `json:"groups"`
	// Rules are the rules that are not the same on both sides, by name.
	Rules []RuleChange `json:"rules"`
	// Unchanged is the number of the other rules.
	Unchanged int      `json:"unchanged_rules"`
	Compared  Compared `json:"compared"`
	// LeftOut says what was not compared: nothing is known about that.
	LeftOut []LeftOut `json:"left_out"`
	// Proved says that both sides grant the same to every user on every resource that
	// could be. It is false in ModeSite, which compares one site.
	Proved bool `json:"proved"`
	// Stale are entries of the baseline that meet no difference any more.
	Stale []Entry `json:"stale"`
	Gates []Gate  `json:"gates"`

	// space counts cells over all contexts; nil in a report that Compare did not make.
	space *space
	// tallied are the groups with what their counts are of.
	tallied []tallied
	// conditions are those of the rules that are not the same on both sides.
	conditions map[RuleRef][2]string
}

// The modes of a report.
const (
	// ModeSite: subjects and resources are those of the snapshots.
	ModeSite = "site"
	// ModeClasses: they are synthesized, one pair for each difference that any site
	// could have, so that counts are of classes.
	ModeClasses = "classes"
)

// Counts say how much differs.
type Counts struct {
	// Cells counts subject, resource and action; where contexts differ, each.
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

// Group is what one cause brings about.
type Group struct {
	Kind string `json:"kind"` // Gain or Loss
	// Causes are the edits. For a gain each of them suffices, unless several edits of
	// one rule stand here, which it takes together; a loss takes all of them.
	Causes []Cause `json:"causes"`
	Counts
	// Accepted are cells of the group that the baseline accepts; Counts are
	// without them.
	Accepted int64     `json:"accepted,omitempty"`
	Parts    []Part    `json:"parts"`
	Examples []Example `json:"examples"`
}

// Part is a group's cells of one type and action, each once, in however many contexts it
// differs. Of the action create the cells are users: a resource that is there is not
// created, so that a user counts once for the type.
type Part struct {
	Type   string `json:"type"`
	Action string `json:"action"`
	// Contexts are where the cells differ, unless they are the same in all that were
	// compared.
	Contexts []ContextCells `json:"contexts,omitempty"`
	Counts
	// Through are the ways on which rights on other resources lead from the cause to
	// these cells: the rules that ask for them, from the one that grants inward. Where
	// there is none the cause is in the granting rule itself.
	Through [][]RuleRef `json:"through,omitempty"`
	// Fingerprint stands for exactly these cells: subjects and resources.
	Fingerprint string `json:"fingerprint"`
	// Accepted says that the baseline accepts them.
	Accepted bool `json:"accepted,omitempty"`
}

// ContextCells says how many cells differ in one context.
type ContextCells struct {
	// Context is hub, qmc or none, where requests do not say.
	Context string `json:"context"`
	Cells   int64  `json:"cells"`
}

// Example is one cell of a group.
type Example struct {
	User     string `json:"user"`
	Type     string `json:"type"`
	Resource string `json:"resource"`
	// Name is the resource's, where the rules read it.
	Name   string `json:"name,omitempty"`
	Action string `json:"action"`
	// UserIs and ResourceIs are what a synthesized subject and resource have.
	UserIs     []string `json:"user_is,omitempty"`
	ResourceIs []string `json:"resource_is,omitempty"`
}

// RuleRef names a rule: the new one or, if it was removed, the old one.
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
	// By is one of the ways above.
	By string `json:"by"`
	// Edit is nil but for ByEditing.
	Edit *Edit `json:"edit,omitempty"`
	// Place is where the cause stands in an export.
	Place *Place `json:"place,omitempty"`

	text *diag.Text
	at   diag.Range
}

// Aspect is what of a rule was edited.
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
	// AspectText: the condition is written differently, and the same condition.
	AspectText Aspect = "text"
)

// Edit is one edit of a rule. Before or After is empty where something was added
// or taken away.
type Edit struct {
	Aspect Aspect `json:"aspect"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Place is a place in an export, counted from 1 in code points.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	// Side is old for what is gone.
	Side string `json:"side,omitempty"`
}

// Effect is what the change of a rule comes to.
type Effect string

// The effects of a changed rule.
const (
	// Effective: someone gains or loses because of it.
	Effective Effect = "access"
	// Covered: it grants differently, but wherever it does, other rules grant the
	// same on both sides.
	Covered Effect = "covered"
	// NoEffect: it grants the same on all that was compared.
	NoEffect Effect = "none"
	// CannotMatter: by what was edited nothing can differ, on any site.
	CannotMatter Effect = "cannot"
	// NotCompared: nothing of what it reaches was compared.
	NotCompared Effect = "unknown"
)

// RuleChange is a rule that is not the same on both sides.
type RuleChange struct {
	Rule RuleRef `json:"rule"`
	// By is ByAdding, ByRemoving, ByEditing or ByValidity.
	By     string `json:"by"`
	Edits  []Edit `json:"edits,omitempty"`
	Effect Effect `json:"effect"`
	// Cells is where the rule itself grants on one side only, whether or not others
	// cover it.
	Cells int64 `json:"cells"`
	// CoveredBy are rules that do, some of them.
	CoveredBy []RuleRef `json:"covered_by,omitempty"`
	Place     *Place    `json:"place,omitempty"`

	text *diag.Text
	at   diag.Range
}

// Compared says on what the report rests.
type Compared struct {
	Users     int            `json:"users"`
	Resources map[string]int `json:"resources"`
	Contexts  []string       `json:"contexts"`
	// UserClasses and ResourceClasses are what the rules of both sides tell apart.
	UserClasses     int            `json:"user_classes"`
	ResourceClasses map[string]int `json:"resource_classes"`
	// Decisions is the number of those that the engine made.
	Decisions int64 `json:"decisions"`
	// Questions is the number of questions about all users and resources that could be
	// which the solver decided, in ModeClasses.
	Questions int `json:"questions,omitempty"`
}

// LeftOut is something that was not compared.
type LeftOut struct {
	What string `json:"what"`
	Why  string `json:"why"`
	// Hint is how to have it compared, where there is a way.
	Hint string `json:"hint,omitempty"`
}
