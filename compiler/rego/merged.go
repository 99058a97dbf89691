package rego

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// writeGroup writes a group in up to four parts. Rows map constants to rule ids, so that an
// index finds them regardless of their number. A finder, rules_by_…, collects the rows that
// match the request. also_by_… makes the tests of each rule's own, for the rules that the
// finder returns. A driver, grants_by_…, makes the shared tests once; it is undefined if no
// rule grants.
func (w *classWriter) writeGroup(g group) entry {
	first := g.clauses[0]
	suffix := "_by"
	for _, k := range first.keys {
		suffix += "_" + argumentName(k.Value)
	}
	if len(first.keys) == 0 {
		suffix = "_asking"
	}
	finder, rowsName := w.module.name("rules"+suffix), w.module.name("rows"+suffix)
	rows := g.rows()
	sc := w.scope(finder, nil)
	b := sc.newBody()
	late := b.early(first.shared)
	var text passage
	if g.differ || len(rows) >= minTableRows {
		b.lookUp(rowsName, first.keys, g.kinds != nil)
		text = table(rowsName, rows, g.differ && g.kinds == nil)
	} else {
		variables := []string{"action"}
		for _, k := range first.keys {
			variables = append(variables, b.one(k.Value, k.Exact))
		}
		b.add("rules := %s(%s)", rowsName, strings.Join(variables, ", "))
		text = w.rowFunctions(rowsName, first.keys, rows)
	}
	e := entry{call: finder + "(action)", group: true, finder: true, actions: g.actions(), usesID: b.usesID, cost: 4}
	if b.usesID {
		e.call = finder + "(action, id)"
	}
	var find string
	switch {
	case len(first.keys) == 0:
		e.call, e.finder = rowsName+"[action]", false
	case g.kinds != nil:
		find = fmt.Sprintf("%s := {[kind, rules] |\n\t%s\n}\n", e.call, strings.Join(b.lines, "\n\t"))
	case slices.ContainsFunc(first.keys, func(k ir.OneOf) bool { return k.Value.Many() }):
		find = fmt.Sprintf("%s := union({rules |\n\t%s\n})\n", e.call, strings.Join(b.lines, "\n\t"))
	default: // one row at most
		e.finder = false
		find = definition(e.call+" := rules", b.lines)
		if len(b.lines) == 1 {
			find = fmt.Sprintf("%s := %s\n", e.call, strings.TrimPrefix(b.lines[0], "rules := "))
		}
	}
	all := g.ruleList()
	paragraphs := append(passagesFor(all, find, sc.pending), text)
	if len(late) > 0 || g.differ {
		driver := w.module.name("grants" + suffix)
		var own string
		switch {
		case g.kinds != nil:
			also := w.module.name("also" + suffix)
			own = fmt.Sprintf("rules := union({ids |\n\t\tsome [kind, ids] in found\n\t\t%s(kind, id)\n\t})\n\trules != set()", also)
			paragraphs = append(paragraphs, w.ownOfKinds(g, also)...)
		case g.differ:
			also := w.module.name("also" + suffix)
			own = fmt.Sprintf("rules := {rule |\n\t\tsome rule in found\n\t\t%s(rule, id)\n\t}\n\trules != set()", also)
			paragraphs = append(paragraphs, w.own(g, also)...)
		}
		sc := w.scope(driver, nil)
		head := w.driver(sc, driver, e, late, own, len(first.keys) > 0)
		paragraphs = append(passagesFor(all, head, sc.pending), paragraphs...)
		e.call, e.finder, e.usesID = driver+"(action, id)", false, true
	}
	described := passageFor(comment(" ", w.describe(g))+string(paragraphs[0].text), all)
	for _, p := range append([]passage{described}, paragraphs[1:]...) {
		if len(p.text) > 0 {
			w.module.add(p)
		}
	}
	return e
}

// driver returns the function that makes the tests of a group after its finder. A rule's own
// tests come before the shared ones, which ask other stages; but if nothing excludes rules
// beforehand, they come after them.
func (w *classWriter) driver(sc *scope, name string, finder entry, late []ir.Predicate, own string, excluding bool) string {
	b := sc.newBody()
	b.usesID = finder.usesID || own != ""
	found := "rules"
	if own != "" {
		found = "found"
	}
	b.add("%s := %s", found, finder.call)
	if finder.finder {
		b.add("%s != set()", found)
	}
	if own != "" && excluding {
		b.lines = append(b.lines, own)
	}
	b.require(ir.And(late...))
	if own != "" && !excluding {
		b.lines = append(b.lines, own)
	}
	return definition(fmt.Sprintf("%s(action, %s) := rules", name, argument("id", b.usesID)), b.lines)
}

