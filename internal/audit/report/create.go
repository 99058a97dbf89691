package report

import (
	"cmp"
	"context"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Creation is who may create resources of one type; rights on existing resources are separate.
type Creation struct {
	// Type is the number of the type among those of the audit.
	Type int
	// Parent is the key of the type that contains resources of this one, "" if the rules read
	// no such relation; Of is the number of its resources that contain some.
	Parent   string
	Of       int64
	Creators []Creator
}

// Creator is what one subject may create of a type.
type Creator struct {
	Subject int32
	// New says that a resource without a parent is granted to the subject as its owner.
	New bool
	// Under is the number of parents with a resource that the subject could create.
	Under int64
	// Rules are the ids of the rules that grant it, sorted.
	Rules []string
}

// parentRelations are the relations from resources to their parents.
var parentRelations = []string{"app", "stream"}

// FindCreation returns what the subjects of a grouped matrix may create, by type. The matrix
// must include the action create.
func FindCreation(ctx context.Context, f *matrix.Grouped, reader *partition.Reader, relation func(typ, relation string) (target string)) ([]Creation, error) {
	var all []Creation
	for i, t := range f.Types {
		creators, err := f.Creators(ctx, t)
		if err != nil {
			return nil, err
		}
		if creators == nil {
			continue
		}
		c := Creation{Type: i}
		parents := map[int32][]string{} // by resource
		under := map[string]bool{}
		for _, name := range parentRelations {
			if c.Parent = relation(t.Type.Type, name); c.Parent == "" {
				continue
			}
			op := reads.Operand{Root: reads.Resource, Steps: []reads.Step{{Relation: name, Type: c.Parent}}}
			for _, g := range t.Resources {
				for _, n := range g.Members {
					parents[n] = reader.Strings(t.Type.Type, t.Handles[n], op, false)
					for _, p := range parents[n] {
						under[p] = true
					}
				}
			}
			break
		}
		c.Of = int64(len(under))
		for _, one := range creators {
			c.Creators = append(c.Creators, newCreator(t, one, parents))
		}
		all = append(all, c)
	}
	return all, nil
}

// newCreator counts the parents of existing resources. A resource similar to one without a
// parent is a resource of the subject's own.
func newCreator(t *matrix.GroupedType, one matrix.Creator, parents map[int32][]string) Creator {
	c := Creator{Subject: one.Subject, New: one.New}
	under := map[string]bool{}
	for _, n := range one.Like {
		c.New = c.New || len(parents[n]) == 0
		for _, p := range parents[n] {
			under[p] = true
		}
	}
	c.Under = int64(len(under))
	for _, n := range one.Rules {
		c.Rules = append(c.Rules, t.Rules[n].ID)
	}
	slices.Sort(c.Rules)
	return c
}

// Creates has a row for each subject and type of which the subject may create resources.
var Creates = View{
	columns("context", tabular.Text, "type", tabular.Text, "subject", tabular.Text, "name", tabular.Text, "own", tabular.Truth,
		"parent", tabular.Text, "under", tabular.Number, "of", tabular.Number, "rules", tabular.Strings),
	func(a *Audit, emit emit) error {
		for _, c := range a.Creation {
			parent, of := "", any(nil)
			if c.Parent != "" {
				parent, of = a.Names.Type(c.Parent), c.Of
			}
			for _, one := range c.Creators {
				under := any(nil)
				if c.Parent != "" {
					under = one.Under
				}
				rules := make([]string, len(one.Rules))
				for i, id := range one.Rules {
					rules[i] = a.Names.Rule(id)
				}
				if err := emit(a.From(), a.Names.Type(a.Types[c.Type].Type.Type), a.Subject(one.Subject),
					a.Names.Resource("user", a.Model.Subjects.Handles[one.Subject]), one.New, parent, under, of, rules); err != nil {
					return err
				}
			}
		}
		return nil
	},
}

// creators returns how many subjects may create resources by each rule, by its id.
func (a *Audit) creators() map[string]int64 {
	type pair struct {
		rule    string
		subject int32
	}
	seen, all := map[pair]bool{}, map[string]int64{}
	for _, c := range a.Creation {
		for _, one := range c.Creators {
			for _, id := range one.Rules {
				if p := (pair{id, one.Subject}); !seen[p] {
					seen[p] = true
					all[id]++
				}
			}
		}
	}
	return all
}

// Creators returns how many subjects may create resources by a rule.
func (a *Audit) Creators(rule string) int64 { return a.creators()[rule] }

// create writes how many subjects may create resources, by type.
func (s summary) create() error {
	creation := slices.SortedFunc(slices.Values(s.Creation), func(x, y Creation) int { return cmp.Compare(x.Type, y.Type) })
	for _, c := range creation {
		if len(c.Creators) == 0 {
			continue
		}
		if err := s.row("create", s.Names.Type(s.Types[c.Type].Type.Type), ruleset.CreateAction.Name(), RuleInfo{Name: "users who may create some"}, int64(len(c.Creators))); err != nil {
			return err
		}
	}
	return nil
}
