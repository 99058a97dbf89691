package rego

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// classWriter writes the module of one class.
type classWriter struct {
	module  *module
	class   *privilege.Class
	subject *subjectWriter
	entries []entry
}

// entry is a rule, or a group of merged rules, as the stages of a class call it.
type entry struct {
	// call is the expression that calls it: true if the rule grants or, for a group, the set of
	// the rules that grant.
	call  string
	group bool
	// finder says that the set is always defined, even if it is empty; otherwise it is only
	// defined if rules grant.
	finder bool
	// id and title are the rule's, which can be any string; a group has none.
	id      string
	title   string
	actions ruleset.Actions
	usesID  bool
	// cycle holds the actions of a cycle that the rule asks about; its call has the argument
	// held.
	cycle []ruleset.Action
	cost  int
}

func (w *classWriter) scope(name string, cycle []ruleset.Action) *scope {
	return &scope{module: w.module, class: w.class.Class, name: name, cycle: cycle}
}

// divide divides the rules of a class into groups and rules that are written in full. A rule
// can have one branch in a group and another written in full.
func divide(class *privilege.Class) (groups []group, ungrouped []resolve.Specialised) {
	var clauses []clause
	rest := map[*resolve.Rule][]ir.Predicate{}
	for _, r := range class.Rules {
		if asksCycle(class, r) != nil {
			rest[r.Rule] = []ir.Predicate{r.Predicate}
			continue
		}
		branches := []ir.Predicate{r.Predicate}
		if d, ok := r.Predicate.(ir.Disjunction); ok {
			branches = d.Terms
		}
		for _, b := range branches {
			clauses = append(clauses, newClause(r.Rule, b))
		}
	}
	groups, single := merge(clauses)
	for _, c := range single {
		rest[c.rule] = append(rest[c.rule], c.predicate())
	}
	for _, r := range class.Rules {
		if branches := rest[r.Rule]; branches != nil {
			ungrouped = append(ungrouped, resolve.Specialised{Rule: r.Rule, Predicate: ir.Or(branches...)})
		}
	}
	return groups, ungrouped
}

func (w *classWriter) write() Module {
	groups, ungrouped := divide(w.class)
	for _, r := range ungrouped {
		w.writeRule(r)
	}
	for _, g := range groups {
		w.entries = append(w.entries, w.writeGroup(g))
	}
	slices.SortStableFunc(w.entries, func(a, b entry) int { return cmp.Compare(a.cost, b.cost) })
	for _, cycle := range w.class.Cycles {
		w.writeCycle(cycle)
	}
	for _, a := range w.class.Asked {
		if w.class.Cycle(a) == nil {
			w.writeStage(a)
		}
	}
	w.writeMay()
	w.writeGrantedBy()
	w.writeActions()
	return w.module.finish()
}

// asksCycle returns the actions that are on a cycle and that the rule both grants and asks
// about on the resource itself.
func asksCycle(class *privilege.Class, r resolve.Specialised) []ruleset.Action {
	var asked []ruleset.Action
	ir.Visit(r.Predicate, func(test ir.Atom, _ bool) {
		p, ok := test.(ir.Privilege)
		if !ok || !p.Entities.IsRoot() || slices.Contains(asked, p.Action) {
			return
		}
		cycle := class.Cycle(p.Action)
		if slices.ContainsFunc(cycle, r.Rule.Actions.Has) {
			asked = append(asked, p.Action)
		}
	})
	return asked
}

// writeRule writes a rule in full. A rule that reads the subject only goes to the subject's
// module, which all classes share.
func (w *classWriter) writeRule(r resolve.Specialised) {
	e := entry{id: r.Rule.ID, title: title(r.Rule), actions: r.Rule.Actions, cost: cost(r.Predicate)}
	if readsSubjectOnly(r.Predicate) {
		e.call = w.module.use("subject") + "." + w.subject.rule(r)
		e.cost = 0
		w.entries = append(w.entries, e)
		return
	}
	e.cycle = asksCycle(w.class, r)
	name := w.module.name(ruleName(r.Rule))
	sc := w.scope(name, e.cycle)
	text := sc.define(name, r.Predicate)
	w.module.write(w.module.header([]*resolve.Rule{r.Rule}, strings.Contains(text, "\n\n"))+text, r.Rule)
	for _, p := range sc.pending {
		w.module.write(p, r.Rule)
	}
	e.usesID = true
	e.call = name + "(id)"
	if e.cycle != nil {
		e.call = name + "(id, held)"
	}
	w.entries = append(w.entries, e)
}

