package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Audit is a matrix with names for display.
type Audit struct {
	// Context is the context of the requests: hub, qmc, or "" for requests without a context.
	Context string
	// Case is the additional attributes of the requests of a case, NAME=VALUE; nil for the main
	// audit.
	Case []string
	*matrix.Grouped
	Names Names
	// Disabled is the effect that disabled rules would have, by id, as far as it is known.
	Disabled map[string]Hypothetical
	// Creation is what may be created, by type; the matrix itself does not have the action.
	Creation []Creation
}

// Names returns names for people.
type Names struct {
	// Type is a type's name by its key.
	Type func(key string) string
	// Resource returns the name of an existing resource, "" if the data does not have it.
	Resource func(typ, id string) string
	// Login returns the displayed name of a user, by handle; nil displays the subject of
	// requests.
	Login func(handle string) string
	// Rule returns the displayed form of a rule, by its id: the id, or for people the name.
	Rule func(id string) string
	// Rules are all rules of the bundle, ordered by name.
	Rules []RuleInfo
}

// ByName returns a Rule function that displays rules by their names, if they have one.
func (n Names) ByName() func(id string) string {
	names := make(map[string]string, len(n.Rules))
	for _, r := range n.Rules {
		names[r.ID] = r.Name
	}
	return func(id string) string { return cmp.Or(names[id], id) }
}

// Granting returns the displayed forms of the rules that can grant.
func (n Names) Granting() []string {
	var all []string
	for _, r := range n.Rules {
		if r.Grants {
			all = append(all, n.Rule(r.ID))
		}
	}
	return all
}

// RuleInfo is a rule of the bundle.
type RuleInfo struct {
	ID, Name string
	// Grants says whether the rule can grant: it is enabled, of category Security, and has no
	// errors.
	Grants   bool
	Disabled bool
}

// View is one way to write an audit.
type View struct {
	Columns []tabular.Column
	rows    func(a *Audit, emit emit) error
}

type emit func(row ...any) error

// Write writes an audit as rows.
func (v View) Write(a *Audit, w tabular.Writer) error {
	return v.rows(a, func(row ...any) error { return w.Write(row) })
}

// Of returns the rows of audits, one after the other.
func (v View) Of(audits ...*Audit) tabular.Rows {
	return tabular.Rows{Columns: v.Columns, Write: func(w tabular.Writer) error {
		for _, a := range audits {
			if err := v.rows(a, func(row ...any) error { return w.Write(row) }); err != nil {
				return err
			}
		}
		return nil
	}}
}

func columns(pairs ...any) []tabular.Column {
	var all []tabular.Column
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, tabular.Column{Name: pairs[i].(string), Kind: pairs[i+1].(tabular.Kind)})
	}
	return all
}

// Classes has a row for each class of subjects, all resources on which they have the same
// rights by the same rules, and the actions that the same rules grant there; and rows for
// exceptional pairs.
var Classes = View{
	columns("context", tabular.Text, "type", tabular.Text, "subjects", tabular.Number, "subject", tabular.Text, "resources", tabular.Number, "resource", tabular.Text,
		"actions", tabular.Strings, "rules", tabular.Strings, "pairs", tabular.Number,
		"subject_class", tabular.Number, "resource_classes", tabular.Numbers, "resource_ids", tabular.Strings),
	classRows,
}

