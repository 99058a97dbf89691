package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
)

// Fields are the fields of a rule that files manage; the site owns the rest.
type Fields struct {
	Name           string   `json:"name"`
	Category       string   `json:"category"`
	Type           string   `json:"type"`
	Rule           string   `json:"rule"`
	ResourceFilter string   `json:"resourceFilter"`
	Actions        uint32   `json:"actions"`
	Comment        string   `json:"comment"`
	Disabled       bool     `json:"disabled"`
	RuleContext    int      `json:"ruleContext"`
	Tags           []string `json:"tags"`
}

// FieldsOf returns the managed fields of a rule. A rule without a type becomes Custom.
func FieldsOf(r *ruleset.Rule) Fields {
	f := Fields{
		Name: r.Name, Category: r.Category.String(), Type: r.Type, Rule: r.Condition.Content, ResourceFilter: r.Filter.Content,
		Actions: uint32(r.Actions), Comment: r.Comment, Disabled: r.Disabled, RuleContext: int(r.Context), Tags: slices.Sorted(slices.Values(r.Tags)),
	}
	if f.Type == "" {
		f.Type = "Custom"
	}
	if f.Tags == nil {
		f.Tags = []string{}
	}
	return f
}

// Equal reports whether two rules have the same fields.
func (f Fields) Equal(g Fields) bool {
	tags := slices.Equal(f.Tags, g.Tags)
	f.Tags, g.Tags = nil, nil
	return tags && reflect.DeepEqual(f, g)
}

// Decode returns the fields as a rule with an id.
func (f Fields) Decode(id string) (ruleset.Rule, error) {
	type tag struct {
		Name string `json:"name"`
	}
	tags := []tag{}
	for _, name := range f.Tags {
		tags = append(tags, tag{name})
	}
	data, err := json.Marshal(struct {
		ID string `json:"id"`
		Fields
		Tags []tag `json:"tags"`
	}{id, f, tags})
	if err != nil {
		return ruleset.Rule{}, err
	}
	rules, found := ruleset.Decode(f.Name, data)
	if found.HasErrors() || len(rules) != 1 {
		return ruleset.Rule{}, fmt.Errorf("the rule %q cannot be read: %w", f.Name, firstOf(found))
	}
	return rules[0], nil
}

func firstOf(list diag.List) error {
	for _, d := range list {
		if d.Severity == diag.Error {
			return errors.New(d.Summary)
		}
	}
	return errors.New("no reason was found")
}

// Set writes the managed fields into a full entity. Tags are by name, with their ids.
func (f Fields) Set(entity map[string]any, tags map[string]string) {
	list := []any{}
	for _, name := range f.Tags {
		list = append(list, map[string]any{"id": tags[name], "name": name})
	}
	for name, value := range map[string]any{
		"name": f.Name, "category": f.Category, "type": f.Type, "rule": f.Rule, "resourceFilter": f.ResourceFilter,
		"actions": f.Actions, "comment": f.Comment, "disabled": f.Disabled, "ruleContext": f.RuleContext, "tags": list,
	} {
		entity[name] = value
	}
}

// Rules are the rules of a site or a backup by id.
type Rules map[string]ruleset.Rule

// ByID returns rules by their ids.
func ByID(rules []ruleset.Rule) Rules {
	m := Rules{}
	for _, r := range rules {
		m[r.ID] = r
	}
	return m
}

// Digests returns the digest of each rule.
func (r Rules) Digests() map[string]string {
	m := map[string]string{}
	for id := range r {
		rule := r[id]
		m[id] = rulefiles.Digest(&rule)
	}
	return m
}

// List returns the rules ordered by id.
func (r Rules) List() []ruleset.Rule {
	list := make([]ruleset.Rule, 0, len(r))
	for _, id := range sortedKeys(r) {
		list = append(list, r[id])
	}
	return list
}
