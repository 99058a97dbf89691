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

// Question is what a partition is for.
type Question struct {
	Session Session
	// Types are the keys of resource types.
	Types []string
	// Actions is the mask of the relevant actions.
	Actions uint32
	// Subject is the handle of the only relevant subject, "" for all.
	Subject string
	// Counts says which rules of the types are relevant, nil for all. Rules that these ask for
	// are included in any case.
	Counts func(typ, rule string) bool
	// Columns cache what is read of the site for later calls; nil caches nothing.
	Columns *Columns
}

// Model is a site partitioned for one question. It is immutable.
type Model struct {
	Reads reads.Reads
	Question
	// Order holds the types of the question and those that their rights depend on, each after
	// the types that its rules ask about.
	Order     []string
	Subjects  *Subjects
	Resources map[string]*Resources
}

// Subjects are all possible subjects, partitioned.
type Subjects struct {
	// Handles are the case-folded ids of existing users; IDs are the subject ids that requests
	// use for them.
	Handles, IDs []string
	// Anonymous says for each whether the directory is NONE.
	Anonymous []bool
	Partition
}

// Partition assigns a class to each of a number of entities.
type Partition struct {
	Of      []int32
	Classes []Class
}

// Class is a class of subjects or of resources.
type Class struct {
	// Members are the numbers of entities, ascending.
	Members []int32
	// Holds are the tests that read this side only and are true: indices into Reads.Tests,
	// ascending.
	Holds []int32
	// Values are the values of this side for each comparison with the other side: numbers of
	// strings, ascending, by the position of the test in Across of Resources or, for subjects,
	// by its index in Reads.Tests.
	Values map[int][]int32
	// Leads are the classes of the entities that a test of rights asks about, by the test's
	// index in Reads.Tests, ascending.
	Leads map[int][]int32
}

// Resources are the entities of one type, partitioned: existing entities first, then those that
// others lead to although they do not exist.
type Resources struct {
	Type string
	// Handles identify the entities, by case-folded ids if they exist; Recorded is the number
	// of existing ones.
	Handles  []string
	Recorded int
	// Actions is the mask of the relevant actions of the type, Rules the rules that grant one
	// of them: indices into Reads.Rules.
	Actions uint32
	Rules   []int
	// Excluded are the ids of other rules that grant one of Actions, but are not relevant to
	// the question.
	Excluded map[string]bool
	Partition
	// Across are the tests that compare strings of the subject with the resource's, Identities
	// those that compare entities with the subject, Rights those of rights on entities that the
	// resource leads to: indices into Reads.Tests.
	Across, Identities, Rights []int
	// Met lists the subjects that meet an identity test, by test and resource.
	Met map[int]map[int32][]int32
	// Exceptional lists the subjects that meet an identity test on the resource, or on an
	// entity that a right depends on, ascending, by resource: these pairs have to be decided
	// one by one.
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

// Targets returns the numbers of the entities that a test of Rights asks about, among the
// resources of the type at the end of its path. Callers must not modify them.
func (r *Resources) Targets(test int, resource int32) []int32 { return r.targets[test][resource] }

// lead finds the targets of all resources.
func (f *builder) lead(r *Resources) {
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

// Build partitions the site of a bundle. The bundle must contain data.qlik.reads.
func Build(ctx context.Context, data *bundles.Document, q Question) (*Model, error) {
	m := &Model{Question: q, Resources: map[string]*Resources{}}
	if err := decode(data, &m.Reads); err != nil {
		return nil, err
	}
	s := &site{data: data, session: &q.Session, columns: q.Columns}
	f := &builder{Model: m, site: s, asked: map[string]uint32{}}
	if err := f.plan(); err != nil {
		return nil, err
	}
	f.discover()
	strs, err := f.subjects()
	if err != nil {
		return nil, err
	}
	for _, typ := range m.Order {
		if err := f.resources(ctx, m.Resources[typ], strs); err != nil {
			return nil, err
		}
	}
	f.mergeSubjects()
	return m, nil
}

// ErrBundle means that the bundle does not describe, in a form that this version understands,
// what its rules read.
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

// builder is a Model under construction.
type builder struct {
	*Model
	site *site
	// asked are the actions that rules ask for, by type.
	asked map[string]uint32
	users map[string]int32 // number of a subject by handle
	// met are the strings of subjects that resources have too, by test.
	met map[int]map[int32]bool
}

// plan finds the relevant types and rules and the order of the types.
func (f *builder) plan() error {
	for _, typ := range f.Types {
		f.follow(typ)
	}
	state := map[string]int{} // 1 in progress, 2 done
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
		r.Rules, r.Excluded = f.rules(typ)
		for _, n := range f.tests(r.Rules) {
			t := f.Reads.Tests[n]
			across := !t.OfSubject() && !t.OfResource()
			switch t.Kind {
			case reads.Privilege:
				if len(t.Left.Steps) == 0 {
					continue
				}
				r.Rights = append(r.Rights, n)
				r.leads[n] = newColumn(f.site, *t.Left, false)
				if err := visit(endType(t)); err != nil {
					return err
				}
			case reads.CommonEntity, reads.IdenticalEntity:
				if across {
					r.Identities = append(r.Identities, n)
				}
			case reads.Common, reads.Identical:
				if across {
					r.Across = append(r.Across, n)
				}
			case reads.OneOf, reads.Matches, reads.Present, reads.Exists, reads.Anonymous, reads.From: // of one side
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

// follow adds what the rules of a type ask for.
func (f *builder) follow(typ string) {
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

// ask records that rules ask about actions on a type.
func (f *builder) ask(typ string, actions uint32) {
	if f.asked[typ]|actions != f.asked[typ] {
		f.asked[typ] |= actions
		f.follow(typ)
	}
}

// actions returns the relevant actions of a type.
func (f *builder) actions(typ string) uint32 {
	if slices.Contains(f.Types, typ) {
		return f.asked[typ] | f.Actions
	}
	return f.asked[typ]
}

// rules returns the relevant rules of a type, and the ids of other rules that grant a relevant
// action.
func (f *builder) rules(typ string) (counting []int, excluded map[string]bool) {
	c := f.Reads.Of(typ)
	if c == nil {
		return nil, nil
	}
	excluded = map[string]bool{}
	actions := f.actions(typ)
	for _, n := range c.Rules {
		switch rule := f.Reads.Rules[n]; {
		case rule.Actions&actions == 0:
		case rule.Actions&f.asked[typ] != 0, f.Counts == nil, f.Counts(typ, rule.ID):
			counting = append(counting, n)
		default:
			excluded[rule.ID] = true
		}
	}
	return counting, excluded
}

// tests returns the tests of rules, ascending.
func (f *builder) tests(rules []int) []int {
	var list []int
	for _, rule := range rules {
		list = append(list, f.Reads.Rules[rule].Tests...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// discover lists the entities of every type: existing ones, and those that others lead to.
func (f *builder) discover() {
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

// leadOff adds the targets of a test of rights that do not exist.
func (f *builder) leadOff(r *Resources, test int, off map[string]map[string]bool) {
	t := f.Reads.Tests[test]
	if len(r.Handles) == r.Recorded {
		if r.targets[test] = f.site.columns.targets(r.Type, *t.Left, r.Recorded); r.targets[test] != nil {
			return // all of them exist
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
