package rego

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

const (
	// minMerged is the minimum number of clauses of one shape that are merged: fewer rules are
	// easier to read when written in full.
	minMerged = 8
	// minTableRows is the minimum number of rows that are written as a table; fewer are written as
	// functions, each with its METADATA.
	minTableRows = 65
	// maxRows limits the rows of one clause. Keys that would exceed it are tested once for all
	// rows instead.
	maxRows = 16
)

// clause is a rule or one of its branches. The terms of a clause in a group are keys for
// looking it up, tests that all clauses of the group share, and tests of its own.
type clause struct {
	rule   *resolve.Rule
	terms  []ir.Predicate
	keys   []ir.OneOf
	shared []ir.Predicate
	own    []ir.Predicate
	// kind identifies the clause's own tests in a group with several kinds.
	kind string
	// asked names the actions that the clause asks about on the resource itself, plain or
	// negated. Only clauses with the same set are merged: OPA checks for recursion between
	// functions regardless of their arguments, and the function of a group grants all actions
	// of its clauses and asks all that they ask. If all ask the same, the group is recursive
	// only if a single rule of it would be.
	asked string
}

func (c clause) predicate() ir.Predicate { return ir.And(c.terms...) }

// group holds clauses that test the same attributes for different constants and share all other
// tests except each clause's own.
type group struct {
	clauses []clause
	// differ says that some clauses have tests of their own.
	differ bool
	// kinds are the names of the different own tests, if many clauses have the same ones, in
	// order of first use; nil if each clause has its own.
	kinds []string
}

// newClause splits a branch of a rule: terms that can be looked up are keys, all others are
// shared with clauses of the same shape.
func newClause(r *resolve.Rule, p ir.Predicate) clause {
	c := clause{rule: r, terms: []ir.Predicate{p}, asked: askedOf(p)}
	if con, ok := p.(ir.Conjunction); ok {
		c.terms = con.Terms
	}
	rows := 1
	for _, t := range c.terms {
		if one, ok := t.(ir.OneOf); ok && isKey(one) && rows*len(one.Strings) <= maxRows {
			rows *= len(one.Strings)
			c.keys = append(c.keys, one)
			continue
		}
		c.shared = append(c.shared, t)
	}
	slices.SortStableFunc(c.keys, func(a, b ir.OneOf) int {
		return cmp.Or(cmp.Compare(keyCost(a), keyCost(b)), cmp.Compare(keyName(a), keyName(b)), slices.Compare(a.Strings, b.Strings))
	})
	return c
}

// askedOf returns the actions that a predicate asks about on the resource itself.
func askedOf(p ir.Predicate) string {
	var mask ruleset.Actions
	ir.Visit(p, func(test ir.Atom, _ bool) {
		if q, ok := test.(ir.Privilege); ok && q.Entities.IsRoot() {
			mask |= ruleset.Actions(q.Action)
		}
	})
	return strings.Join(mask.Names(), " ")
}

// isKey reports whether an equality can be looked up: its value must not depend on a choice
// among entities.
func isKey(o ir.OneOf) bool {
	p, ok := o.Value.(ir.Property)
	return !ok || !p.Of.Many()
}

// keyCost ranks keys: a single value comes before a list, of which every value is looked up.
func keyCost(o ir.OneOf) int {
	if o.Value.Many() {
		return 10 + valueCost(o.Value)
	}
	return valueCost(o.Value)
}

func keyName(o ir.OneOf) string {
	if o.Exact {
		return "=" + o.Value.Key()
	}
	return o.Value.Key()
}

// shape is equal for clauses that can be merged; "" for a clause without keys.
func (c clause) shape() string {
	if len(c.keys) == 0 && len(c.own) == 0 {
		return ""
	}
	parts := make([]string, len(c.keys))
	for i, k := range c.keys {
		parts[i] = keyName(k)
	}
	shared := make([]string, len(c.shared))
	for i, p := range c.shared {
		shared[i] = p.Key()
	}
	slices.Sort(shared)
	return strings.Join(slices.Concat(parts, []string{"|", c.asked}, shared), "\n")
}

// merge divides clauses into groups and single clauses. It groups clauses of one shape first;
// then clauses with one common key, whatever else they test; then clauses that only have in
// common what they ask of other stages, so that this is asked in one place.
func merge(clauses []clause) (groups []group, ungrouped []clause) {
	groups, ungrouped = gather(clauses)
	for i := range groups {
		groups[i].share()
	}
	groups = join(groups)
	best := mostSelective(ungrouped)
	for _, withKey := range []bool{true, false} {
		for i, c := range ungrouped {
			ungrouped[i] = c.divide(best(c), withKey)
		}
		var differing []group
		differing, ungrouped = gather(ungrouped)
		for _, g := range differing {
			g.differ = true
			g.keepAdjacent()
			groups = append(groups, g)
		}
	}
	return groups, ungrouped
}

