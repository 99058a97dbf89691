package rego

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
)

// header returns the METADATA above a generated rule: the names, ids and conditions of the Qlik
// rules that it implements, which OPA's tools, coverage and decision logs show. It applies to
// all bodies below it if there are several.
func (n *names) header(rules []*resolve.Rule, several bool) string {
	var b strings.Builder
	b.WriteString("# METADATA\n")
	if several {
		b.WriteString("# scope: document\n")
	}
	titles := make([]string, len(rules))
	for i, r := range rules {
		titles[i] = title(r)
	}
	b.WriteString(scalar(" ", "title", strings.Join(titles, "; ")))
	b.WriteString("# description: |-\n")
	for i, r := range rules {
		if i > 0 {
			b.WriteString("#\n")
		}
		condition := strings.TrimSpace(r.Rule.Condition.Content)
		if condition == "" {
			condition = "(no condition)"
		}
		b.WriteString(comment("   ", "Qlik rule "+r.ID+":"))
		b.WriteString("#\n")
		b.WriteString(comment("       ", wrapCondition(condition, columns-8)))
	}
	b.WriteString("# labels:\n" + quotedScalar("   ", "qlik_rule", strings.Join(idsOf(rules), " ")))
	b.WriteString("# custom:\n#   qlik:\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "#     - id: %s\n", strconv.Quote(r.ID))
		b.WriteString(scalar("       ", "name", r.Name))
		b.WriteString(scalar("       ", "filter", r.Rule.Filter.Content))
		fmt.Fprintf(&b, "#       actions: [%s]\n", flow("#         ", n.section.actionsOf(r), columns-18))
		if n.section == Rights {
			fmt.Fprintf(&b, "#       context: %s\n", r.Context)
		}
	}
	return b.String()
}

// title is the rule's name, or its id if it has none.
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
