package difference

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// Rest is what is known about rules that grant the same on both sides of one site. With it, the
// sides of a comparison decide the other rules only:
//
//	cells that differ by the other rules      classes of the sides
//	  and are not granted by the rest         joined with classes of its matrix
//
// After an edit of one rule, only what the edit reaches is then decided again. The bundles and
// prepared policies of the sides only need the other rules, and what these ask for.
type Rest struct {
	// Has reports whether the matrices have a rule on a type, a key.
	Has func(typ, rule string) bool
	// Decided reports whether the bundle of a side has a rule, by id.
	Decided func(rule string) bool
	// Matrix returns the rights granted in a session by the rules of Has. It has the subjects
	// of the site and the resources of each type with such a rule.
	Matrix func(context.Context, partition.Session) (*matrix.Matrix, error)
	// Hashes cache parts of fingerprints for the next comparison.
	Hashes map[string]uint64
}

// Decisions cache the decisions of a side, for the next comparison of the same side and rules.
// The zero value is empty.
type Decisions struct {
	sides map[string]decided
}

type decided struct {
	*matrix.Matrix
	exceptional map[string]*exceptional
}

// decide returns the decisions of a side about the relevant types.
func (w *work) decide(ctx context.Context, of *Side, session partition.Session) (decided, error) {
	q := partition.Question{Session: session, Types: slices.Sorted(maps.Keys(w.counted))}
	for _, mask := range w.counted {
		q.Actions |= mask
	}
	if w.Rest != nil {
		q.Counts = func(typ, rule string) bool { return !w.Rest.Has(typ, rule) }
	}
	key := fmt.Sprint(session, q.Types, q.Actions)
	if of.Decisions != nil {
		if known, ok := of.Decisions.sides[key]; ok {
			return known, nil
		}
	}
	m, err := of.Prepared.Compute(ctx, q, w.Progress)
	if err != nil {
		return decided{}, err
	}
	one := decided{m, map[string]*exceptional{}}
	for _, typ := range m.Model.Order {
		one.exceptional[typ] = newExceptional(m.Model, m.Model.Resources[typ], one.exceptional)
	}
	if of.Decisions != nil {
		if of.Decisions.sides == nil {
			of.Decisions.sides = map[string]decided{}
		}
		of.Decisions.sides[key] = one
	}
	return one, nil
}

// rest is the matrix of the rest for one session.
type rest struct {
	*matrix.Matrix
	types map[string]*restGrid
}

// restGrid is the part about one type.
type restGrid struct {
	*grid
	m    *matrix.Matrix
	sets *sets
	// known are the numbers of the sets of rules that grant, by classes of subjects and of
	// resources.
	known map[[2]int32]int32
	// single is the rights of subjects of exceptional pairs, created on first use.
	single map[int32][]matrix.ExceptionalPairs
}

// ErrRest is the error for a rest of another site.
var ErrRest = errors.New("what is known of the other rules is about other users or resources")

func (w *work) rest(ctx context.Context, session partition.Session, number map[string]int32, all *sets) (*rest, error) {
	if w.Rest == nil {
		return nil, nil
	}
	m, err := w.Rest.Matrix(ctx, session)
	if err != nil {
		return nil, err
	}
	r := &rest{m, map[string]*restGrid{}}
	for _, t := range m.Types {
		typ := t.Resources.Type
		if w.counted[typ] == 0 {
			continue
		}
		g := &grid{Type: t, rules: make([]int32, len(t.Rules)), class: missing}
		for i, rule := range t.Rules {
			g.rules[i] = missing
			if n, ok := number[rule.ID]; ok && rule.Actions&w.counted[typ] != 0 && w.Rest.Has(typ, rule.ID) {
				g.rules[i] = n
			}
		}
		r.types[typ] = &restGrid{grid: g, m: m, sets: all, known: map[[2]int32]int32{}}
	}
	return r, nil
}

// subjects returns the classes of the subjects, nil without a rest.
func (r *rest) subjects(ids []string) ([]int32, error) {
	if r == nil {
		return nil, nil
	}
	if !slices.Equal(ids, r.Model.Subjects.IDs) {
		return nil, ErrRest
	}
	return r.Model.Subjects.Of, nil
}

// grid returns the part about a type and the classes of its resources, nil for a type that the
// rest does not have.
func (r *rest) grid(typ string, handles []string) (*restGrid, []int32, error) {
	if r == nil || r.types[typ] == nil {
		return nil, nil, nil
	}
	g := r.types[typ]
	if !slices.Equal(handles, g.Handles[:g.Recorded]) {
		return nil, nil, fmt.Errorf("%w: %s", ErrRest, typ)
	}
	return g, g.Of, nil
}

// on returns the number of the set of rules that grant to a class of subjects on a class of
// resources, ignoring exceptional pairs.
func (g *restGrid) on(subjects, resources int32) int32 {
	key := [2]int32{subjects, resources}
	n, ok := g.known[key]
	if !ok {
		n = g.set(g.sets, g.On(&g.Rows[subjects], resources))
		g.known[key] = n
	}
	return n
}

// of returns the number of the set of rules that grant on a cell.
func (g *restGrid) of(c cellOf) int32 {
	class := g.Of[c.resource]
	if _, exceptional := slices.BinarySearch(g.Resources.Exceptional[c.resource], c.user); exceptional {
		for _, a := range g.exceptionalOf(c.user) {
			if a.Class != class {
				continue
			}
			if _, ok := slices.BinarySearch(a.Resources, c.resource); ok {
				return g.set(g.sets, a.Rules)
			}
		}
	}
	return g.on(g.m.Model.Subjects.Of[c.user], class)
}

func (g *restGrid) exceptionalOf(subject int32) []matrix.ExceptionalPairs {
	if g.single == nil {
		g.single = map[int32][]matrix.ExceptionalPairs{}
		for _, row := range g.Rows {
			for _, a := range row.Exceptional {
				g.single[a.Subject] = append(g.single[a.Subject], a)
			}
		}
	}
	return g.single[subject]
}

// exceptional adds the subjects that are exceptional for a resource because of the rest, in
// blocks that differ.
func (g *restGrid) exceptional(list []int32, d *sessionDiff, differs map[[2]int32]bool, resource int32) []int32 {
	if g == nil || len(differs) == 0 {
		return list
	}
	at := d.types[g.Resources.Type].resources.of[resource]
	for _, u := range g.Resources.Exceptional[resource] {
		if differs[[2]int32{d.users.of[u], at}] {
			list = append(list, u)
		}
	}
	return list
}

// differing returns the blocks, by joint classes, that differ because of the rules that the
// sides decide; nil without a rest.
func (d *sessionDiff) differing(t *typeDiff) map[[2]int32]bool {
	if t.rest == nil {
		return nil
	}
	blocks := map[[2]int32]bool{}
	for u, users := range d.users.classes {
		before, after := t.old.on(d.sets, users.old), t.new.on(d.sets, users.new)
		for n, resources := range t.resources.classes {
			if !d.step(t, before[resources.old], after[resources.new]).idle() {
				blocks[[2]int32{int32(u), int32(n)}] = true
			}
		}
	}
	return blocks
}
