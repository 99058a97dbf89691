package testgen

import (
	"math/rand/v2"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// wisher describes a subject and a resource for whom a branch comes out as
// wished. It does not prove that they do: whoever asks judges the request.
type wisher struct {
	*branches
	names
	schema *schema.Schema
}

// attempts is how many ways are tried to make a branch come out.
const attempts = 12

// wish returns requests that may show a branch.
func (w *wisher) wish(n int) []Request {
	branch := w.all[n]
	rule := w.rules[branch.Rule]
	var list []Request
	for attempt := range uint64(attempts) {
		class := branch.Class
		if class == "" {
			class = rule.Classes[int(attempt)%len(rule.Classes)].Key
		}
		typ := w.typeName(class)
		d := &draft{wisher: w, resource: newSketch(w.schema.Lookup(typ), typ), subject: newSketch(w.schema.Lookup("User"), "User"), environment: map[string][]string{}, from: ruleset.Hub}
		if attempt > 0 { // the first takes the first of all ways
			d.random = rand.New(rand.NewPCG(uint64(n), attempt))
		}
		if rule.Context != ruleset.Both {
			d.from = rule.Context
		} else if attempt%2 == 1 {
			d.from = ruleset.QMC
		}
		d.aim(branch, rule.Items, rule.Tree)
		list = append(list, d.request())
	}
	return list
}

// draft is a request in the making.
type draft struct {
	*wisher
	random            *rand.Rand
	subject, resource *sketch
	anonymous         bool
	environment       map[string][]string
	from              ruleset.Context
	depth             int
}

func (d *draft) choose(n int) int {
	if d.random == nil || n < 2 {
		return 0
	}
	return d.random.IntN(n)
}

// aim makes a branch come out, and decide what the rule grants.
func (d *draft) aim(branch Branch, items []ruleset.FilterItem, tree condition.Node) {
	hit := true
	switch branch.Part {
	case Clause:
		d.decide(tree, branch.Node, branch.Truth)
	case Whole:
		d.make(tree, branch.Truth, d.resource)
	case From:
		d.make(tree, true, d.resource)
		switch {
		case branch.Class == "" && branch.Truth:
			d.from = ruleset.Hub
		case branch.Class == "":
			d.from = ruleset.QMC
		case !branch.Truth:
			d.from = ruleset.Hub + ruleset.QMC - d.from
		}
	case Reached:
		d.make(tree, true, d.resource)
		hit = branch.Truth
		items = items[branch.Number:][:1]
	}
	if hit && d.reachesSome(branch) {
		d.resource.texts["id"] = []string{d.idOf(branch.Class, items)}
	}
}

// reachesSome says whether a rule's filter tells resources of the class apart.
func (d *draft) reachesSome(branch Branch) bool {
	for _, in := range d.byClass[branch.Class] {
		if in.rule == branch.Rule {
			return len(in.items) > 0
		}
	}
	return false
}

// idOf chooses an id of the class that an item of a filter names.
func (d *draft) idOf(class string, items []ruleset.FilterItem) string {
	var ids []string
	for _, id := range d.ids[class] {
		for _, item := range items {
			if text := schema.Fold(id); item.Text == text || item.Text == class+"_"+text {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return madeUp
	}
	return ids[d.choose(len(ids))]
}

// decide makes a clause come out, and the others so that the condition depends on it.
func (d *draft) decide(n condition.Node, clause condition.Node, truth bool) {
	switch n := n.(type) {
	case *condition.Or:
		d.decideAmong(n.Operands, clause, truth, false)
	case *condition.And:
		d.decideAmong(n.Operands, clause, truth, true)
	case *condition.Not:
		d.decide(n.Operand, clause, truth)
	case *condition.Comparison, *condition.Call:
		d.make(n, truth, d.resource)
	case *condition.Bool: // holds no clause
	}
}

func (d *draft) decideAmong(operands []condition.Node, clause condition.Node, truth, others bool) {
	for _, n := range operands {
		if within(clause, n) {
			d.decide(n, clause, truth)
		}
	}
	for _, n := range operands {
		if !within(clause, n) {
			d.make(n, others, d.resource)
		}
	}
}

func within(clause, n condition.Node) bool {
	return n.Span().Start <= clause.Span().Start && clause.Span().End <= n.Span().End
}

// make makes a condition about a resource come out.
func (d *draft) make(n condition.Node, truth bool, at *sketch) {
	switch n := n.(type) {
	case *condition.Or:
		d.makeAmong(n.Operands, truth, truth, at)
	case *condition.And:
		d.makeAmong(n.Operands, truth, !truth, at)
	case *condition.Not:
		d.make(n.Operand, !truth, at)
	case *condition.Comparison:
		d.compare(n, truth, at)
	case *condition.Call:
		d.call(n, truth, at)
	case *condition.Bool: // is what it is
	}
}

// makeAmong makes one operand come out where one is enough, else all.
func (d *draft) makeAmong(operands []condition.Node, truth, one bool, at *sketch) {
	if one {
		var possible []condition.Node
		for _, n := range operands {
			if d.possible(n, truth, at) {
				possible = append(possible, n)
			}
		}
		if len(possible) == 0 {
			possible = operands
		}
		operands = possible[d.choose(len(possible)):][:1]
	}
	for _, n := range operands {
		d.make(n, truth, at)
	}
}

// possible says whether the type of a resource leaves a condition a chance to come
// out, as far as tests of the type itself tell.
func (d *draft) possible(n condition.Node, truth bool, at *sketch) bool {
	switch n := n.(type) {
	case *condition.And:
		for _, operand := range n.Operands {
			if truth && !d.possible(operand, true, at) {
				return false
			}
		}
	case *condition.Not:
		return d.possible(n.Operand, !truth, at)
	case *condition.Bool:
		return n.Value == truth
	case *condition.Comparison:
		if name, ok := namedType(n); ok {
			differs := n.Op == condition.NotEqual || n.Op == condition.ExactNotEqual
			return truth == ((schema.Fold(name) == schema.Fold(at.name)) != differs)
		}
	case *condition.Or, *condition.Call: // some way will do
	}
	return true
}

// compare makes a comparison come out.
func (d *draft) compare(n *condition.Comparison, truth bool, at *sketch) {
	left, right := d.slot(n.Left, at), d.slot(n.Right, at)
	differs := n.Op == condition.NotEqual || n.Op == condition.ExactNotEqual
	if left.entity != nil || right.entity != nil {
		if truth != differs {
			d.same(left, right)
		}
		return
	}
	if truth == differs {
		return // what is not there equals nothing, and differs from everything
	}
	switch {
	case n.Op == condition.Like || n.Op == condition.Matches:
		left.add(witness(n.Op, n.Right.(*condition.String).Value, []string{"", "z"}[d.choose(2)]), false)
	case len(left.texts()) > 0:
		right.add(left.texts()[d.choose(len(left.texts()))], differs)
	case len(right.texts()) > 0:
		left.add(right.texts()[d.choose(len(right.texts()))], differs)
	default:
		left.add("shared", differs)
		right.add("shared", differs)
	}
}

// same makes two paths lead to one entity.
func (d *draft) same(left, right slot) {
	if left.entity == nil || right.entity == nil {
		return // an entity and what is none
	}
	id := madeUpShared
	for _, s := range []slot{left, right} {
		if known := s.entity.texts["id"]; len(known) > 0 {
			id = known[0]
		}
	}
	for _, s := range []slot{left, right} {
		s.exists()
		s.entity.texts["id"] = []string{id}
	}
}

// call makes a call of a function come out.
func (d *draft) call(n *condition.Call, truth bool, at *sketch) {
	switch n.Kind() {
	case condition.IsAnonymous:
		d.anonymous = d.anonymous || truth
	case condition.IsOwned:
		if owner := d.slot(&condition.Path{Root: "resource", Segments: []condition.Segment{{Name: "owner"}}}, at); truth {
			owner.exists()
		}
	case condition.Empty:
		s := d.slot(&n.Path, at)
		switch {
		case truth:
		case s.entity != nil:
			s.exists()
		case len(s.texts()) == 0:
			s.add("something", false)
		}
	case condition.HasPrivilege:
		if truth {
			d.privilege(n, at)
		}
	}
}

// privilegeDepth bounds how far rights are made of rights.
const privilegeDepth = 4

// privilege makes a rule grant an action on an entity that a path leads to.
func (d *draft) privilege(n *condition.Call, at *sketch) {
	s := d.slot(&n.Path, at)
	action, _ := ruleset.ParseAction(n.Argument.Value)
	if s.entity == nil || d.depth >= privilegeDepth {
		return
	}
	s.exists()
	var granting []int
	for _, in := range d.byClass[d.class(s.entity.name)] {
		if r := d.rules[in.rule]; r.Actions.Has(action) && len(in.items) == 0 && (r.Context == ruleset.Both || r.Context == d.from) {
			granting = append(granting, in.rule)
		}
	}
	if len(granting) == 0 {
		return
	}
	d.depth++
	d.make(d.rules[granting[d.choose(len(granting))]].Tree, true, s.entity)
	d.depth--
}
