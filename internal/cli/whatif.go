package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// whatIfFlags are the flags that change rules in memory.
func whatIfFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "disable", Usage: "compare with `RULE`, by name or id, disabled; repeatable"},
		&cli.StringSliceFlag{Name: "enable", Usage: "compare with `RULE` enabled; repeatable"},
		&cli.StringSliceFlag{Name: "add", TakesFile: true, Usage: "compare with the rules of `FILE` added; repeatable"},
		&cli.StringSliceFlag{Name: "set", Usage: "compare with 'RULE.condition=…' changed; also .filter, .actions and .context; repeatable"},
	}
}

// isWhatIf reports whether flags change rules.
func isWhatIf(ctx *cli.Context) bool { return slices.ContainsFunc(namesOf(whatIfFlags()), ctx.IsSet) }

// whatIf returns the rules after the changes of the flags, and the diagnostics of added ones.
func whatIf(ctx *cli.Context, rules []ruleset.Rule) ([]ruleset.Rule, diag.List, error) {
	rules = slices.Clone(rules)
	added, found := []ruleset.Rule(nil), diag.List(nil)
	if files := ctx.StringSlice("add"); len(files) > 0 {
		added, found = ruleset.ReadWith(nil, files...)
	}
	rules = append(rules, added...)
	for _, one := range []struct {
		flag     string
		disabled bool
	}{{"disable", true}, {"enable", false}} {
		for _, name := range ctx.StringSlice(one.flag) {
			n, err := findRule(ctx, one.flag, rules, name)
			if err != nil {
				return nil, nil, err
			}
			if rules[n].Disabled == one.disabled {
				return nil, nil, UsageOf(ctx.Command, "--%s: the rule %q is %sd already", one.flag, rules[n].Name, one.flag)
			}
			rules[n].Disabled = one.disabled
		}
	}
	for _, spec := range ctx.StringSlice("set") {
		path, value, ok := strings.Cut(spec, "=")
		at := strings.LastIndex(path, ".")
		if !ok || at < 1 {
			return nil, nil, UsageOf(ctx.Command, "--set is RULE.FIELD=VALUE, such as 'Stream.condition=user.group = \"Sales\"', not %q", spec)
		}
		n, err := findRule(ctx, "set", rules, path[:at])
		if err != nil {
			return nil, nil, err
		}
		if err := setField(&rules[n], path[at+1:], value); err != nil {
			return nil, nil, UsageOf(ctx.Command, "--set %s: %v", path, err)
		}
	}
	return rules, found, nil
}

// findRule returns the index of the rule with a name or an id; it ignores case.
func findRule(ctx *cli.Context, flag string, rules []ruleset.Rule, name string) (int, error) {
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
		return 0, UsageOf(ctx.Command, "--%s: %d rules have the name %q; give an id: %s", flag, len(ids), name, strings.Join(ids, ", "))
	case at < 0:
		return 0, UsageOf(ctx.Command, "--%s: no rule has the name or the id %q%s", flag, name, didYouMean(name, names, as))
	}
	return at, nil
}

// ruleFields are the fields of --set.
var ruleFields = []string{"condition", "filter", "actions", "context"}

// setField changes a field of a rule.
func setField(r *ruleset.Rule, field, value string) error {
	text := func(label string) *diag.Text { return &diag.Text{File: "--set", Label: label, Content: value} }
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
		return fmt.Errorf("a rule has no field %q; the fields are %s%s", field, strings.Join(ruleFields, ", "), didYouMean(field, ruleFields, as))
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
			return 0, fmt.Errorf("unknown action %q%s", name, didYouMean(name, ruleset.Actions(ruleset.All).Names(), as))
		}
		mask |= ruleset.Actions(action)
	}
	return mask, nil
}
