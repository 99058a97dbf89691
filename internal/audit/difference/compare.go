package difference

import (
	"context"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// sessionDiff is the comparison of two sides for one session.
type sessionDiff struct {
	pairs    []*pair
	counted  map[string]uint32
	sets     *sets
	old, new *side
	// rest is the rights granted by rules that are the same on both sides and that the sides
	// leave out; nil if the sides have all rules.
	rest     *rest
	sameSite bool
	context  string
	// number counts the sessions from 0.
	number   int
	session  partition.Session
	tally    *tally
	causes   *causeBook
	variants *variants
	users    *joined
	types    map[string]*typeDiff
	progress snapshot.Progress
}

// typeDiff is the comparison of the resources of one type.
type typeDiff struct {
	typ       string
	old, new  *grid
	rest      *restGrid
	resources *joined
	// changes are the effects of the step from one set of rules to another.
	changes map[[2]int32]*step
	// exceptional are the pairs that are exceptional on either side, by joint classes.
	exceptional map[[2]int32][]cellOf
	// known are known causes by what they depend on.
	known map[attribution]*attributed
}

// step is the difference between two sets of granting rules.
type step struct {
	changes []change
	// own are the rules that grant on one side only.
	own []own
}

// own says that a rule grants some actions on one side only, and which rules grant them on the
// other side.
type own struct {
	rule    int32
	actions []string
	cover   []int32
}

type change struct {
	kind   string
	action ruleset.Action
}

// block is a number of equivalent cells: all pairs of subjects and resources with some
// exceptions.
type block struct {
	users, resources []int32
	userClass        int32 // missing for a single cell
	resourceClass    int32
	without          []cellOf
	// sample is one of the cells.
	sample cellOf
}

func (b *block) cells() int64 {
	return int64(len(b.users))*int64(len(b.resources)) - int64(len(b.without))
}

// join joins the subjects and resources of the two sides.
func (d *sessionDiff) join() error {
	users, err := d.rest.subjects(d.new.Model.Subjects.IDs)
	if err != nil {
		return err
	}
	d.users = join(d.old.Model.Subjects.IDs, d.new.Model.Subjects.IDs, d.old.Model.Subjects.Of, d.new.Model.Subjects.Of, users)
	d.types = map[string]*typeDiff{}
	for typ := range d.counted {
		o, n := d.old.types[typ], d.new.types[typ]
		rest, of, err := d.rest.grid(typ, n.Handles[:n.Recorded])
		if err != nil {
			return err
		}
		d.types[typ] = &typeDiff{
			typ: typ, old: o, new: n, rest: rest,
			resources: join(o.Handles[:o.Recorded], n.Handles[:n.Recorded], o.Of, n.Of, of),
			changes:   map[[2]int32]*step{}, exceptional: map[[2]int32][]cellOf{}, known: map[attribution]*attributed{},
		}
	}
	return nil
}

// compare finds the differing cells, with their causes.
func (d *sessionDiff) compare(ctx context.Context, types []string) error {
	for _, typ := range types {
		t := d.types[typ]
		d.findExceptional(t)
		d.progress.Start("comparing "+typ+":", int64(len(d.users.classes)))
		for u := range d.users.classes {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			if err := d.row(ctx, t, int32(u)); err != nil {
				return err
			}
			d.progress.Add(1)
		}
		d.progress.Done()
		if err := d.singles(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// findExceptional lists the pairs that are exceptional on either side. Pairs that are only
// exceptional because of rules that the sides leave out matter only in blocks that differ.
func (d *sessionDiff) findExceptional(t *typeDiff) {
	differs := d.differing(t)
	var list []int32
	for n := range t.resources.names {
		list = list[:0]
		if r := t.resources.old[n]; r >= 0 {
			for _, u := range t.old.Resources.Exceptional[r] {
				list = append(list, d.users.fromOld[u])
			}
		}
		if r := t.resources.new[n]; r >= 0 {
			for _, u := range t.new.Resources.Exceptional[r] {
				list = append(list, d.users.fromNew[u])
			}
		}
		list = t.rest.exceptional(list, d, differs, int32(n))
		slices.Sort(list)
		for _, u := range slices.Compact(list) {
			key := [2]int32{d.users.of[u], t.resources.of[n]}
			t.exceptional[key] = append(t.exceptional[key], cellOf{u, int32(n)})
		}
	}
}

// row compares a class of subjects with all classes of resources.
func (d *sessionDiff) row(ctx context.Context, t *typeDiff, class int32) error {
	users := d.users.classes[class]
	var before, after []int32
	if users.old >= 0 {
		before = t.old.on(d.sets, users.old)
	}
	if users.new >= 0 {
		after = t.new.on(d.sets, users.new)
	}
	at := func(row []int32, class int32) int32 {
		if row == nil || class < 0 {
			return 0
		}
		return row[class]
	}
	for n := range t.resources.classes {
		resources := &t.resources.classes[n]
		from, to := at(before, resources.old), at(after, resources.new)
		s := d.step(t, from, to)
		if s.idle() {
			continue
		}
		if t.rest != nil {
			set := t.rest.on(users.rest, resources.rest)
			from, to = d.sets.union(from, set), d.sets.union(to, set)
			s = d.step(t, from, to)
		}
		b := &block{users: users.members, resources: resources.members, userClass: class, resourceClass: int32(n), without: t.exceptional[[2]int32{class, int32(n)}]}
		if b.cells() == 0 {
			continue
		}
		b.sample = b.any()
		if err := d.take(ctx, t, b, s, from, to); err != nil {
			return err
		}
	}
	return nil
}

// any returns a cell of the block that is not exceptional.
func (b *block) any() cellOf {
	if len(b.without) == 0 {
		return cellOf{b.users[0], b.resources[0]}
	}
	out := make(map[cellOf]bool, len(b.without))
	for _, c := range b.without {
		out[c] = true
	}
	for _, r := range b.resources {
		for _, u := range b.users {
			if c := (cellOf{u, r}); !out[c] {
				return c
			}
		}
	}
	return nobody
}

// singles compares the exceptional pairs, one by one.
func (d *sessionDiff) singles(ctx context.Context, t *typeDiff) error {
	for n := range t.resources.classes {
		for u := range d.users.classes {
			for _, c := range t.exceptional[[2]int32{int32(u), int32(n)}] {
				from, to := d.setAt(d.old, t.old, d.users.old[c.user], t.resources.old[c.resource]), d.setAt(d.new, t.new, d.users.new[c.user], t.resources.new[c.resource])
				s := d.step(t, from, to)
				if s.idle() {
					continue
				}
				if t.rest != nil {
					set := t.rest.of(c)
					from, to = d.sets.union(from, set), d.sets.union(to, set)
					s = d.step(t, from, to)
				}
				b := &block{users: []int32{c.user}, resources: []int32{c.resource}, userClass: missing, resourceClass: missing, sample: c}
				if err := d.take(ctx, t, b, s, from, to); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// setAt returns the number of the set of rules that grant on a cell of a side, the empty set if
// the side does not have the subject or the resource.
func (d *sessionDiff) setAt(s *side, g *grid, user, resource int32) int32 {
	if user < 0 || resource < 0 {
		return 0
	}
	return s.of(g, user, resource)
}

// idle reports whether nothing differs.
func (s *step) idle() bool { return len(s.changes) == 0 && len(s.own) == 0 }

// step returns the difference between two sets of rules.
func (d *sessionDiff) step(t *typeDiff, from, to int32) *step {
	key := [2]int32{from, to}
	if s, ok := t.changes[key]; ok {
		return s
	}
	s := &step{}
	before, after := d.sets.of(from), d.sets.of(to)
	grants := func(set []int32, a ruleset.Action, old bool) bool {
		return slices.ContainsFunc(set, func(n int32) bool { return d.grantsBy(n, a, old) })
	}
	for _, a := range actionsOf(d.counted[t.typ]) {
		switch o, n := grants(before, a, true), grants(after, a, false); {
		case o && !n:
			s.changes = append(s.changes, change{Loss, a})
		case n && !o:
			s.changes = append(s.changes, change{Gain, a})
		}
	}
	for _, n := range union(before, after) {
		o := own{rule: n, cover: after}
		for _, a := range actionsOf(d.counted[t.typ]) {
			was, is := slices.Contains(before, n) && d.grantsBy(n, a, true), slices.Contains(after, n) && d.grantsBy(n, a, false)
			if was != is {
				o.actions = append(o.actions, a.Name())
			}
			if is && !was {
				o.cover = before
			}
		}
		if len(o.actions) > 0 {
			s.own = append(s.own, o)
		}
	}
	t.changes[key] = s
	return s
}

// grantsBy reports whether a rule whose condition is true grants an action, on the old side or
// the new one.
func (d *sessionDiff) grantsBy(n int32, a ruleset.Action, old bool) bool {
	if old {
		return can(d.pairs[n].old, a)
	}
	return can(d.pairs[n].new, a)
}

func union(a, b []int32) []int32 {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// take counts a block.
func (d *sessionDiff) take(ctx context.Context, t *typeDiff, b *block, s *step, from, to int32) error {
	for _, o := range s.own {
		d.tally.ownCells(d, t, b, o.rule, o.actions, o.cover)
	}
	for _, c := range s.changes {
		why, err := d.attribute(ctx, t, b.sample, c, from, to)
		if err != nil {
			return err
		}
		d.tally.add(d, t, b, c, why)
	}
	return nil
}
