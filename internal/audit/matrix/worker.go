package matrix

import (
	"context"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// worker decides classes of subjects, one after the other.
type worker struct {
	ctx   context.Context
	model *partition.Model
	types map[string]*typed
	judge *judge
	asked int64 // pairs that the policy was queried about

	// class is the class being decided, and known what is known about it by type.
	class *partition.Class
	known map[string]*known
}

// known is the rights of a class of subjects on the resources of one type.
type known struct {
	*typed
	grants []grant
	// rights are the classes of resources on which the subjects may perform an action.
	rights map[uint32]Set
	// across are the results of the tests across, by test, as far as they are known.
	across map[int]Set
	// exceptional is the actions of single subjects on resources of exceptional pairs.
	exceptional map[pair]uint32
}

type pair struct{ subject, resource int32 }

// grant says that a rule grants on a set of classes.
type grant struct {
	rule *rule
	set  Set
	// number is the set's, or -1 until it is known.
	number int32
}

// decideClass returns the rights of a class of subjects, by type.
func (w *worker) decideClass(class int32) (map[string]*Row, error) {
	w.class = &w.model.Subjects.Classes[class]
	w.known = map[string]*known{}
	rows := map[string]*Row{}
	for _, typ := range w.model.Order {
		k := &known{typed: w.types[typ], rights: map[uint32]Set{}, across: map[int]Set{}, exceptional: map[pair]uint32{}}
		w.known[typ] = k
		if err := w.ordinary(k); err != nil {
			return nil, err
		}
		r := &Row{}
		for _, g := range k.grants {
			if g.rule.actions&w.model.Actions != 0 {
				r.Grants = append(r.Grants, Grant{Rule: int32(g.rule.number), Set: g.number})
			}
		}
		slices.SortFunc(r.Grants, func(a, b Grant) int { return int(a.Rule) - int(b.Rule) })
		for _, subject := range w.class.Members {
			groups, err := w.decideExceptional(k, subject)
			if err != nil {
				return nil, err
			}
			r.Exceptional = append(r.Exceptional, groups...)
		}
		rows[typ] = r
	}
	return rows, nil
}

// cell is a set of classes for which a shape's tests have the same results.
type cell struct {
	resource int32
	across   string
	classes  Set
}

// cells divides the classes of a type by the results of a shape's tests for the class of
// subjects, ignoring exceptional pairs.
func (w *worker) cells(k *known, s *shape) []cell {
	all := make([]cell, 0, len(s.groups))
	for n, group := range s.groups {
		if !group.Empty() {
			all = append(all, cell{int32(n), "", group})
		}
	}
	cut := func(holds Set) {
		next := make([]cell, 0, len(all))
		for _, c := range all {
			in, out := c.classes.split(holds)
			if in != nil {
				next = append(next, cell{c.resource, c.across + "1", in})
			}
			if out != nil {
				next = append(next, cell{c.resource, c.across + "0", out})
			}
		}
		all = next
	}
	for _, test := range s.across {
		cut(w.having(k, test))
	}
	for range s.identities { // a pair that meets one is exceptional
		for i := range all {
			all[i].across += "0"
		}
	}
	for _, test := range s.rights {
		cut(w.leading(k, test))
	}
	for _, action := range s.same {
		cut(k.right(action))
	}
	return all
}

// having returns the classes that have a string in common with the subjects.
func (w *worker) having(k *known, test int) Set {
	set, ok := k.across[test]
	if !ok {
		set = NewSet(len(k.Classes))
		for _, text := range w.class.Values[test] {
			set.Union(k.typed.having[test][text])
		}
		k.across[test] = set
	}
	return set
}

// leading returns the classes that lead to entities on which the subjects have the right that a
// test asks for.
func (w *worker) leading(k *known, test int) Set {
	set, ok := k.across[test]
	if !ok {
		set = NewSet(len(k.Classes))
		typ, action := k.target(test)
		for target := range w.known[typ].right(action).All() {
			for _, c := range k.typed.leading[test][target] {
				set.add(c)
			}
		}
		k.across[test] = set
	}
	return set
}

func (k *known) right(action uint32) Set {
	set := k.rights[action]
	if set == nil {
		set = NewSet(len(k.Classes))
		k.rights[action] = set
	}
	return set
}

// ordinary decides the pairs that are not exceptional, rank by rank.
func (w *worker) ordinary(k *known) error {
	for from := 0; from < len(k.rules); {
		to := from
		for to < len(k.rules) && k.rules[to].rank == k.rules[from].rank {
			to++
		}
		if err := w.rank(k, k.rules[from:to]); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// rank decides rules that do not depend on each other.
func (w *worker) rank(k *known, rules []*rule) error {
	cells := map[*shape][]cell{}
	keys := make([]string, len(rules))
	var decided []grant
	var open []question
	k.mu.RLock()
	for i, one := range rules {
		keys[i] = trueTests(w.class.Holds, one.subject)
		if n, ok := one.granted[keys[i]]; ok {
			if n >= 0 {
				decided = append(decided, grant{one, k.sets[n], n})
			}
			continue
		}
		parts, ok := cells[one.shape]
		if !ok {
			parts = w.cells(k, one.shape)
			cells[one.shape] = parts
		}
		g, unknown := one.grants(keys[i], parts)
		if unknown != nil {
			open = append(open, unknown...)
		}
		decided = append(decided, g)
	}
	k.mu.RUnlock()
	if err := w.ask(k, open); err != nil {
		return err
	}
	k.mu.Lock()
	for i := range decided {
		g := &decided[i]
		if g.number >= 0 {
			continue
		}
		key := trueTests(w.class.Holds, g.rule.subject)
		if len(open) > 0 {
			*g, _ = g.rule.grants(key, cells[g.rule.shape])
		}
		g.number = k.intern(g.set)
		if g.rule.shape.fixed() {
			g.rule.granted[key] = g.number
		}
	}
	k.mu.Unlock()
	for _, g := range decided {
		if g.number < 0 {
			continue
		}
		k.grants = append(k.grants, g)
		for _, a := range ruleset.AllActions {
			if g.rule.actions&uint32(a) != 0 {
				k.right(uint32(a)).Union(g.set)
			}
		}
	}
	return nil
}

// question is the unknown truth of a rule on a cell.
type question struct {
	rule *rule
	cell cell
}

// grants returns the classes of the cells on which the rule is known to grant, and the cells on
// which its truth is unknown. The caller holds mu.
func (r *rule) grants(key string, cells []cell) (grant, []question) {
	g := grant{rule: r, number: -1}
	var open []question
	for _, c := range cells {
		switch truth, ok := r.truth[sides{key, c.resource, c.across}]; {
		case !ok:
			open = append(open, question{r, c})
		case truth && g.set == nil:
			g.set = slices.Clone(c.classes)
		case truth:
			g.set.Union(c.classes)
		}
	}
	return g, open
}
