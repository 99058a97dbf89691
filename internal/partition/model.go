package partition

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// Question is what is to be told apart.
type Question struct {
	Session Session
	// Types are the keys of resource types.
	Types []string
	// Actions is the mask of the actions that count.
	Actions uint32
	// Subject is the handle of the only subject who counts, "" for all.
	Subject string
	// Counts says which rules of the types count, nil for all. Of the others those count
	// nevertheless that these ask for.
	Counts func(typ, rule string) bool
	// Columns keep what is read of the site for later questions about it; nil keeps nothing.
	Columns *Columns
}

// Model is a site folded for one question. It does not change once it is made.
type Model struct {
	Reads reads.Reads
	Question
	// Order holds the types of the question and those that their rights depend
	// on: what a type's rules ask for comes before it.
	Order     []string
	Subjects  *Subjects
	Resources map[string]*Resources
}

// Subjects are all who can ask, folded.
type Subjects struct {
	// Handles are the folded ids of users on record; IDs are the subject ids by which
	// requests name them.
	Handles, IDs []string
	// Anonymous says of each whether their directory is NONE.
	Anonymous []bool
	Partition
}

// Partition says which class each of a number of entities belongs to.
type Partition struct {
	Of      []int32
	Classes []Class
}

// Class is a class of subjects or of resources.
type Class struct {
	// Members are numbers of entities, ascending.
	Members []int32
	// Holds are the tests that look at this side alone and hold: indices into
	// Reads.Tests, ascending.
	Holds []int32
	// Brings is what this side brings to each test against the other one: numbers
	// of texts, ascending, by the position of the test in Across of Resources or,
	// for subjects, by its index into Reads.Tests.
	Brings map[int][]int32
	// Leads are the classes of the entities that a test of rights asks about, by
	// the test's index into Reads.Tests, ascending.
	Leads map[int][]int32
}

// Resources are the entities of one type, folded: those on record first and then
// those that others lead to without their being on record.
type Resources struct {
	Type string
	// Handles name the entities, folded ids for those on record; Recorded is the
	// number of these.
	Handles  []string
	Recorded int
	// Actions is the mask of the actions that count for the type, Rules the rules that
	// grant one of them: indices into Reads.Rules.
	Actions uint32
	Rules   []int
	// Aside are the ids of other rules that grant one of Actions: the question left them aside.
	Aside map[string]bool
	Partition
	// Across are the tests of texts of the subject against the resource's,
	// Identities those of entities against the subject, Rights those of rights
	// on entities that the resource leads to: indices into Reads.Tests.
	Across, Identities, Rights []int
	// Met lists the subjects who meet an identity test, by test and resource.
	Met map[int]map[int32][]int32
	// Exceptional lists the subjects who meet an identity test on the resource, or on
	// an entity that a right depends on, ascending, by resource: these pairs are to be
	// settled one by one.
	Exceptional [][]int32
	leads       map[int]*column
	index       map[string]int32
	// targets are the numbers of the entities that a test of Rights asks about, by test and
	// resource.
	targets map[int][][]int32
}

// Number returns the number of the entity with a handle.
func (r *Resources) Number(handle string) (int32, bool) {
	n, ok := r.index[handle]
	return n, ok
}

// Targets returns the numbers of the entities that a test of Rights asks about, among
// the resources of the type that its path ends at. They must not be changed.
func (r *Resources) Targets(test int, resource int32) []int32 { return r.targets[test][resource] }

// lead finds the targets of all resources.
func (f *folding) lead(r *Resources) {
	for _, test := range r.Rights {
		if r.targets[test] != nil {
			continue
		}
		target := f.Resources[endType(f.Reads.Tests[test])]
		all := make([][]int32, len(r.Handles))
		for n, handle := range r.Handles {
			for _, to := range r.leads[test].of(r.Type, handle, int32(n)) {
				all[n] = append(all[n], target.index[to])
			}
		}
		r.targets[test] = all
		if len(r.Handles) == r.Recorded && len(target.Handles) == target.Recorded {
			f.site.columns.keepTargets(r.Type, *f.Reads.Tests[test].Left, all)
		}
	}
}

func endType(t reads.Test) string { return t.Left.Steps[len(t.Left.Steps)-1].Type }

// Fold folds a site, as a bundle holds it. The bundle must hold data.qlik.reads.
func Fold(ctx context.Context, data *bundles.Document, q Question) (*Model, error) {
	m := &Model{Question: q, Resources: map[string]*Resources{}}
	if err := decode(data, &m.Reads); err != nil {
		return nil, err
	}
	s := &site{data: data, session: &q.Session, columns: q.Columns}
	f := &folding{Model: m, site: s, asked: map[string]uint32{}}
	if err := f.plan(); err != nil {
		return nil, err
	}
	f.discover()
	texts, err := f.subjects()
	if err != nil {
		return nil, err
	}
	for _, typ := range m.Order {
		if err := f.resources(ctx, m.Resources[typ], texts); err != nil {
			return nil, err
		}
	}
	f.mergeSubjects()
	return m, nil
}

// ErrBundle is what a bundle's fault is: it does not say, or not in a way that this
// version understands, what its rules read.
var ErrBundle = errors.New("the bundle does not say what its rules read: compile it again with this version")

func faulty(format string, args ...any) error {
	return fmt.Errorf("%w: data.qlik.reads: %w", ErrBundle, fmt.Errorf(format, args...))
}

