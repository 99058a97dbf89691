package matrix

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/sync/errgroup"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
)

// The action create is a right on something that does not exist yet. Existing resources answer
// one half of the question: a subject that has it on a sheet of an app may create a similar
// sheet in this app. The other half is a new resource, of which only the owner is known: the
// user who creates it.

// Creator is what one subject may create of a type.
type Creator struct {
	Subject int32
	// New says that the rules grant a new resource that the subject owns and that belongs to
	// nothing, such as an unpublished app.
	New bool
	// Like are the existing resources that the subject could create, ascending; only selected
	// ones.
	Like []int32
	// Rules are indices into Rules of the type, ascending.
	Rules []int32
}

// Without returns the matrix, unchanged, if an action does not matter: no rule grants it, and a
// rule that grants nothing else is in no row.
func (m *Matrix) Without(action ruleset.Action) *Matrix {
	if m.Model.Actions&uint32(action) == 0 {
		return m
	}
	model := *m.Model
	model.Actions &^= uint32(action)
	less := &Matrix{Model: &model, Asked: m.Asked, judge: m.judge}
	for _, t := range m.Types {
		part := *t
		part.Rules, part.Rows = slices.Clone(t.Rules), make([]Row, len(t.Rows))
		gone := make([]bool, len(t.Rules))
		for i := range part.Rules {
			gone[i] = part.Rules[i].Actions == uint32(action)
			part.Rules[i].Actions &^= uint32(action)
		}
		for i, row := range t.Rows {
			part.Rows[i].Grants = slices.DeleteFunc(slices.Clone(row.Grants), func(g Grant) bool { return gone[g.Rule] })
			for _, a := range row.Exceptional {
				a.Rules = slices.DeleteFunc(slices.Clone(a.Rules), func(n int32) bool { return gone[n] })
				part.Rows[i].Exceptional = append(part.Rows[i].Exceptional, a)
			}
		}
		less.Types = append(less.Types, &part)
	}
	return less
}

// Creators returns the selected subjects who may create something of a type, by subject. It
// is nil where no rule of the type grants create.
func (f *Grouped) Creators(ctx context.Context, t *GroupedType) ([]Creator, error) {
	granting := t.granting(uint32(ruleset.CreateAction))
	if len(granting) == 0 {
		return nil, nil
	}
	found := map[int32]*Creator{}
	of := func(subject int32) *Creator {
		if found[subject] == nil {
			found[subject] = &Creator{Subject: subject}
		}
		return found[subject]
	}
	if err := f.createNew(ctx, t, of); err != nil {
		return nil, err
	}
	f.createLike(t, granting, of)
	var all []Creator
	for _, subject := range slices.Sorted(maps.Keys(found)) {
		c := found[subject]
		slices.Sort(c.Like)
		slices.Sort(c.Rules)
		c.Rules = slices.Compact(c.Rules)
		all = append(all, *c)
	}
	return all, nil
}

// granting returns the rules that grant an action.
func (t *Type) granting(action uint32) []int32 {
	var all []int32
	for i, r := range t.Rules {
		if r.Actions&action != 0 {
			all = append(all, int32(i))
		}
	}
	return all
}

// createLike finds the existing resources on which subjects have create.
func (f *Grouped) createLike(t *GroupedType, granting []int32, of func(subject int32) *Creator) {
	exceptional := map[int32]map[int32]bool{} // resources in Exceptional, by subject
	for _, a := range t.Exceptional {
		if exceptional[a.Subject] == nil {
			exceptional[a.Subject] = map[int32]bool{}
		}
		var rules []int32
		for _, n := range a.Rules {
			if slices.Contains(granting, n) {
				rules = append(rules, n)
			}
		}
		for _, resource := range a.Resources {
			exceptional[a.Subject][resource] = true
		}
		if len(rules) > 0 {
			c := of(a.Subject)
			c.Like, c.Rules = append(c.Like, a.Resources...), append(c.Rules, rules...)
		}
	}
	for _, g := range f.Subjects {
		var rules []int32
		all := NewSet(len(t.Resources))
		for rule, set := range t.Grants(g) {
			if slices.Contains(granting, rule) && !set.Empty() {
				rules = append(rules, rule)
				all.Union(set)
			}
		}
		if len(rules) == 0 {
			continue
		}
		for _, subject := range g.Members {
			var like []int32
			for at := range all.All() {
				for _, resource := range t.Resources[at].Members {
					if !exceptional[subject][resource] {
						like = append(like, resource)
					}
				}
			}
			if len(like) > 0 {
				c := of(subject)
				c.Like, c.Rules = append(c.Like, like...), append(c.Rules, rules...)
			}
		}
	}
}