func readsSubjectOnly(p ir.Predicate) bool {
	ungrouped := true
	ir.Visit(p, func(a ir.Atom, _ bool) {
		read := ir.OperandsOf(a)
		ungrouped = ungrouped && len(read.Entities) == 0
		for _, v := range read.Values {
			q, ok := v.(ir.Property)
			ungrouped = ungrouped && (!ok || q.Of.Root == ir.User)
		}
	})
	return ungrouped
}

// writeStage writes the function that answers HasPrivilege for one action on the resource
// itself. It has a default so that OPA caches denials too within a decision.
func (w *classWriter) writeStage(a ruleset.Action) {
	about := fmt.Sprintf("Whether the subject may perform the action %s. Rules in this module test it.", a.Name())
	w.writeAnswer(about, "may_"+a.Name(), []string{"id"}, func(name string) (bodies []string) {
		for _, e := range w.entries {
			if e.actions.Has(a) {
				bodies = append(bodies, definition(fmt.Sprintf("%s(%s)", name, argument("id", e.usesID)), []string{w.truth(e, quote(a.Name()), nil)}))
			}
		}
		return bodies
	})
}

// minGatewayBodies is the minimum number of bodies for which a function that others call becomes one
// body that calls another function with all bodies.
const minGatewayBodies = 17

// writeAnswer writes a function that is false by default. OPA caches its value within a
// decision, and OPA's check for recursion walks every edge from every caller to every body. So
// callers reference few bodies, however many rules there are.
func (w *classWriter) writeAnswer(about, name string, args []string, write func(name string) (bodies []string)) {
	wildcards := strings.TrimSuffix(strings.Repeat("_, ", len(args)), ", ")
	head := comment(" ", about) + fmt.Sprintf("default %s(%s) := false\n\n", name, wildcards)
	bodies := write(name)
	if len(bodies) < minGatewayBodies {
		w.module.write(head + strings.Join(bodies, "\n"))
		return
	}
	list := strings.Join(args, ", ")
	all := w.module.name("any_rule_" + name)
	w.module.write(head + fmt.Sprintf("%s(%s) if %s(%[2]s)\n", name, list, all))
	w.module.write(strings.Join(write(all), "\n"))
}

// truth is an expression that is true if the entry grants the action. Only the functions of the
// entry's own cycle have an argument held; everywhere else the fixpoint is passed.
func (w *classWriter) truth(e entry, action string, cycle []ruleset.Action) string {
	call := e.call
	if e.cycle != nil && !slices.Contains(cycle, e.cycle[0]) {
		call = strings.Replace(call, "held)", held(w.class.Cycle(e.cycle[0]))+")", 1)
	}
	if !e.group {
		return call
	}
	call = strings.Replace(call, "(action", "("+action, 1)
	if e.finder {
		call += " != set()"
	}
	return call
}

// writeCycle writes the functions for actions that depend on each other. Rego forbids
// recursion, so the least fixpoint is computed by applying the rules once per action, starting
// with the empty set.
func (w *classWriter) writeCycle(cycle []ruleset.Action) {
	names := make([]string, len(cycle))
	for i, a := range cycle {
		names[i] = a.Name()
	}
	base := "holds_" + strings.Join(names, "_")
	var strs []string
	for _, e := range w.entries {
		var granted []ruleset.Action
		for _, a := range cycle {
			if e.actions.Has(a) {
				granted = append(granted, a)
			}
		}
		if granted == nil {
			continue
		}
		call := w.truth(e, "action", cycle)
		head := fmt.Sprintf("%s(action, %s, %s)", base, argument("id", e.usesID), argument("held", strings.HasSuffix(call, "held)")))
		strs = append(strs, definition(head, []string{actionTest(granted), call}))
	}
	w.module.write(comment(" ", fmt.Sprintf("Whether a rule grants the action, given the actions found so far. Cyclic dependency: %s.", strings.Join(names, ", "))) +
		strings.Join(strs, "\n"))
	held := "set()"
	set := "{" + quoteAll(names) + "}"
	for i := range cycle {
		step := fmt.Sprintf("%s_%d", base, i+1)
		w.module.write(fmt.Sprintf("%s(id) := {action |\n\tsome action in %s\n\t%s(action, id, %s)\n}\n", step, set, base, held))
		held = step + "(id)"
	}
	for _, a := range cycle {
		w.module.write(fmt.Sprintf("default may_%[1]s(_) := false\n\nmay_%[1]s(id) if %[2]s in %[3]s\n", a.Name(), quote(a.Name()), held))
	}
}

