package explain

import "github.com/qlik2rego/qlik2rego/internal/diag"

// Explanation explains why a request is granted or denied. Its JSON is documented in
// docs/explain.md; fields are added, never changed.
type Explanation struct {
	Allow bool `json:"allow"`
	// Reason is granted, no_rule, unknown_subject, unknown_resource or
	// invalid_request.
	Reason string `json:"reason"`
	// GrantedBy are the ids of all rules that grant, sorted.
	GrantedBy []string `json:"granted_by"`
	Request   Request  `json:"request"`
	// Faults are the errors of an invalid request.
	Faults []Fault `json:"faults,omitempty"`
	// Questions are that of the request, which comes first, and all that a HasPrivilege asks;
	// clauses refer to them by index.
	Questions []Question `json:"questions,omitempty"`
	// Inactive are rules for the request that currently cannot grant.
	Inactive []Inactive `json:"inactive,omitempty"`
	// Nearest are the rules of the first question that a change of data could make grant, the
	// nearest first. It is only set for a denial.
	Nearest []Miss `json:"nearest,omitempty"`
	// Proposals would grant access; each was tried on a copy of the site.
	Proposals []Proposal `json:"proposals,omitempty"`
	// Tried counts the changes that were tried.
	Tried int `json:"tried,omitempty"`
	// Notes list what the explanation cannot know.
	Notes []string `json:"notes,omitempty"`
}

// Request is the request as parsed.
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
	// Login is DIRECTORY\user, for users.
	Login    string `json:"login,omitempty"`
	OnRecord bool   `json:"on_record"`
	// File is the file that contains the entity.
	File string `json:"file,omitempty"`
}

// Fault is one error of a request.
type Fault struct {
	// Path is the position in the request, such as "action.name".
	Path    string `json:"path"`
	Message string `json:"message"`
	// Suggestions are values that may have been meant, the most likely first.
	Suggestions []Suggestion `json:"suggestions,omitempty"`
}

// Suggestion is a value that may have been meant.
type Suggestion struct {
	Value string `json:"value"`
	// About describes the value, such as the name of the app with that id.
	About string `json:"about,omitempty"`
}

// Question is whether the subject may perform an action on an entity, with all rules that could
// grant it: those whose filter and actions match.
type Question struct {
	Entity  Entity `json:"entity"`
	Action  string `json:"action"`
	Granted bool   `json:"granted"`
	Rules   []Rule `json:"rules"`
	// OtherContext are rules that match the entity in another context only.
	OtherContext []RuleInfo `json:"other_context,omitempty"`
}

// RuleInfo describes a rule.
type RuleInfo struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Filter  string   `json:"filter"`
	Actions []string `json:"actions"`
	Context string   `json:"context"`
	// Condition is the complete condition.
	Condition string `json:"condition"`
	// Place is the beginning of the condition.
	Place *Place `json:"place,omitempty"`
}

// Rule is a rule and its result for an entity.
type Rule struct {
	RuleInfo
	Holds bool `json:"holds"`
	// Unmet is the smallest number of clauses that have to change for the rule to grant; null
	// if no data can change them.
	Unmet *int `json:"unmet"`
	// Clause is the condition.
	Clause Clause `json:"clause"`
}

// Clause is a part of a condition.
type Clause struct {
	// Number identifies the clause in the explanation, counted from 1.
	Number int `json:"number"`
	// Kind is or, and, not, constant, comparison or call.
	Kind  string `json:"kind"`
	Holds bool   `json:"holds"`
	// Text is the clause as written.
	Text string `json:"text"`
	// Line and Column are its beginning in the condition, from 1.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Place is its position in the export.
	Place *Place `json:"place,omitempty"`
	// Parts are the operands of or, and and not.
	Parts []Clause `json:"parts,omitempty"`
	// Left, Operator and Right are the parts of a comparison. For a call, Left is what its path
	// denotes.
	Left     *Operand `json:"left,omitempty"`
	Operator string   `json:"operator,omitempty"`
	Right    *Operand `json:"right,omitempty"`
	// Function is the function of a call, in the spelling of docs/language.md.
	Function string `json:"function,omitempty"`
	// Asks are the questions of a HasPrivilege, by index.
	Asks []int `json:"asks,omitempty"`
	// Fixed says that no change of data can change the clause: it tests the type of the
	// resource, an id, a constant, or a property that the type lacks.
	Fixed bool `json:"fixed,omitempty"`
	// Unmet is as in Rule, for the clause to have the value that its rule needs.
	Unmet *int `json:"unmet"`
}