// own returns the function with the own tests of each rule of a group, which OPA looks up by
// the rule's id.
func (w *classWriter) own(g group, name string) []passage {
	own := map[*resolve.Rule][]ir.Predicate{}
	var rules []*resolve.Rule
	for _, c := range g.clauses {
		if own[c.rule] == nil {
			rules = append(rules, c.rule)
		}
		own[c.rule] = append(own[c.rule], ir.And(c.own...))
	}
	sc := w.scope(name, nil)
	var constants []passage
	for _, r := range rules {
		b := sc.newBody()
		b.add("rule == %s", quote(r.ID))
		b.require(ir.Or(own[r]...))
		text := w.module.header([]*resolve.Rule{r}, false) + definition(fmt.Sprintf("%s(rule, %s)", name, argument("id", b.usesID)), b.lines)
		constants = append(constants, passagesFor([]*resolve.Rule{r}, text, sc.pending)...)
		sc.pending = nil
	}
	return constants
}

// ownOfKinds returns the function with the own tests of each kind.
func (w *classWriter) ownOfKinds(g group, name string) []passage {
	sc := w.scope(name, nil)
	var constants []passage
	for _, kind := range g.kinds {
		first := g.clauses[slices.IndexFunc(g.clauses, func(c clause) bool { return c.kind == kind })]
		b := sc.newBody()
		b.add("kind == %s", quote(kind))
		b.require(ir.And(first.own...))
		text := definition(fmt.Sprintf("%s(kind, %s)", name, argument("id", b.usesID)), b.lines)
		constants = append(constants, passagesFor(g.ofKind(kind), text, sc.pending)...)
		sc.pending = nil
	}
	return constants
}

// lookUp adds the lookup in a table. Keys that do not depend on the elements of a list are
// looked up before the list is iterated.
func (b *body) lookUp(table string, keys []ir.OneOf, kinds bool) {
	found := table
	for i, k := range keys {
		if k.Value.Many() && i > 0 && !keys[i-1].Value.Many() {
			name := b.variable("found")
			b.add("%s := %s", name, found)
			found = name
		}
		found += "[" + b.one(k.Value, k.Exact) + "]"
	}
	if kinds {
		b.add("some kind, rules in %s[action]", found)
		return
	}
	b.add("rules := %s[action]", found)
}

// early adds the tests that are almost free, and returns the others.
func (b *body) early(tests []ir.Predicate) []ir.Predicate {
	var late []ir.Predicate
	for _, t := range tests {
		if cost(t) < 2 {
			b.require(t)
			continue
		}
		late = append(late, t)
	}
	return late
}

func (w *classWriter) describe(g group) string {
	first := g.clauses[0]
	names := make([]string, len(first.keys))
	for i, k := range first.keys {
		names[i] = strings.ReplaceAll(k.Value.Key(), "[]", "")
	}
	rules := map[*resolve.Rule]bool{}
	for _, c := range g.clauses {
		rules[c.rule] = true
	}
	text := fmt.Sprintf("%d rules", len(rules))
	switch by := strings.Join(names, " and "); {
	case by == "":
		text += " that test the same privileges."
	case g.kinds != nil:
		text += fmt.Sprintf(" of %d kinds, distinguished by %s. The other tests of each kind are below.", len(g.kinds), by)
		return text
	case g.differ:
		text += fmt.Sprintf(" looked up by %s.", by)
	default:
		text += fmt.Sprintf(" of the same shape, distinguished by %s.", by)
	}
	if len(first.shared) > 0 {
		text += " Their shared tests are here."
	}
	if g.differ {
		text += " The other tests of each rule are below."
	}
	return text
}

// rowFunctions writes the rows as functions of scalars, which OPA indexes.
func (w *classWriter) rowFunctions(name string, keys []ir.OneOf, rows []row) passage {
	args := make([]string, len(keys))
	taken := map[string]bool{"action": true}
	for i, k := range keys {
		args[i] = w.module.variable(argumentName(k.Value), taken)
	}
	var p passage
	for i, r := range rows {
		if i > 0 {
			p.append("\n")
		}
		var tests []string
		action := "_"
		if len(r.actions) < len(ruleset.AllActions) {
			action = "action"
			tests = append(tests, actionTest(r.actions))
		}
		for j, arg := range args {
			tests = append(tests, fmt.Sprintf("%s == %s", arg, quote(r.constants[j])))
		}
		head := fmt.Sprintf("%s(%s) := %s", name, strings.Join(append([]string{action}, args...), ", "), r.ids())
		p.append(w.module.header(r.origins(), false)+definition(head, tests), r.origins()...)
	}
	return p
}