func classRows(a *Audit, emit emit) error {
	for _, t := range a.Types {
		c := newCounter(t)
		for n, g := range a.Subjects {
			for _, b := range c.blocks(g) {
				if b.pairs == 0 {
					continue // all of them are exceptional
				}
				classes := make([]int64, 0, 8)
				first := int32(-1)
				for at := range b.Groups.All() {
					classes = append(classes, int64(at)+1)
					if member := t.Resources[at].Members[0]; first < 0 || member < first {
						first = member
					}
				}
				for _, right := range t.Rights(b.Rules) {
					if err := emit(a.From(), a.Names.Type(t.Type.Type), int64(len(g.Members)), a.Subject(g.Members[0]), b.resources, t.Handles[first],
						right.Actions, a.rules(t, right.Rules), b.pairs, int64(n)+1, classes, nil); err != nil {
						return err
					}
				}
			}
		}
		for _, exceptional := range t.Exceptional {
			resources := make([]string, len(exceptional.Resources))
			for i, n := range exceptional.Resources {
				resources[i] = t.Handles[n]
			}
			for _, right := range t.Rights(exceptional.Rules) {
				if err := emit(a.From(), a.Names.Type(t.Type.Type), int64(1), a.Subject(exceptional.Subject), int64(len(resources)), resources[0],
					right.Actions, a.rules(t, right.Rules), int64(len(resources)), nil, nil, resources); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Members has a row for each member of each class in Classes.
var Members = View{
	columns("context", tabular.Text, "side", tabular.Text, "type", tabular.Text, "class", tabular.Number, "id", tabular.Text, "name", tabular.Text),
	func(a *Audit, emit emit) error {
		for n, g := range a.Subjects {
			for _, member := range g.Members {
				if err := emit(a.From(), "subject", a.Names.Type("user"), int64(n)+1, a.Subject(member), a.Names.Resource("user", a.Model.Subjects.Handles[member])); err != nil {
					return err
				}
			}
		}
		for _, t := range a.Types {
			for n, g := range t.Resources {
				for _, member := range g.Members {
					if err := emit(a.From(), "resource", a.Names.Type(t.Type.Type), int64(n)+1, t.Handles[member], a.Names.Resource(t.Type.Type, t.Handles[member])); err != nil {
						return err
					}
				}
			}
		}
		return nil
	},
}

// Cells has a row for each pair of subject and resource and the actions that the same rules
// grant.
var Cells = View{
	columns("context", tabular.Text, "type", tabular.Text, "subject", tabular.Text, "resource", tabular.Text, "name", tabular.Text, "actions", tabular.Strings, "rules", tabular.Strings),
	cellRows,
}

func cellRows(a *Audit, emit emit) error {
	type cell struct {
		resource int32
		rules    []int32
	}
	for _, t := range a.Types {
		c := newCounter(t)
		var cells []cell
		for _, g := range a.Subjects {
			blocks := c.blocks(g)
			for _, subject := range g.Members {
				cells = cells[:0]
				exceptional := map[int32]bool{}
				for _, part := range c.exceptional[subject] {
					for _, n := range part.Resources {
						exceptional[n] = true
						cells = append(cells, cell{n, part.Rules})
					}
				}
				for _, b := range blocks {
					for at := range b.Groups.All() {
						for _, n := range t.Resources[at].Members {
							if !exceptional[n] {
								cells = append(cells, cell{n, b.Rules})
							}
						}
					}
				}
				slices.SortFunc(cells, func(x, y cell) int { return cmp.Compare(x.resource, y.resource) })
				for _, one := range cells {
					id := t.Handles[one.resource]
					for _, right := range t.Rights(one.rules) {
						if err := emit(a.From(), a.Names.Type(t.Type.Type), a.Subject(subject), id, a.Names.Resource(t.Type.Type, id), right.Actions, a.rules(t, right.Rules)); err != nil {
							return err
						}
					}
				}
			}
		}
	}
	return nil
}

// Subject is the displayed form of a subject: the login in its original spelling, if the data
// has it.
func (a *Audit) Subject(n int32) string {
	if a.Names.Login != nil && !a.Model.Subjects.Anonymous[n] {
		if login := a.Names.Login(a.Model.Subjects.Handles[n]); login != "" {
			return login
		}
	}
	return a.Model.Subjects.IDs[n]
}

// rules returns the displayed forms of rules, in the order of their ids.
func (a *Audit) rules(t *matrix.GroupedType, rules []int32) []string {
	all := make([]string, len(rules))
	for i, n := range rules {
		all[i] = t.Rules[n].ID
	}
	slices.Sort(all)
	for i, id := range all {
		all[i] = a.Names.Rule(id)
	}
	return all
}

// From is the context of the audit's requests and, for a case, their attributes.
func (a *Audit) From() string {
	if len(a.Case) == 0 {
		return a.Context
	}
	return strings.TrimSpace(a.Context + " with " + strings.Join(a.Case, ", "))
}