// held is the expression for the fixpoint of a cycle.
func held(cycle []ruleset.Action) string {
	names := make([]string, len(cycle))
	for i, a := range cycle {
		names[i] = a.Name()
	}
	return fmt.Sprintf("holds_%s_%d(id)", strings.Join(names, "_"), len(cycle))
}

// staged reports whether the action has a function of its own.
func (w *classWriter) staged(a ruleset.Action) bool {
	return slices.Contains(w.class.Asked, a) || w.class.Cycle(a) != nil
}

// writeMay writes the function that decides an action on a resource of the class.
func (w *classWriter) writeMay() {
	w.writeAnswer("Whether a rule grants the action on the resource.", "may", []string{"action", "id"}, func(name string) (bodies []string) {
		for _, a := range ruleset.AllActions {
			if w.staged(a) {
				bodies = append(bodies, definition(name+"(action, id)", []string{"action == " + quote(a.Name()), "may_" + a.Name() + "(id)"}))
			}
		}
		for _, e := range w.entries {
			if body, ok := w.mayBody(name, e); ok {
				bodies = append(bodies, body)
			}
		}
		return bodies
	})
}

// mayBody writes the body for the actions that an entry grants and that have no stage.
func (w *classWriter) mayBody(name string, e entry) (string, bool) {
	granted := slices.DeleteFunc(e.actions.List(), w.staged)
	if len(granted) == 0 {
		return "", false
	}
	lines := []string{w.truth(e, "action", nil)}
	usesAction := e.group
	if len(granted) < len(ruleset.AllActions) {
		usesAction = true
		lines = append([]string{actionTest(granted)}, lines...)
	}
	return definition(fmt.Sprintf("%s(%s, %s)", name, argument("action", usesAction), argument("id", e.usesID)), lines), true
}

// writeGrantedBy writes the function that lists all rules that grant an action.
func (w *classWriter) writeGrantedBy() {
	var b strings.Builder
	usesAction, usesID := false, false
	for _, e := range w.entries {
		usesID = usesID || e.usesID
		call := e.call
		if !e.group {
			call = w.truth(e, "action", nil)
		}
		switch all := len(e.actions.List()) == len(ruleset.AllActions); {
		case e.group:
			usesAction = true
			if !e.finder {
				call = "{rule | some rule in " + call + "}"
			}
			fmt.Fprintf(&b, "\t%s,\n", call)
		case all:
			fmt.Fprintf(&b, "%s\t{%s | %s},\n", named(e), quote(e.id), call)
		default:
			usesAction = true
			fmt.Fprintf(&b, "%s\t{%s |\n%s\n\t\t%s\n\t},\n", named(e), quote(e.id), broken("\t\t"+actionTest(e.actions.List())), call)
		}
	}
	w.module.write(comment(" ", "The ids of all rules that grant the action on the resource.") +
		fmt.Sprintf("granted_by(%s, %s) := union({\n%s})\n", argument("action", usesAction), argument("id", usesID), b.String()))
}

// named is a comment with the name of an entry's rule, "" if the id is its name.
func named(e entry) string {
	if e.title == e.id {
		return ""
	}
	return "\t" + comment(" ", strings.Join(strings.Fields(e.title), " "))
}

// writeActions writes the function that lists all actions that rules grant: it evaluates each
// rule once for all of its actions.
func (w *classWriter) writeActions() {
	var b strings.Builder
	usesID := false
	for _, e := range w.entries {
		usesID = usesID || e.usesID
		granted := e.actions.List()
		names := make([]string, len(granted))
		for i, a := range granted {
			names[i] = a.Name()
		}
		slices.Sort(names)
		set := "{" + quoteAll(names) + "}"
		switch {
		case len(names) == 1 && e.group:
			fmt.Fprintf(&b, "\t{%s | %s},\n", quote(names[0]), w.truth(e, quote(names[0]), nil))
		case e.group:
			fmt.Fprintf(&b, "\t{action |\n%s\n\t\t%s\n\t},\n", broken("\t\tsome action in "+set), w.truth(e, "action", nil))
		case len(names) == 1:
			fmt.Fprintf(&b, "\t{%s | %s},\n", quote(names[0]), w.truth(e, "action", nil))
		default:
			fmt.Fprintf(&b, "\t{action |\n\t\t%s\n%s\n\t},\n", w.truth(e, "action", nil), broken("\t\tsome action in "+set))
		}
	}
	w.module.write(comment(" ", "The actions that rules grant on the resource.") +
		fmt.Sprintf("actions(%s) := union({\n%s})\n", argument("id", usesID), b.String()))
}