// createNew queries the policy about a new resource of each subject, or of each class of
// subjects if nothing depends on the owner's properties.
func (f *Grouped) createNew(ctx context.Context, t *GroupedType, of func(subject int32) *Creator) error {
	type key struct {
		class     int32
		anonymous bool
		subject   int32
	}
	one := f.readsOwner(t.Type)
	asks := map[key][]int32{}
	for _, g := range f.Subjects {
		for _, subject := range g.Members {
			k := key{class: f.Model.Subjects.Of[subject], anonymous: f.Model.Subjects.Anonymous[subject]}
			if one {
				k.subject = subject
			}
			asks[k] = append(asks[k], subject)
		}
	}
	number := map[string]int32{}
	for i, r := range t.Rules {
		number[r.ID] = int32(i)
	}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, k := range slices.SortedFunc(maps.Keys(asks), func(a, b key) int { return cmp.Compare(asks[a][0], asks[b][0]) }) {
		g.Go(func() error {
			ids, err := f.judge.creates(ctx, f.Model.Subjects.IDs[asks[k][0]], t.Type.Type, k.anonymous)
			if err != nil || len(ids) == 0 {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, subject := range asks[k] {
				c := of(subject)
				c.New = true
				for _, id := range ids {
					if n, ok := number[id]; ok {
						c.Rules = append(c.Rules, n)
					}
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// readsOwner reports whether a relevant rule of the type reads properties of the owner of a
// resource, in addition to its identity: then subjects of one class differ as owners.
func (f *Grouped) readsOwner(t *Type) bool {
	owner := func(op *reads.Operand) bool {
		return op != nil && op.Root == reads.Resource && len(op.Steps) > 0 && op.Steps[0].Relation == "owner" && (op.Property != "" || len(op.Steps) > 1)
	}
	for _, rule := range t.Resources.Rules {
		for _, n := range f.Model.Reads.Rules[rule].Tests {
			test := f.Model.Reads.Tests[n]
			if owner(test.Left) || owner(test.Right) || test.Kind == reads.Privilege && len(test.Left.Steps) > 0 && test.Left.Steps[0].Relation == "owner" {
				return true
			}
		}
	}
	return false
}

// newID is the id of a resource that does not exist yet.
const newID = "new"

// creates returns the ids of the rules that let a subject create a resource of a type that the
// subject owns.
func (j *judge) creates(ctx context.Context, subject, typ string, anonymous bool) ([]string, error) {
	owner := subject
	if anonymous {
		owner = "" // which refers to nobody
	}
	answers, err := j.ask(ctx, subject, ast.ObjectTerm(
		[2]*ast.Term{ast.StringTerm("type"), ast.StringTerm(typ)},
		[2]*ast.Term{ast.StringTerm("id"), ast.StringTerm(newID)},
		[2]*ast.Term{ast.StringTerm("properties"), ast.ObjectTerm([2]*ast.Term{ast.StringTerm("owner"), ast.StringTerm(owner)})},
	), typ, ast.ArrayTerm(ast.StringTerm(ruleset.CreateAction.Name())), []string{handles.Request(newID)})
	if err != nil {
		return nil, err
	}
	return answers[0], nil
}