// join merges groups whose clauses have the same keys and ask the same, if they are many: one
// lookup then finds the rules of all kinds, and only the tests that each kind shares are
// separate.
func join(groups []group) []group {
	byKeys := map[string][]group{}
	var order []string
	for _, g := range groups {
		names := []string{g.clauses[0].asked}
		for _, k := range g.clauses[0].keys {
			names = append(names, keyName(k))
		}
		keys := strings.Join(names, "\n")
		if byKeys[keys] == nil {
			order = append(order, keys)
		}
		byKeys[keys] = append(byKeys[keys], g)
	}
	var joined []group
	for _, keys := range order {
		equivalent := byKeys[keys]
		rows := 0
		for _, g := range equivalent {
			rows += len(g.rows())
		}
		if len(equivalent) == 1 || rows < minTableRows {
			joined = append(joined, equivalent...)
			continue
		}
		one := group{differ: true}
		for _, g := range equivalent {
			kind := uniqueName(kindOf(g.clauses[0].shared), one.kinds)
			one.kinds = append(one.kinds, kind)
			for _, c := range g.clauses {
				c.own, c.shared, c.kind = c.shared, nil, kind
				one.clauses = append(one.clauses, c)
			}
		}
		joined = append(joined, one)
	}
	return joined
}

// uniqueName returns a name that is not among others, with a number appended if necessary.
func uniqueName(name string, others []string) string {
	one := name
	for i := 2; slices.Contains(others, one); i++ {
		one = fmt.Sprintf("%s %d", name, i)
	}
	return one
}

// kindOf returns a short name for tests: every row contains it.
func kindOf(tests []ir.Predicate) string {
	if len(tests) == 0 {
		return "nothing else"
	}
	names := make([]string, len(tests))
	for i, t := range tests {
		names[i] = aboutOf(t)
	}
	return strings.Join(slices.Compact(names), ", ")
}

func aboutOf(test ir.Predicate) string {
	brief := func(key string) string { return strings.TrimPrefix(strings.ReplaceAll(key, "[]", ""), "resource.") }
	switch t := test.(type) {
	case ir.From:
		return t.Context.String()
	case ir.Anonymous:
		return "anonymous"
	case ir.Privilege:
		return t.Action.Name() + " on " + brief(t.Entities.Key())
	case ir.Common:
		return brief(t.Left.Key()) + " = " + brief(t.Right.Key())
	case ir.CommonEntity:
		return brief(t.Left.Key()) + " = " + brief(t.Right.Key())
	case ir.OneOf:
		return brief(t.Value.Key())
	case ir.Present:
		return brief(t.Value.Key())
	case ir.Negation:
		return "not " + aboutOf(t.Term)
	case ir.Constant, ir.Conjunction, ir.Disjunction, ir.Identical, ir.Like, ir.Matches, ir.Exists, ir.IdenticalEntity:
		return "more"
	}
	panic(fmt.Sprintf("rego: unknown predicate %T", test))
}

// gather groups the clauses of one shape, in order of first use. Clauses of small groups stay
// single.
func gather(clauses []clause) (groups []group, ungrouped []clause) {
	count := map[string]int{}
	for _, c := range clauses {
		count[c.shape()]++
	}
	index := map[string]int{}
	for _, c := range clauses {
		shape := c.shape()
		if shape == "" || count[shape] < minMerged {
			ungrouped = append(ungrouped, c)
			continue
		}
		i, ok := index[shape]
		if !ok {
			i = len(groups)
			index[shape] = i
			groups = append(groups, group{})
		}
		groups[i].clauses = append(groups[i].clauses, c)
	}
	return groups, ungrouped
}

// mostSelective returns a function that returns the key of a clause that finds the fewest other
// clauses: the key whose attribute is compared with the most constants.
func mostSelective(clauses []clause) func(clause) *ir.OneOf {
	constants := map[string]map[string]bool{}
	for _, c := range clauses {
		for _, k := range c.keys {
			name := keyName(k)
			if constants[name] == nil {
				constants[name] = map[string]bool{}
			}
			for _, text := range k.Strings {
				constants[name][text] = true
			}
		}
	}
	return func(c clause) *ir.OneOf {
		var best *ir.OneOf
		for i, k := range c.keys {
			if best == nil || len(constants[keyName(k)]) > len(constants[keyName(*best)]) {
				best = &c.keys[i]
			}
		}
		return best
	}
}

// divide returns the clause with only the given key, if withKey is set. It shares what it asks
// other stages; all other tests are its own.
func (c clause) divide(key *ir.OneOf, withKey bool) clause {
	d := clause{rule: c.rule, terms: c.terms, asked: c.asked}
	for _, t := range c.terms {
		_, asks := t.(ir.Privilege)
		switch {
		case withKey && key != nil && t.Key() == key.Key():
			d.keys = append(d.keys, *key)
		case asks:
			d.shared = append(d.shared, t)
		default:
			d.own = append(d.own, t)
		}
	}
	if len(d.keys)+len(d.shared) == 0 {
		d.own = nil // nothing that a group could have in common
	}
	return d
}

