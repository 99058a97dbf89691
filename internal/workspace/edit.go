package workspace

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Replace returns rules with one of them replaced, or added if none has its id.
func Replace(rules []ruleset.Rule, with ruleset.Rule) []ruleset.Rule {
	changed := slices.Clone(rules)
	at := slices.IndexFunc(changed, func(r ruleset.Rule) bool { return r.ID == with.ID })
	if at < 0 {
		return append(changed, with)
	}
	changed[at] = with
	return changed
}

// FindRule returns the index of the rule with an id, or with a name, which ignores case. The error
// lists the rules with the same name, or suggests a similar one.
func FindRule(rules []ruleset.Rule, name string) (int, error) {
	var names, ids []string
	at := -1
	for i, r := range rules {
		names = append(names, r.Name)
		if r.ID == name {
			return i, nil
		}
		if schema.Fold(r.Name) == schema.Fold(name) {
			at = i
			ids = append(ids, r.ID)
		}
	}
	switch {
	case len(ids) > 1:
		return 0, fmt.Errorf("%d rules have the name %q; give an id: %s", len(ids), name, strings.Join(ids, ", "))
	case at < 0:
		return 0, fmt.Errorf("no rule has the name or the id %q%s", name, diag.DidYouMean(name, names, nil))
	}
	return at, nil
}

// ruleFields are the fields of SetField.
var ruleFields = []string{"condition", "filter", "actions", "context"}

// SetField changes a field of a rule: condition, filter, actions or context. Findings about the new
// value name origin as their file. The error suggests a field, an action or a context.
func SetField(r *ruleset.Rule, field, value, origin string) error {
	text := func(label string) *diag.Text { return &diag.Text{File: origin, Label: label, Content: value} }
	switch strings.ToLower(field) {
	case "condition", "rule":
		r.Condition = text("condition")
	case "filter", "resourcefilter":
		r.Filter = text("resourceFilter")
	case "actions":
		mask, err := parseActions(value)
		if err != nil {
			return err
		}
		r.Actions = mask
	case "context", "rulecontext":
		contexts := map[string]ruleset.Context{"both": ruleset.Both, "hub": ruleset.Hub, "qmc": ruleset.QMC}
		c, ok := contexts[strings.ToLower(value)]
		if !ok {
			return fmt.Errorf("a context must be both, hub or qmc, not %q", value)
		}
		r.Context = c
	default:
		return fmt.Errorf("a rule has no field %q; the fields are %s%s", field, strings.Join(ruleFields, ", "), diag.DidYouMean(field, ruleFields, nil))
	}
	return nil
}

// parseActions parses a mask, or names separated by commas.
func parseActions(value string) (ruleset.Actions, error) {
	if mask, err := strconv.ParseUint(value, 10, 32); err == nil {
		return ruleset.Actions(mask), nil
	}
	var mask ruleset.Actions
	for name := range strings.SplitSeq(value, ",") {
		action, ok := ruleset.ParseAction(strings.TrimSpace(name))
		if !ok {
			return 0, fmt.Errorf("unknown action %q%s", name, diag.DidYouMean(name, ruleset.Actions(ruleset.All).Names(), nil))
		}
		mask |= ruleset.Actions(action)
	}
	return mask, nil
}
