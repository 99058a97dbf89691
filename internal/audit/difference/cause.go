package difference

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
)

// causeBook numbers causes, and the paths of rights that lead to them.
type causeBook struct {
	known map[string]int32
	all   []cause
	paths map[string]int32
	steps [][]int32
}

func newCauseBook() *causeBook {
	return &causeBook{known: map[string]int32{}, paths: map[string]int32{}}
}

// attributed is why a cell differs: causes and paths, both as ascending numbers.
type attributed struct{ causes, paths []int32 }

// add adds a cause, with its path if there is one.
func (b *causeBook) add(to *attributed, c cause) {
	through := c.through
	c.through = nil
	to.causes = append(to.causes, number(b.known, &b.all, fmt.Sprint(c), c))
	if len(through) > 0 {
		to.paths = append(to.paths, number(b.paths, &b.steps, fmt.Sprint(through), through))
	}
}

func number[T any](known map[string]int32, all *[]T, key string, v T) int32 {
	n, ok := known[key]
	if !ok {
		n = int32(len(*all))
		known[key] = n
		*all = append(*all, v)
	}
	return n
}

// cause is a Cause with numbers instead of names.
type cause struct {
	rule    int32
	by      string
	edit    int // index into the pair's working edits, for ByEditing
	through []int32
}

// attribution is everything that the causes of a change depend on: the classes of the pair of
// subject and resource on both sides.
type attribution struct {
	change
	old, new place
}

// place is a pair's class on one side: the classes of subject and resource or, for an
// exceptional pair, the class of pairs.
type place struct{ user, resource, exceptional int32 }

var nowhere = place{missing, missing, missing}

func (s *side) place(g *grid, user, resource int32) place {
	if user < 0 || resource < 0 {
		return nowhere
	}
	if at, ok := slices.BinarySearch(g.Resources.Exceptional[resource], user); ok {
		return place{missing, missing, g.exceptional.keys[resource][at]}
	}
	return place{s.Model.Subjects.Of[user], g.Of[resource], missing}
}

// attribute returns the causes of a change on a cell.
func (d *sessionDiff) attribute(ctx context.Context, t *typeDiff, c cellOf, what change, from, to int32) (*attributed, error) {
	key := attribution{
		change: what,
		old:    d.old.place(t.old, d.users.old[c.user], t.resources.old[c.resource]),
		new:    d.new.place(t.new, d.users.new[c.user], t.resources.new[c.resource]),
	}
	if known, ok := t.known[key]; ok {
		return known, nil
	}
	found, err := d.find(ctx, t, c, what, from, to, nil)
	if err != nil {
		return nil, err
	}
	why := &attributed{}
	for _, c := range found {
		d.causes.add(why, c)
	}
	why.causes, why.paths = union(why.causes, nil), union(why.paths, nil)
	t.known[key] = why
	return why, nil
}

// asked is a question on the current path, to detect cycles.
type asked struct {
	typ  string
	cell cellOf
	change
}

// find finds the causes of a change: edits of the rules that grant on one side or, if these are
// the same on both sides, the changes of the rights that they ask for.
func (d *sessionDiff) find(ctx context.Context, t *typeDiff, c cellOf, what change, from, to int32, path []asked) ([]cause, error) {
	path = append(path, asked{t.typ, c, what})
	set, old := to, false
	if what.kind == Loss {
		set, old = from, true
	}
	var direct, indirect []cause
	var last int32
	for _, n := range d.sets.of(set) {
		if !d.grantsBy(n, what.action, old) {
			continue
		}
		last = n
		if !d.pairs[n].changed() {
			deeper, err := d.through(ctx, t, c, n, old, path)
			if err != nil {
				return nil, err
			}
			indirect = append(indirect, deeper...)
			continue
		}
		edits, err := d.edits(ctx, t, c, n, what)
		if err != nil {
			return nil, err
		}
		direct = append(direct, edits...)
	}
	if what.kind == Gain && len(direct) > 0 {
		return direct, nil // the nearest causes are enough
	}
	if len(path) == 1 && len(direct)+len(indirect) == 0 {
		indirect = append(indirect, cause{rule: last, by: ByRights})
	}
	return append(direct, indirect...), nil
}