// argumentName names a value in the head of a function.
func argumentName(v ir.Value) string {
	return word(strings.TrimPrefix(nameOf(v), "@"))
}

// actionTest is the test that an action is in a set.
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

// table writes the rows as an object: constants, then the action, then the ids of the rules. A
// comment above each row gives the names and conditions of the rules that the previous row does
// not have, unless the rules are written in full elsewhere.
func table(name string, rows []row, elsewhere bool) passage {
	var p passage
	all := rulesOf(rows)
	p.append(name+" := {\n", all...)
	depth := len(rows[0].constants)
	if depth == 0 {
		for _, cell := range cells(rows) {
			p.append(broken("\t"+cell+",")+"\n", all...)
		}
		p.append("}\n", all...)
		return p
	}
	var open []string
	var under [][]*resolve.Rule // the rules of each open key
	var said []*resolve.Rule
	for i, r := range rows {
		if i > 0 && slices.Equal(rows[i-1].constants, r.constants) {
			continue // written with the first row with these constants
		}
		common := 0
		for common < min(len(open), depth-1) && open[common] == r.constants[common] {
			common++
		}
		for j := len(open); j > common; j-- {
			p.append(strings.Repeat("\t", j)+"},\n", under[j-1]...)
		}
		open, under = open[:common], under[:common]
		for j := common; j < depth-1; j++ {
			said = nil
			rules := rulesUnder(rows[i:], j+1)
			p.append(fmt.Sprintf("%s%s: {\n", strings.Repeat("\t", j+1), quote(r.constants[j])), rules...)
			open, under = append(open, r.constants[j]), append(under, rules)
		}
		said = writeRow(&p, rows[i:], strings.Repeat("\t", depth), said, elsewhere)
	}
	for j := len(open); j > 0; j-- {
		p.append(strings.Repeat("\t", j)+"},\n", under[j-1]...)
	}
	p.append("}\n", all...)
	return p
}

// rulesUnder returns the rules of the leading rows that have the same first depth constants.
func rulesUnder(rows []row, depth int) []*resolve.Rule {
	n := 1
	for n < len(rows) && slices.Equal(rows[n].constants[:depth], rows[0].constants[:depth]) {
		n++
	}
	return rulesOf(rows[:n])
}

// rulesOf returns the rules of rows, without duplicates.
func rulesOf(rows []row) []*resolve.Rule {
	var rules []*resolve.Rule
	seen := map[*resolve.Rule]bool{}
	for _, r := range rows {
		for _, rule := range r.origins() {
			if !seen[rule] {
				seen[rule] = true
				rules = append(rules, rule)
			}
		}
	}
	return rules
}

// writeRow writes the rows with the constants of the first one and returns their rules. Rules
// in before have been described already.
func writeRow(p *passage, rows []row, indent string, before []*resolve.Rule, elsewhere bool) []*resolve.Rule {
	constants := rows[0].constants
	for i, r := range rows {
		if !slices.Equal(r.constants, constants) {
			rows = rows[:i]
			break
		}
	}
	rules := rulesOf(rows)
	for _, rule := range rules {
		if !elsewhere && !slices.Contains(before, rule) {
			line := strings.Join(strings.Fields(title(rule)+": "+rule.Rule.Condition.Content), " ")
			p.append(indent + comment(" ", shortened(line, columns-4*len(indent)-2)))
		}
	}
	p.append(broken(fmt.Sprintf("%s%s: {%s},", indent, quote(constants[len(constants)-1]), strings.Join(cells(rows), ", ")))+"\n", rules...)
	return rules
}

// shortened cuts text to limit characters; data.qlik.rules has the complete condition.
func shortened(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return prefix(text, limit-1) + "…"
}

// cells returns the object members that list the rules of rows by action.
func cells(rows []row) []string {
	var members []string
	for _, r := range rows {
		for _, a := range r.actions {
			members = append(members, quote(a.Name())+": "+r.ids())
		}
	}
	slices.Sort(members)
	return members
}
