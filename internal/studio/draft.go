package studio

import (
	"cmp"
	"fmt"
	"reflect"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/page"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// draft is a rule in the editor.
type draft struct {
	// ID is the id of the rule, "" for a new rule.
	ID        string `json:"id"`
	Name      string `json:"name"`
	Filter    string `json:"filter"`
	Actions   uint32 `json:"actions"`
	Context   string `json:"context"`
	Category  string `json:"category"`
	Disabled  bool   `json:"disabled"`
	Comment   string `json:"comment"`
	Condition string `json:"condition"`
}

var (
	contexts   = map[string]ruleset.Context{"both": ruleset.Both, "hub": ruleset.Hub, "qmc": ruleset.QMC}
	categories = map[string]ruleset.Category{"Security": ruleset.Security, "License": ruleset.License, "Sync": ruleset.Sync}
)

// newRuleID is the id of a rule that is not saved yet.
const newRuleID = "draft"

// rule returns the draft as a rule, based on the saved one.
func (d draft) rule(r *reading) (ruleset.Rule, error) {
	rule := ruleset.Rule{ID: newRuleID, Derived: true, Type: "Custom"}
	if d.ID != "" {
		saved, ok := r.rule(d.ID)
		if !ok {
			return rule, errNoRule
		}
		rule = saved
	}
	var known bool
	if rule.Context, known = contexts[d.Context]; !known {
		return rule, fmt.Errorf("%q is not a context: both, hub or qmc", d.Context)
	}
	if rule.Category, known = categories[cmp.Or(d.Category, "Security")]; !known {
		return rule, fmt.Errorf("%q is not a category: Security, License or Sync", d.Category)
	}
	rule.Name, rule.Actions, rule.Disabled, rule.Comment = d.Name, ruleset.Actions(d.Actions), d.Disabled, d.Comment
	rule.Filter = content(rule.Filter, "resourceFilter", d.Filter)
	rule.Condition = content(rule.Condition, "condition", d.Condition)
	return rule, nil
}

// content returns a text with new content, or the saved text if the content is equal.
func content(saved *diag.Text, label, text string) *diag.Text {
	if saved != nil && saved.Content == text {
		return saved
	}
	return &diag.Text{Label: label, Content: text}
}

func draftOf(r *ruleset.Rule) draft {
	return draft{
		ID: r.ID, Name: r.Name, Filter: r.Filter.Content, Actions: uint32(r.Actions), Context: r.Context.String(), Category: r.Category.String(),
		Disabled: r.Disabled, Comment: r.Comment, Condition: r.Condition.Content,
	}
}

// drafted are the rules including a draft.
type drafted struct {
	draft draft
	rule  ruleset.Rule
	live  *workspace.Live
	rego  []page.Rego
}

// with returns the rules including a draft. It caches the last result, because several parts of the
// page request the same draft.
func (r *reading) with(d draft) (*drafted, error) {
	r.drafting.Lock()
	defer r.drafting.Unlock()
	if r.draft != nil && reflect.DeepEqual(r.draft.draft, d) {
		return r.draft, nil
	}
	rule, err := d.rule(r)
	if err != nil {
		return nil, err
	}
	one := &drafted{draft: d, rule: rule, live: r.live.With(workspace.Replace(r.live.Rules, rule))}
	if one.live.Policy != nil {
		if one.rego, err = page.RegoOf(one.live.Policy, rule.ID); err != nil {
			return nil, err
		}
	}
	r.draft = one
	return r.draft, nil
}

// Offsets in the page count UTF-16 units, as in JavaScript.

func units(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// byteOffset converts an offset in UTF-16 units to bytes. It clamps offsets outside the string.
func byteOffset(s string, offset int) int {
	at := 0
	for n := 0; at < len(s) && n < offset; {
		r, size := utf8.DecodeRuneInString(s[at:])
		n += units(r)
		at += size
	}
	return at
}

// unitOffset converts an offset in bytes to UTF-16 units.
func unitOffset(s string, offset int) int {
	n := 0
	for at := 0; at < min(offset, len(s)); {
		r, size := utf8.DecodeRuneInString(s[at:])
		n += units(r)
		at += size
	}
	return n
}