// edits returns those edits of a changed rule without which the cell would not differ.
func (d *sessionDiff) edits(ctx context.Context, t *typeDiff, c cellOf, n int32, what change) ([]cause, error) {
	p := d.pairs[n]
	switch {
	case p.old == nil:
		return []cause{{rule: n, by: ByAdding}}, nil
	case p.new == nil:
		return []cause{{rule: n, by: ByRemoving}}, nil
	case p.oldOut != p.newOut:
		return []cause{{rule: n, by: ByValidity}}, nil
	}
	needed := []int{0}
	if len(p.working()) > 1 {
		var err error
		if needed, err = d.variants.needed(ctx, d, t, c, n, what); err != nil {
			return nil, err
		}
	}
	chosen := make([]cause, len(needed))
	for i, edit := range needed {
		chosen[i] = cause{rule: n, by: ByEditing, edit: edit}
	}
	return chosen, nil
}

// through returns the changes of the rights that an unchanged rule asks for; nothing if these
// lead back to the beginning of the path, which adds nothing.
func (d *sessionDiff) through(ctx context.Context, t *typeDiff, c cellOf, n int32, old bool, path []asked) ([]cause, error) {
	id, side, g, resource := d.pairs[n].rule().ID, d.new, t.new, t.resources.new[c.resource]
	if old {
		id, side, g, resource = d.pairs[n].old.ID, d.old, t.old, t.resources.old[c.resource]
	}
	var found []cause
	for _, number := range g.Resources.Rules {
		rule := side.Model.Reads.Rules[number]
		if rule.ID != id {
			continue
		}
		for _, test := range rule.Tests {
			asks := side.Model.Reads.Tests[test]
			if asks.Kind != reads.Privilege {
				continue
			}
			deeper, err := d.right(ctx, t, c, asks, test, side, g, resource, old, path)
			if err != nil {
				return nil, err
			}
			found = append(found, deeper...)
		}
	}
	for i := range found {
		found[i].through = slices.Concat([]int32{n}, found[i].through)
	}
	if len(found) == 0 && !d.sameSite {
		found = append(found, cause{rule: n, by: ByData})
	}
	return found, nil
}

// right returns the causes of changes in a right that a rule asks for.
func (d *sessionDiff) right(ctx context.Context, t *typeDiff, c cellOf, asks reads.Test, test int, side *side, g *grid, resource int32, old bool, path []asked) ([]cause, error) {
	target, cells, unrecorded := t, []cellOf{c}, false
	if len(asks.Left.Steps) > 0 {
		target, cells = d.types[endType(asks)], nil
		if target == nil {
			return nil, nil // nothing can differ for that type
		}
		for _, n := range g.Resources.Targets(test, resource) {
			from := target.resources.fromNew
			if old {
				from = target.resources.fromOld
			}
			if int(n) < len(from) {
				cells = append(cells, cellOf{c.user, from[n]})
			} else {
				unrecorded = true
			}
		}
	}
	var found []cause
	if unrecorded {
		found = d.suspects(target.typ, asks.Action)
	}
	for _, cell := range cells {
		from := d.setAt(d.old, target.old, d.users.old[cell.user], target.resources.old[cell.resource])
		to := d.setAt(d.new, target.new, d.users.new[cell.user], target.resources.new[cell.resource])
		if target.rest != nil {
			set := target.rest.of(cell)
			from, to = d.sets.union(from, set), d.sets.union(to, set)
		}
		for _, what := range d.step(target, from, to).changes {
			if uint32(what.action) != asks.Action || slices.Contains(path, asked{target.typ, cell, what}) {
				continue
			}
			deeper, err := d.find(ctx, target, cell, what, from, to, path)
			if err != nil {
				return nil, err
			}
			found = append(found, deeper...)
		}
	}
	return found, nil
}

// suspects are the changes of rules that grant a right on a type: possible causes for a change
// of a right on an entity that is only known from references, about which the policy cannot be
// queried.
func (d *sessionDiff) suspects(typ string, action uint32) []cause {
	var numbers []int32
	for _, side := range []*side{d.old, d.new} {
		for _, rule := range rulesOf(&side.Model.Reads, typ) {
			if n := side.number[rule.ID]; rule.Actions&action != 0 && d.pairs[n].changed() {
				numbers = append(numbers, n)
			}
		}
	}
	var found []cause
	for _, n := range union(numbers, nil) {
		switch p := d.pairs[n]; {
		case p.old == nil:
			found = append(found, cause{rule: n, by: ByAdding})
		case p.new == nil:
			found = append(found, cause{rule: n, by: ByRemoving})
		case p.oldOut != p.newOut:
			found = append(found, cause{rule: n, by: ByValidity})
		default:
			for i := range p.working() {
				found = append(found, cause{rule: n, by: ByEditing, edit: i})
			}
		}
	}
	return found
}
