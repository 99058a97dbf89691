package rego

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

const (
	// mergeFrom is the number of clauses of one shape from which on they are
	// merged: below, a reader is better served by rules in full.
	mergeFrom = 8
	// tableFrom is the number of rows from which on they are a table; fewer
	// are functions, each with its METADATA.
	tableFrom = 65
	// maxRows bounds the rows that one clause makes: what would make more is
	// tested for all rows together.
	maxRows = 16
)

// clause is a rule or one branch of it.
type clause struct {
	rule      *resolve.Rule
	predicate resolve.Predicate
	keys      []resolve.OneOf
	rest      []resolve.Predicate
}

// group holds clauses of one shape: they test the same attributes for
// constants of their own, and share all other tests.
type group struct {
	clauses []clause
}

// newClause takes a branch of a rule apart. What asks about a cycle cannot be
// merged, and has no keys.
func newClause(r *resolve.Rule, p resolve.Predicate, cycles bool) clause {
	c := clause{rule: r, predicate: p}
	terms := []resolve.Predicate{p}
	if con, ok := p.(resolve.Conjunction); ok {
		terms = con.Terms
	}
	rows := 1
	for _, t := range terms {
		if one, ok := t.(resolve.OneOf); ok && !cycles && isKey(one) && rows*len(one.Texts) <= maxRows {
			rows *= len(one.Texts)
			c.keys = append(c.keys, one)
			continue
		}
		c.rest = append(c.rest, t)
	}
	slices.SortStableFunc(c.keys, func(a, b resolve.OneOf) int {
		return cmp.Or(cmp.Compare(valueCost(a.Value), valueCost(b.Value)), cmp.Compare(keyName(a), keyName(b)), slices.Compare(a.Texts, b.Texts))
	})
	return c
}

// isKey says whether an equality can be looked up: its value is reached without
// a choice among entities.
func isKey(o resolve.OneOf) bool {
	p, ok := o.Value.(resolve.Property)
	return !ok || !p.Of.Many()
}

func keyName(o resolve.OneOf) string {
	if o.Exact {
		return "=" + o.Value.Key()
	}
	return o.Value.Key()
}

// shape is equal for clauses that can be merged.
func (c clause) shape() string {
	var parts []string
	for _, k := range c.keys {
		parts = append(parts, keyName(k))
	}
	parts = append(parts, "|")
	rest := make([]string, len(c.rest))
	for i, p := range c.rest {
		rest[i] = p.Key()
	}
	slices.Sort(rest)
	return strings.Join(append(parts, rest...), "\n")
}

// merge divides clauses into groups, in the order of their first clause, and
// those that stay alone.
func merge(clauses []clause) (groups []group, alone []clause) {
	byShape := map[string]int{}
	for _, c := range clauses {
		byShape[c.shape()]++
	}
	index := map[string]int{}
	for _, c := range clauses {
		shape := c.shape()
		if len(c.keys) == 0 || byShape[shape] < mergeFrom {
			alone = append(alone, c)
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
	for i := range groups {
		groups[i].share()
	}
	return groups, alone
}

// share moves the keys that are the same in all clauses to the tests that the
// group makes once. One key stays: rows need something to be told apart by.
func (g *group) share() {
	first := g.clauses[0]
	for i := len(first.keys) - 1; i >= 0; i-- {
		key := first.keys[i]
		if len(g.clauses[0].keys) == 1 || slices.ContainsFunc(g.clauses, func(c clause) bool { return !slices.Equal(c.keys[i].Texts, key.Texts) }) {
			continue
		}
		for j, c := range g.clauses {
			c.keys = slices.Delete(slices.Clone(c.keys), i, i+1)
			c.rest = append(slices.Clip(c.rest), key)
			g.clauses[j] = c
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

// row is one combination of constants with the rules that it makes grant.
type row struct {
	texts   []string
	actions []ruleset.Action
	rules   []*resolve.Rule
}

// rows returns the group's rows, ordered by constants. Rows of the same
// constants differ in their actions: to each action the rules that grant it.
func (g group) rows() []row {
	type cell struct {
		texts []string
		rules map[ruleset.Action][]*resolve.Rule
	}
	cells := map[string]*cell{}
	for _, c := range g.clauses {
		for _, texts := range c.product() {
			key := fmt.Sprintf("%q", texts)
			if cells[key] == nil {
				cells[key] = &cell{texts: texts, rules: map[ruleset.Action][]*resolve.Rule{}}
			}
			for _, a := range c.rule.Actions.List() {
				if rules := cells[key].rules[a]; !slices.Contains(rules, c.rule) {
					cells[key].rules[a] = append(rules, c.rule)
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
			rows = append(rows, row{c.texts, []ruleset.Action{a}, rules})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(slices.Compare(a.texts, b.texts), cmp.Compare(a.actions[0], b.actions[0]))
	})
	return rows
}

// product returns all combinations of the constants of a clause's keys.
func (c clause) product() [][]string {
	all := [][]string{nil}
	for _, k := range c.keys {
		var next [][]string
		for _, head := range all {
			for _, text := range k.Texts {
				next = append(next, append(slices.Clip(head), text))
			}
		}
		all = next
	}
	return all
}

func (r row) ids() string {
	ids := map[string]bool{}
	for _, rule := range r.rules {
		ids[rule.ID] = true
	}
	return "{" + quoteAll(slices.Sorted(maps.Keys(ids))) + "}"
}
