package explain

import "github.com/qlik2rego/qlik2rego/internal/diag"

// Explanation is why a request is granted or denied. Its JSON is documented in
// docs/explain.md; fields are added, never changed.
type Explanation struct {
	Allow bool `json:"allow"`
	// Reason is granted, no_rule, unknown_subject, unknown_resource or
	// invalid_request.
	Reason string `json:"reason"`
	// GrantedBy are the ids of all rules that grant, sorted.
	GrantedBy []string `json:"granted_by"`
	Request   Request  `json:"request"`
	// Faults are what is wrong with a request that cannot be judged.
	Faults []Fault `json:"faults,omitempty"`
	// Questions are the request's own, which comes first, and every one that a
	// HasPrivilege asks on the way; a clause refers to them by index.
	Questions []Question `json:"questions,omitempty"`
	// Inactive are rules on the request that cannot grant as they are.
	Inactive []Inactive `json:"inactive,omitempty"`
	// Nearest are the rules of the first question that a change of data could
	// make grant, the nearest first. Only a denial has them.
	Nearest []Miss `json:"nearest,omitempty"`
	// Proposals would grant; each was tried on a copy of the site.
	Proposals []Proposal `json:"proposals,omitempty"`
	// Tried counts the changes that were tried.
	Tried int `json:"tried,omitempty"`
	// Notes say what the explanation cannot know.
	Notes []string `json:"notes,omitempty"`
}

// Request is the request as it was understood.
type Request struct {
	Subject  Entity `json:"subject"`
	Action   string `json:"action"`
	Resource Entity `json:"resource"`
	// Context is hub, qmc or "".
	Context     string              `json:"context,omitempty"`
	Environment map[string][]string `json:"environment,omitempty"`
}

// Entity names an entity.
type Entity struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	// Login is DIRECTORY\user, of users.
	Login    string `json:"login,omitempty"`
	OnRecord bool   `json:"on_record"`
	// File is where the entity is on record.
	File string `json:"file,omitempty"`
}

// Fault is one thing that is wrong with a request.
type Fault struct {
	// Path is where in the request, such as "action.name".
	Path    string `json:"path"`
	Message string `json:"message"`
	// Suggestions are values that may have been meant, the likeliest first.
	Suggestions []Suggestion `json:"suggestions,omitempty"`
}

// Suggestion is a value that may have been meant.
type Suggestion struct {
	Value string `json:"value"`
	// About says what the value is, such as the name of the app with that id.
	About string `json:"about,omitempty"`
}

// Question is whether the subject has an action on an entity, with all rules
// that could grant it: those of which filter and actions reach the entity.
type Question struct {
	Entity  Entity `json:"entity"`
	Action  string `json:"action"`
	Granted bool   `json:"granted"`
	Rules   []Rule `json:"rules"`
	// OtherContext are rules that reach the entity from another context alone.
	OtherContext []RuleInfo `json:"other_context,omitempty"`
}

// RuleInfo names a rule.
type RuleInfo struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Filter  string   `json:"filter"`
	Actions []string `json:"actions"`
	Context string   `json:"context"`
	// Condition is the whole text.
	Condition string `json:"condition"`
	// Place is where the condition begins.
	Place *Place `json:"place,omitempty"`
}

// Rule is a rule and what it says of an entity.
type Rule struct {
	RuleInfo
	Holds bool `json:"holds"`
	// Unmet counts the clauses that the nearest way to make the rule grant would
	// have to change; null where no data can.
	Unmet *int `json:"unmet"`
	// Clause is the condition.
	Clause Clause `json:"clause"`
}

// Clause is a part of a condition.
type Clause struct {
	// Number tells the clauses of an explanation apart; from 1.
	Number int `json:"number"`
	// Kind is or, and, not, constant, comparison or call.
	Kind  string `json:"kind"`
	Holds bool   `json:"holds"`
	// Text is the clause as its author wrote it.
	Text string `json:"text"`
	// Line and Column are where it begins in the condition, from 1.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Place is where that is in the export.
	Place *Place `json:"place,omitempty"`
	// Parts are the operands of or, and and not.
	Parts []Clause `json:"parts,omitempty"`
	// Left, Operator and Right are those of a comparison. Left is also what the
	// path of a call denotes.
	Left     *Operand `json:"left,omitempty"`
	Operator string   `json:"operator,omitempty"`
	Right    *Operand `json:"right,omitempty"`
	// Function is that of a call, in the spelling of docs/language.md.
	Function string `json:"function,omitempty"`
	// Asks are the questions of a HasPrivilege, by index.
	Asks []int `json:"asks,omitempty"`
	// Fixed says that no change of data makes the clause another: it tests the
	// type of the resource, an id, a constant, or a property that the type lacks.
	Fixed bool `json:"fixed,omitempty"`
	// Unmet is as in Rule, for the clause to be as its rule needs it.
	Unmet *int `json:"unmet"`
}

