package rego

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// writeGroup writes a group as a driver, which makes the tests that all its
// clauses share, and rows, which an index finds by their constants however
// many there are. It returns the driver's name; called with (action, id) the
// driver is the set of the ids of the rules that grant.
func (w *classWriter) writeGroup(g group) string {
	first := g.clauses[0]
	suffix := "_by"
	for _, k := range first.keys {
		suffix += "_" + argumentName(k.Value)
	}
	driver, name := w.module.name("grants"+suffix), w.module.name("rows"+suffix)
	rows := g.rows()
	b := w.scope(driver, nil).newBody()
	late := b.early(first.rest)
	variables := make([]string, len(first.keys))
	for i, k := range first.keys {
		variables[i] = b.one(k.Value, k.Exact)
	}
	var text string
	if len(rows) >= tableFrom {
		b.add("some rule in %s[%s][action]", name, strings.Join(variables, "]["))
		text = table(name, rows)
	} else {
		b.add("some rule in %s(%s)", name, strings.Join(append([]string{"action"}, variables...), ", "))
		text = w.rowFunctions(name, first.keys, rows)
	}
	b.require(resolve.And(late...))
	head := fmt.Sprintf("%s(action, %s) := {rule |\n\t%s\n}\n", driver, argument("id", b.usesID), strings.Join(b.lines, "\n\t"))
	w.module.write(comment(" ", w.describe(g, first)) + head)
	for _, p := range b.pending {
		w.module.write(p)
	}
	w.module.write(text)
	return driver
}

// early adds the tests that cost next to nothing, and returns the others.
func (b *body) early(tests []resolve.Predicate) []resolve.Predicate {
	var late []resolve.Predicate
	for _, t := range tests {
		if cost(t) < 2 {
			b.require(t)
			continue
		}
		late = append(late, t)
	}
	return late
}

func (w *classWriter) describe(g group, first clause) string {
	names := make([]string, len(first.keys))
	for i, k := range first.keys {
		names[i] = k.Value.Key()
	}
	rules := map[*resolve.Rule]bool{}
	for _, c := range g.clauses {
		rules[c.rule] = true
	}
	text := fmt.Sprintf("%d rules of one shape, told apart by %s.", len(rules), strings.ReplaceAll(strings.Join(names, " and "), "[]", ""))
	if len(first.rest) > 0 {
		text += " What they share is tested here."
	}
	return text
}

// rowFunctions writes the rows as functions of scalars, which OPA indexes.
func (w *classWriter) rowFunctions(name string, keys []resolve.OneOf, rows []row) string {
	args := make([]string, len(keys))
	taken := map[string]bool{"action": true}
	for i, k := range keys {
		args[i] = w.module.variable(argumentName(k.Value), taken)
	}
	texts := make([]string, len(rows))
	for i, r := range rows {
		var tests []string
		action := "_"
		if len(r.actions) < len(ruleset.AllActions) {
			action = "action"
			tests = append(tests, actionTest(r.actions))
		}
		for j, arg := range args {
			tests = append(tests, fmt.Sprintf("%s == %s", arg, quote(r.texts[j])))
		}
		head := fmt.Sprintf("%s(%s) := %s", name, strings.Join(append([]string{action}, args...), ", "), r.ids())
		texts[i] = header(r.rules, false) + definition(head, tests)
	}
	return strings.Join(texts, "\n")
}

// argumentName names a value in the head of a function.
func argumentName(v resolve.Value) string {
	return word(strings.TrimPrefix(nameOf(v), "@"))
}

// actionTest is the test that an action is one of a set.
func actionTest(actions []ruleset.Action) string {
	names := make([]string, len(actions))
	for i, a := range actions {
		names[i] = a.Name()
	}
	if len(names) == 1 {
		return "action == " + quote(names[0])
	}
	slices.Sort(names)
	return "action in {" + quoteAll(names) + "}"
}

// table writes the rows as an object: constants, then the action, then the ids
// of the rules. Above each row stand the names and conditions of the rules that
// the row before it does not have.
func table(name string, rows []row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s := {\n", name)
	depth := len(rows[0].texts)
	var open []string
	var said []*resolve.Rule
	for i, r := range rows {
		if i > 0 && slices.Equal(rows[i-1].texts, r.texts) {
			continue // written with the first row of these constants
		}
		common := 0
		for common < min(len(open), depth-1) && open[common] == r.texts[common] {
			common++
		}
		for j := len(open); j > common; j-- {
			b.WriteString(strings.Repeat("\t", j) + "},\n")
		}
		open = open[:common]
		for j := common; j < depth-1; j++ {
			said = nil
			fmt.Fprintf(&b, "%s%s: {\n", strings.Repeat("\t", j+1), quote(r.texts[j]))
			open = append(open, r.texts[j])
		}
		said = writeRow(&b, rows[i:], strings.Repeat("\t", depth), said)
	}
	for j := len(open); j > 0; j-- {
		b.WriteString(strings.Repeat("\t", j) + "},\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// writeRow writes the rows that have the constants of the first, and returns
// their rules, of which those of the row before are described already.
func writeRow(b *strings.Builder, rows []row, indent string, before []*resolve.Rule) []*resolve.Rule {
	texts := rows[0].texts
	var rules []*resolve.Rule
	var cells []string
	for _, r := range rows {
		if !slices.Equal(r.texts, texts) {
			break
		}
		for _, rule := range r.rules {
			if slices.Contains(rules, rule) {
				continue
			}
			rules = append(rules, rule)
			if !slices.Contains(before, rule) {
				line := strings.Join(strings.Fields(title(rule)+": "+rule.Rule.Condition.Content), " ")
				b.WriteString(indent + comment(" ", line))
			}
		}
		for _, a := range r.actions {
			cells = append(cells, quote(a.Name())+": "+r.ids())
		}
	}
	slices.Sort(cells)
	fmt.Fprintf(b, "%s%s: {%s},\n", indent, quote(texts[len(texts)-1]), strings.Join(cells, ", "))
	return rules
}
