package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
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
		if err := workspace.SetField(&rules[n], path[at+1:], value, "--set"); err != nil {
			return nil, nil, UsageOf(ctx.Command, "--set %s: %v", path, err)
		}
	}
	return rules, found, nil
}

// findRule returns the index of the rule that a flag names.
func findRule(ctx *cli.Context, flag string, rules []ruleset.Rule, name string) (int, error) {
	at, err := workspace.FindRule(rules, name)
	if err != nil {
		return 0, UsageOf(ctx.Command, "--%s: %v", flag, err)
	}
	return at, nil
}
