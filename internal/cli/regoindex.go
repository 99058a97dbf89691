package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// regoIndex returns the index page of a directory of Rego. It lists the modules of each rule, and
// warns that the directory cannot decide without data.
func regoIndex(rules []ruleset.Rule, sources compiler.Sources) bundles.File {
	rules = slices.Clone(rules)
	slices.SortStableFunc(rules, func(a, b ruleset.Rule) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	b.WriteString("# Generated code of each rule\n\n" +
		"This directory is for review. It contains the policy, but no site data. `opa eval -d` with it\n" +
		"denies everything. A bundle that was compiled with\n" +
		"`--snapshot` also contains the data: `opa eval -b bundle.tar.gz`.\n\n" +
		"| rule | filter | actions | modules |\n|---|---|---|---|\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "| %s `%s` | `%s` | %s | %s |\n", cell(r.Name), cell(r.ID), cell(r.Filter.Content), strings.Join(r.Actions.Names(), ", "), modulesOf(r, sources[r.ID]))
	}
	return bundles.File{Path: "INDEX.md", Content: []byte(b.String())}
}

// modulesOf lists the modules of a rule with its first line in each, or the reason why there are
// none.
func modulesOf(r ruleset.Rule, modules map[string][][2]int) string {
	var in []string
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		line := modules[path][0][0]
		in = append(in, fmt.Sprintf("[%s:%d](%s#L%d)", path, line, path, line))
	}
	switch {
	case len(in) > 0:
		return strings.Join(in, ", ")
	case r.Disabled:
		return "none: the rule is disabled"
	case r.Category != ruleset.Security:
		return "none: the rule is of the category " + r.Category.String()
	}
	return "none: the rule is left out, or grants nothing"
}

// cell escapes text as one cell of a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "`", "'", "\n", " ", "\r", " ", "<", "&lt;").Replace(text)
}
