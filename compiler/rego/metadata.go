package rego

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
)

// header returns the comment above a generated rule: the Qlik rules that it
// stands for with their conditions, and their METADATA, by which OPA's tools,
// coverage and decision logs speak of them. The METADATA is for all bodies of
// the rule below where there are several.
func header(rules []*resolve.Rule, several bool) string {
	var b strings.Builder
	for _, r := range rules {
		b.WriteString(comment(" ", title(r)))
		b.WriteString("#\n")
		condition := strings.TrimSpace(r.Rule.Condition.Content)
		if condition == "" {
			condition = "(no condition)"
		}
		b.WriteString(comment("     ", condition))
		b.WriteString("#\n")
	}
	titles, ids := make([]string, len(rules)), make([]string, len(rules))
	for i, r := range rules {
		titles[i], ids[i] = title(r), r.ID
	}
	b.WriteString("# METADATA\n")
	if several {
		b.WriteString("# scope: document\n")
	}
	fmt.Fprintf(&b, "# title: %s\n", yaml(strings.Join(titles, "; ")))
	fmt.Fprintf(&b, "# labels:\n#   qlik_rule: %s\n", strconv.Quote(strings.Join(ids, " ")))
	b.WriteString("# custom:\n#   qlik:\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "#     - id: %s\n", strconv.Quote(r.ID))
		fmt.Fprintf(&b, "#       name: %s\n", yaml(r.Name))
		fmt.Fprintf(&b, "#       filter: %s\n", yaml(r.Rule.Filter.Content))
		fmt.Fprintf(&b, "#       actions: [%s]\n", strings.Join(r.Actions.Names(), ", "))
		fmt.Fprintf(&b, "#       context: %s\n", r.Context)
	}
	return b.String()
}

// title is the rule's name, or its id where it has none.
func title(r *resolve.Rule) string {
	if name := strings.TrimSpace(r.Name); name != "" {
		return name
	}
	return r.ID
}

// ruleName returns the name of the function for a rule.
func ruleName(r *resolve.Rule) string {
	name := snake(title(r))
	if name == "" {
		name = snake(r.ID)
	}
	return "rule_" + name
}