// share moves the keys that are the same in all clauses to the tests that the
// group makes once. At least one key stays, because rows need a key.
func (g *group) share() {
	first := g.clauses[0]
	for i := len(first.keys) - 1; i >= 0; i-- {
		key := first.keys[i]
		if len(g.clauses[0].keys) == 1 || slices.ContainsFunc(g.clauses, func(c clause) bool { return !slices.Equal(c.keys[i].Strings, key.Strings) }) {
			continue
		}
		for j, c := range g.clauses {
			c.keys = slices.Delete(slices.Clone(c.keys), i, i+1)
			c.shared = append(slices.Clip(c.shared), key)
			g.clauses[j] = c
		}
	}
}

// keepAdjacent makes rules with several clauses in the group test their keys again: a row
// identifies the rule, but not which of its clauses matches.
func (g *group) keepAdjacent() {
	clauses := map[*resolve.Rule]int{}
	for _, c := range g.clauses {
		clauses[c.rule]++
	}
	for i, c := range g.clauses {
		if clauses[c.rule] > 1 {
			for _, k := range c.keys {
				g.clauses[i].own = append(slices.Clip(g.clauses[i].own), k)
			}
		}
	}
}

// actions is the mask of the actions that the group grants.
func (g group) actions() ruleset.Actions {
	var mask ruleset.Actions
	for _, c := range g.clauses {
		mask |= c.rule.Actions
	}
	return mask
}

// row is one combination of constants and the rules that grant for it.
type row struct {
	constants []string
	actions   []ruleset.Action
	rules     []found
}

// found is a rule in a row and, in a group with kinds, its remaining tests.
type found struct {
	rule *resolve.Rule
	kind string
}

// rows returns the group's rows, sorted by constants. Rows with the same constants have
// different actions, each with the rules that grant it.
func (g group) rows() []row {
	type cell struct {
		constants []string
		rules     map[ruleset.Action][]found
	}
	cells := map[string]*cell{}
	for _, c := range g.clauses {
		for _, constants := range c.product() {
			key := fmt.Sprintf("%q", constants)
			if cells[key] == nil {
				cells[key] = &cell{constants: constants, rules: map[ruleset.Action][]found{}}
			}
			for _, a := range c.rule.Actions.List() {
				if rules := cells[key].rules[a]; !slices.Contains(rules, found{c.rule, c.kind}) {
					cells[key].rules[a] = append(rules, found{c.rule, c.kind})
				}
			}
		}
	}
	var rows []row
	for _, c := range cells {
		at := len(rows)
		for _, a := range ruleset.AllActions {
			rules := c.rules[a]
			if len(rules) == 0 {
				continue
			}
			same := slices.IndexFunc(rows[at:], func(r row) bool { return slices.Equal(r.rules, rules) })
			if same >= 0 {
				rows[at+same].actions = append(rows[at+same].actions, a)
				continue
			}
			rows = append(rows, row{c.constants, []ruleset.Action{a}, rules})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(slices.Compare(a.constants, b.constants), cmp.Compare(a.actions[0], b.actions[0]))
	})
	return rows
}

// product returns all combinations of the constants of a clause's keys.
func (c clause) product() [][]string {
	all := [][]string{nil}
	for _, k := range c.keys {
		var next [][]string
		for _, head := range all {
			for _, text := range k.Strings {
				next = append(next, append(slices.Clip(head), text))
			}
		}
		all = next
	}
	return all
}

// ids is the set of the ids of the row's rules; in a group with kinds, one set per kind.
func (r row) ids() string {
	ids := map[string]map[string]bool{}
	for _, f := range r.rules {
		if ids[f.kind] == nil {
			ids[f.kind] = map[string]bool{}
		}
		ids[f.kind][f.rule.ID] = true
	}
	set := func(kind string) string { return "{" + quoteAll(slices.Sorted(maps.Keys(ids[kind]))) + "}" }
	if ids[""] != nil {
		return set("")
	}
	members := make([]string, 0, len(ids))
	for _, kind := range slices.Sorted(maps.Keys(ids)) {
		members = append(members, quote(kind)+": "+set(kind))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// origins are the row's rules, without duplicates.
func (r row) origins() []*resolve.Rule {
	var rules []*resolve.Rule
	for _, f := range r.rules {
		if !slices.Contains(rules, f.rule) {
			rules = append(rules, f.rule)
		}
	}
	return rules
}

// ruleList returns the rules of the group, without duplicates.
func (g group) ruleList() []*resolve.Rule { return g.rulesWhere(func(clause) bool { return true }) }

// ofKind returns the rules of a kind.
func (g group) ofKind(kind string) []*resolve.Rule {
	return g.rulesWhere(func(c clause) bool { return c.kind == kind })
}

func (g group) rulesWhere(proposed func(clause) bool) []*resolve.Rule {
	var rules []*resolve.Rule
	seen := map[*resolve.Rule]bool{}
	for _, c := range g.clauses {
		if proposed(c) && !seen[c.rule] {
			seen[c.rule] = true
			rules = append(rules, c.rule)
		}
	}
	return rules
}
