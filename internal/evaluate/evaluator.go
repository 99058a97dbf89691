package evaluate

import (
	"maps"
	"regexp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// ListInequality is the meaning of != and !== for operands with several values.
type ListInequality int

// The interpretations of docs/language.md, section 4.2 (S, O).
const (
	Any ListInequality = iota // some pair differs, or a side is empty
	All                       // no pair is equal
)

// EntityText is the meaning of a comparison of an entity with a string (docs/language.md,
// section 4.2, I).
type EntityText int

// The interpretations: an error, which allows nothing; a comparison that is true for nobody,
// also below a negation; a comparison with the entity's id, userId and name.
const (
	EntityTextError EntityText = iota
	EntityTextNever
	EntityTextIDOrName
)

// SessionAttributes says whether session attributes that a request sends replace those of the
// subject's record (docs/language.md, section 4.4, D, O).
type SessionAttributes int

// The interpretations.
const (
	SessionSeparate SessionAttributes = iota
	SessionStored
)

// Options are the settings of an Evaluator. The zero value is the default of
// docs/language.md.
type Options struct {
	// Schema is the table of resource types; nil means schema.Default().
	Schema            *schema.Schema
	ListInequality    ListInequality
	EntityText        EntityText
	SessionAttributes SessionAttributes
	// View is the category that the rules are a view of (ruleset.View), 0 for unchanged rules.
	// In a view of Sync rules the root node is the subject.
	View ruleset.Category
	// Observe, unless nil, is called for every entity that a decision evaluates and every rule
	// whose filter and context match it, with the value of the rule's condition at the
	// fixpoint.
	Observe func(ruleID string, entity *snapshot.Entity, holds bool)
}

// Read sets the interpretations from their values on the command line; an unknown value means
// the default.
func (o *Options) Read(listInequality, entityText, sessionAttributes string) {
	o.ListInequality = map[string]ListInequality{"all": All}[listInequality]
	o.EntityText = map[string]EntityText{"never": EntityTextNever, "id-or-name": EntityTextIDOrName}[entityText]
	o.SessionAttributes = map[string]SessionAttributes{"stored": SessionStored}[sessionAttributes]
}

// Evaluator decides requests about one site and one set of rules. It is immutable, and safe for
// concurrent use if Options.Observe is.
type Evaluator struct {
	schema     *schema.Schema
	inequality ListInequality
	entityText EntityText
	session    SessionAttributes
	view       ruleset.Category
	observe    func(string, *snapshot.Entity, bool)
	site       *snapshot.Site
	rules      []rule
	// patterns are the regular expressions of the rules.
	patterns map[*condition.Comparison]*regexp.Regexp
}

// rule is a rule that may grant: enabled, of category Security and without errors.
type rule struct {
	ruleset.Rule
	filter    ruleset.Filter
	condition condition.Node
}

// Decision answers one request.
type Decision struct {
	Allow bool
	// GrantedBy holds the ids of all rules that grant, sorted.
	GrantedBy []string
	// Reason is granted, no_rule, unknown_subject, unknown_resource or
	// invalid_request.
	Reason string
	// Actions holds the names of all actions that the subject may perform on the resource,
	// sorted.
	Actions []string
	// Err is set if the rules have no meaning for this request: rights that depend on their own
	// absence, or an entity compared with a string. Nothing is allowed then.
	Err error
}

// The reasons of a decision.
const (
	granted         = "granted"
	noRule          = "no_rule"
	unknownSubject  = "unknown_subject"
	unknownResource = "unknown_resource"
	invalidRequest  = "invalid_request"
)

// New returns an evaluator of rules on site. The list has the errors of the rules that it
// leaves out: enabled Security rules that do not parse, or that violate docs/language.md
// regardless of the type of the resource. The findings of the parser have its codes; findings
// of this package have none, because users see those of the compiler.
func New(rules []ruleset.Rule, site *snapshot.Site, options Options) (*Evaluator, diag.List) {
	e := &Evaluator{
		schema:     options.Schema,
		inequality: options.ListInequality,
		entityText: options.EntityText,
		session:    options.SessionAttributes,
		view:       options.View,
		observe:    options.Observe,
		site:       site,
		patterns:   map[*condition.Comparison]*regexp.Regexp{},
	}
	if e.schema == nil {
		e.schema = schema.Default()
	}
	var list diag.List
	for _, r := range rules {
		if r.Disabled || r.Category != ruleset.Security {
			continue
		}
		list = append(list, e.add(r)...)
	}
	return e, list
}

// add adds a rule unless it has an error.
func (e *Evaluator) add(r ruleset.Rule) diag.List {
	name := diag.Rule{ID: r.ID, Name: r.Name}
	filter, list := ruleset.ParseFilter(r.Filter, name)
	node, found := condition.Parse(r.Condition, name)
	list = append(list, found...)
	if list.HasErrors() {
		return list
	}
	patterns, found := check(r, node, e.view)
	list = append(list, found...)
	if !list.HasErrors() {
		e.rules = append(e.rules, rule{Rule: r, filter: filter, condition: node})
		maps.Copy(e.patterns, patterns)
	}
	return list
}

// Also returns an evaluator with one more rule, whether or not it is disabled, and the rule's
// diagnostics: if there is an error among them, the rule grants nothing.
func (e *Evaluator) Also(r ruleset.Rule) (*Evaluator, diag.List) {
	more := *e
	more.rules, more.patterns = slices.Clone(e.rules), maps.Clone(e.patterns)
	list := more.add(r)
	return &more, list
}

// Decide answers an AuthZEN access evaluation request, given as JSON.
func (e *Evaluator) Decide(input []byte) Decision { return e.Answer(e.Read(input)) }

// Answer decides a question.
func (e *Evaluator) Answer(q Question) Decision {
	d, _ := e.answer(q)
	return d
}

// answer also returns the judge, unless the question is invalid.
func (e *Evaluator) answer(q Question) (Decision, *judge) {
	if q.Reason != "" {
		return Decision{Reason: q.Reason}, nil
	}
	j := e.newJudge(q)
	rights := j.rights(q.Resource)
	if j.err != nil {
		return Decision{Reason: noRule, Err: j.err}, j
	}
	d := Decision{Reason: noRule}
	for _, a := range ruleset.AllActions {
		if rights.Has(a) {
			d.Actions = append(d.Actions, a.Name())
		}
	}
	slices.Sort(d.Actions)
	if !q.HasAction {
		d.Reason = invalidRequest
		return d, j
	}
	for _, r := range j.fitting(q.Resource) {
		if r.Actions.Has(q.Action) && j.holdsAt(r, q.Resource, rights) {
			d.GrantedBy = append(d.GrantedBy, r.ID)
		}
	}
	slices.Sort(d.GrantedBy)
	d.GrantedBy = slices.Compact(d.GrantedBy)
	if len(d.GrantedBy) > 0 {
		d.Allow, d.Reason = true, granted
	}
	return d, j
}