func decode(data *bundles.Document, into *reads.Reads) error {
	if !sitedata.HasReads(data) {
		return ErrBundle
	}
	if err := sitedata.DecodeReads(data, into); err != nil {
		return faulty("%w", err)
	}
	for i, t := range into.Tests {
		if !t.Kind.Known() {
			return faulty("the test %d is of the unknown kind %q", i, t.Kind)
		}
		if t.Left == nil && t.Kind != reads.Anonymous && t.Kind != reads.From {
			return faulty("the test %d has nothing that it looks at", i)
		}
	}
	for _, r := range into.Rules {
		if slices.ContainsFunc(r.Tests, func(t int) bool { return t < 0 || t >= len(into.Tests) }) {
			return faulty("the rule %q names a test that is not there", r.ID)
		}
	}
	for _, c := range into.Classes {
		if slices.ContainsFunc(c.Rules, func(r int) bool { return r < 0 || r >= len(into.Rules) }) {
			return faulty("the class %q names a rule that is not there", c.Key)
		}
	}
	return nil
}

// folding is a Model in the making.
type folding struct {
	*Model
	site *site
	// asked are the actions that rules ask for, by type.
	asked map[string]uint32
	users map[string]int32 // number of a subject, by handle
	// met are the texts of subjects that resources bring too, by test.
	met map[int]map[int32]bool
}

// plan finds the types and rules that count and the order of the types.
func (f *folding) plan() error {
	for _, typ := range f.Types {
		f.follow(typ)
	}
	state := map[string]int{} // 1 on the way, 2 done
	var visit func(typ string) error
	visit = func(typ string) error {
		if state[typ] == 1 {
			return faulty("rights on %q depend on themselves", typ)
		}
		if state[typ] == 2 {
			return nil
		}
		state[typ] = 1
		r := &Resources{Type: typ, Actions: f.actions(typ), Met: map[int]map[int32][]int32{}, leads: map[int]*column{}, targets: map[int][][]int32{}}
		r.Rules, r.Aside = f.rules(typ)
		for _, n := range f.tests(r.Rules) {
			switch t := f.Reads.Tests[n]; {
			case t.Kind == reads.Privilege && len(t.Left.Steps) > 0:
				r.Rights = append(r.Rights, n)
				r.leads[n] = newColumn(f.site, *t.Left, false)
				if err := visit(endType(t)); err != nil {
					return err
				}
			case t.Identity():
				r.Identities = append(r.Identities, n)
			case t.Kind == reads.Common && !t.OfSubject() && !t.OfResource(), t.Kind == reads.Identical && !t.OfSubject() && !t.OfResource():
				r.Across = append(r.Across, n)
			}
		}
		state[typ] = 2
		f.Resources[typ] = r
		f.Order = append(f.Order, typ)
		return nil
	}
	for _, typ := range f.Types {
		if err := visit(typ); err != nil {
			return err
		}
	}
	return nil
}

// follow notes what the rules of a type ask for.
func (f *folding) follow(typ string) {
	rules, _ := f.rules(typ)
	for _, rule := range rules {
		for _, n := range f.Reads.Rules[rule].Tests {
			if t := f.Reads.Tests[n]; t.Kind != reads.Privilege {
				continue
			} else if len(t.Left.Steps) == 0 {
				f.ask(typ, t.Action)
			} else {
				f.ask(endType(t), t.Action)
			}
		}
	}
}

// ask notes that actions on a type are asked for.
func (f *folding) ask(typ string, actions uint32) {
	if f.asked[typ]|actions != f.asked[typ] {
		f.asked[typ] |= actions
		f.follow(typ)
	}
}

// actions returns the actions that count for a type.
func (f *folding) actions(typ string) uint32 {
	if slices.Contains(f.Types, typ) {
		return f.asked[typ] | f.Actions
	}
	return f.asked[typ]
}

// rules returns the rules of a type that count, and the ids of those that grant actions that
// count and do not.
func (f *folding) rules(typ string) (counting []int, aside map[string]bool) {
	c := f.Reads.Of(typ)
	if c == nil {
		return nil, nil
	}
	aside = map[string]bool{}
	actions := f.actions(typ)
	for _, n := range c.Rules {
		switch rule := f.Reads.Rules[n]; {
		case rule.Actions&actions == 0:
		case rule.Actions&f.asked[typ] != 0, f.Counts == nil, f.Counts(typ, rule.ID):
			counting = append(counting, n)
		default:
			aside[rule.ID] = true
		}
	}
	return counting, aside
}

// tests returns the tests of rules, ascending.
func (f *folding) tests(rules []int) []int {
	var list []int
	for _, rule := range rules {
		list = append(list, f.Reads.Rules[rule].Tests...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// discover lists the entities of every type: those on record, and those that
// others lead to.
func (f *folding) discover() {
	off := map[string]map[string]bool{}
	for _, typ := range slices.Backward(f.Order) {
		r := f.Resources[typ]
		r.Handles, r.index = f.site.recorded(typ)
		r.Recorded = len(r.Handles)
		var more []string
		for handle := range off[typ] {
			more = append(more, handle)
		}
		if len(more) > 0 {
			slices.Sort(more)
			r.Handles = slices.Concat(r.Handles, more)
			r.index = numbered(r.Handles)
		}
		for _, n := range r.Rights {
			f.leadOff(r, n, off)
		}
	}
}

// leadOff adds the entities that are not on record and that a test of rights leads to.
func (f *folding) leadOff(r *Resources, test int, off map[string]map[string]bool) {
	t := f.Reads.Tests[test]
	if len(r.Handles) == r.Recorded {
		if r.targets[test] = f.site.columns.targets(r.Type, *t.Left, r.Recorded); r.targets[test] != nil {
			return // all of them are
		}
	}
	end := endType(t)
	_, recorded := f.site.recorded(end)
	for n, handle := range r.Handles {
		for _, target := range r.leads[test].of(r.Type, handle, int32(n)) {
			if _, ok := recorded[target]; !ok {
				if off[end] == nil {
					off[end] = map[string]bool{}
				}
				off[end][target] = true
			}
		}
	}
}