// Operand is a side of a comparison.
type Operand struct {
	// Text is the path or the literal as written.
	Text    string `json:"text"`
	Literal bool   `json:"literal,omitempty"`
	// Values or Entities are what it denotes; both empty is the empty set.
	Values   []string `json:"values,omitempty"`
	Entities []Entity `json:"entities,omitempty"`
}

// Place is a place in a file, line and column from 1, the column in code points.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// The ways in which a rule stands apart.
const (
	Disabled     = "disabled"
	Skipped      = "skipped"
	OtherContext = "other_context"
)

// Inactive is a rule that reaches the request and cannot grant.
type Inactive struct {
	// Why is disabled, skipped or other_context.
	Why string `json:"why"`
	RuleInfo
	// WouldGrant says whether the request were granted if the rule were enabled,
	// or if the request came from the rule's context; null where that is unknown.
	WouldGrant *bool `json:"would_grant"`
	// Clause is what the condition would be then, of a rule that the request
	// itself reaches.
	Clause *Clause `json:"clause,omitempty"`
	// Through says that the rule is not about the resource itself, but about an
	// entity that others ask about.
	Through *Entity `json:"through,omitempty"`
	// Diagnostics are the errors of a rule that was skipped.
	Diagnostics diag.List `json:"diagnostics,omitempty"`
}

// Miss is a rule of the first question that did not grant.
type Miss struct {
	// Rule is its index in the first question.
	Rule int `json:"rule"`
	// Unmet are the numbers of the clauses that stand in the way, on the way that
	// needs the fewest; those of parents' rules among them.
	Unmet []int `json:"unmet"`
}

// Proposal is a set of changes that together would grant, and no fewer of them.
type Proposal struct {
	Changes []Change `json:"changes"`
	// GrantedBy are the ids of the rules that would grant.
	GrantedBy []string `json:"granted_by"`
	Reach     Reach    `json:"reach"`
	// through are the ids of all rules that hold then and did not before, those on
	// parents among them.
	through map[string]bool
}

// Reach is what a proposal would grant beside what is asked for.
type Reach struct {
	// Actions are others that the subject would gain on the resource.
	Actions []string `json:"actions"`
	// Users counts others who would gain the action on the resource, of UsersAsked.
	Users      int `json:"users"`
	UsersAsked int `json:"users_asked"`
	// Resources counts others on which the subject would gain the action, of
	// any type, of ResourcesAsked.
	Resources      int `json:"resources"`
	ResourcesAsked int `json:"resources_asked"`
	// UsersLose and ResourcesLose count those that would lose it, as where an app
	// leaves a stream.
	UsersLose     int `json:"users_lose"`
	ResourcesLose int `json:"resources_lose"`
}

// loss counts what is taken away.
func (r Reach) loss() int { return r.UsersLose + r.ResourcesLose }

// Where data lives.
const (
	UserDirectory = "user_directory" // and from there in the repository
	Repository    = "repository"     // what the management console edits
	InRequest     = "request"        // what the request says of itself
)

// Change is one change of data.
type Change struct {
	// Kind is add, remove, set, relate or context.
	Kind string `json:"kind"`
	// Entity is whose data it is; missing for the environment and the context.
	Entity *Entity `json:"entity,omitempty"`
	// Property is as in a condition: group, @Dept, roles, stream, owner,
	// environment.os, request_context.
	Property string `json:"property"`
	// Value may be the empty text; it is so where Target is there.
	Value string `json:"value"`
	// Target is what a relation would lead to.
	Target *Entity `json:"target,omitempty"`
	// Where is user_directory, repository or request.
	Where string `json:"where"`
	// File and Field are the place in the snapshot, or the field of the request.
	File  string `json:"file,omitempty"`
	Field string `json:"field"`
	// Sentence says it in words.
	Sentence string `json:"sentence"`
}