// Operand is a side of a comparison.
type Operand struct {
	// Text is the path or the literal as written.
	Text    string `json:"text"`
	Literal bool   `json:"literal,omitempty"`
	// Values or Entities are what it denotes; if both are empty, the empty set.
	Values   []string `json:"values,omitempty"`
	Entities []Entity `json:"entities,omitempty"`
}

// Place is a position in a file, line and column from 1, the column in code points.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// The reasons why a rule is inactive.
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
	// WouldGrant says whether the request would be granted if the rule were enabled, or if the
	// request came from the rule's context; null if that is unknown.
	WouldGrant *bool `json:"would_grant"`
	// Clause is the result of the condition in that case, for a rule that the request itself
	// reaches.
	Clause *Clause `json:"clause,omitempty"`
	// Through says that the rule does not apply to the resource itself, but to an entity that
	// other rules ask about.
	Through *Entity `json:"through,omitempty"`
	// Diagnostics are the errors of a rule that was skipped.
	Diagnostics diag.List `json:"diagnostics,omitempty"`
}

// Miss is a rule of the first question that did not grant.
type Miss struct {
	// Rule is its index in the first question.
	Rule int `json:"rule"`
	// Unmet are the numbers of the clauses that have to change, in the smallest set; it
	// includes clauses of rules on parents.
	Unmet []int `json:"unmet"`
}

// Proposal is a minimal set of changes that together would grant access.
type Proposal struct {
	Changes []Change `json:"changes"`
	// GrantedBy are the ids of the rules that would grant.
	GrantedBy []string `json:"granted_by"`
	Reach     Reach    `json:"reach"`
	// through are the ids of all rules that would then grant and do not now, including rules on
	// parents.
	through map[string]bool
}

// Reach is what a proposal would grant in addition to the request.
type Reach struct {
	// Actions are other actions that the subject would gain on the resource.
	Actions []string `json:"actions"`
	// Users is the number of other users, of UsersAsked, that would gain the action on the
	// resource.
	Users      int `json:"users"`
	UsersAsked int `json:"users_asked"`
	// Resources is the number of other resources of any type, of ResourcesAsked, on which the
	// subject would gain the action.
	Resources      int `json:"resources"`
	ResourcesAsked int `json:"resources_asked"`
	// UsersLose and ResourcesLose count those that would lose it, for example if an app leaves
	// a stream.
	UsersLose     int `json:"users_lose"`
	ResourcesLose int `json:"resources_lose"`
}

// loss is the number of lost rights.
func (r Reach) loss() int { return r.UsersLose + r.ResourcesLose }

// Where data is maintained.
const (
	UserDirectory = "user_directory" // and imported from there to the repository
	Repository    = "repository"     // edited in the management console
	InRequest     = "request"        // described in the request itself
)

// Change is one change of data.
type Change struct {
	// Kind is add, remove, set, relate or context.
	Kind string `json:"kind"`
	// Entity is the entity that has the data; missing for the environment and the context.
	Entity *Entity `json:"entity,omitempty"`
	// Property is named as in a condition: group, @Dept, roles, stream, owner, environment.os,
	// request_context.
	Property string `json:"property"`
	// Value may be the empty string; it is if there is a Target.
	Value string `json:"value"`
	// Target is the new target of a relation.
	Target *Entity `json:"target,omitempty"`
	// Where is user_directory, repository or request.
	Where string `json:"where"`
	// File and Field are the position in the snapshot, or the field of the request.
	File  string `json:"file,omitempty"`
	Field string `json:"field"`
	// Sentence describes it in words.
	Sentence string `json:"sentence"`
}
