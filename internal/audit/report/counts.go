package report

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Users has a row for each subject, type and action: on how many of the resources the subject
// has it, and by which rules. A subject without rights on a type has one row without an action.
var Users = View{
	columns("context", tabular.Text, "subject", tabular.Text, "name", tabular.Text, "type", tabular.Text, "action", tabular.Text,
		"resources", tabular.Number, "of", tabular.Number, "rules", tabular.Strings),
	userRows,
}

func userRows(a *Audit, emit emit) error {
	for _, t := range a.Types {
		c := newCounter(t)
		of := c.selected()
		for _, g := range a.Subjects {
			blocks := c.blocks(g)
			for _, subject := range g.Members {
				var resources [13]int64
				var rules [13][]int32
				for _, s := range c.shares(subject, blocks) {
					held := mask(t, s.rules)
					for i, action := range ruleset.AllActions {
						if held&uint32(action) == 0 {
							continue
						}
						resources[i] += s.resources
						for _, n := range s.rules {
							if t.Rules[n].Actions&uint32(action) != 0 {
								rules[i] = append(rules[i], n)
							}
						}
					}
				}
				row := func(action string, n int64, rules []int32) error {
					return emit(a.From(), a.Subject(subject), a.Names.Resource("user", a.Model.Subjects.Handles[subject]), a.Names.Type(t.Type.Type), action, n, of, a.rules(t, rules))
				}
				nothing := true
				for i, action := range ruleset.AllActions {
					if resources[i] == 0 {
						continue
					}
					nothing = false
					if err := row(action.Name(), resources[i], unique(rules[i])); err != nil {
						return err
					}
				}
				if nothing {
					if err := row("", 0, nil); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// selected is the number of selected resources.
func (c *counter) selected() int64 {
	n := 0
	for _, g := range c.Resources {
		n += len(g.Members)
	}
	return int64(n)
}

// unique sorts rules and removes duplicates.
func unique(rules []int32) []int32 {
	slices.Sort(rules)
	return slices.Compact(rules)
}

// mask returns the actions that rules grant together.
func mask(t *matrix.GroupedType, rules []int32) uint32 {
	var held uint32
	for _, n := range rules {
		held |= t.Rules[n].Actions
	}
	return held
}

// Resources has a row for each resource and action that somebody has: how many of the subjects
// have it, and whether anonymous subjects do. A resource on which nobody has a right has one
// row without an action.
var Resources = View{resourceColumns, func(a *Audit, emit emit) error { return resourceRows(a, emit, false) }}

// Nobody has the rows of Resources for resources on which nobody has a right.
var Nobody = View{resourceColumns, func(a *Audit, emit emit) error { return resourceRows(a, emit, true) }}

var resourceColumns = columns("context", tabular.Text, "type", tabular.Text, "resource", tabular.Text, "name", tabular.Text, "action", tabular.Text,
	"subjects", tabular.Number, "of", tabular.Number, "anonymous", tabular.Truth)

func resourceRows(a *Audit, emit emit, nobody bool) error {
	of := int64(a.subjects())
	for _, t := range a.Types {
		r := newReached(a, t)
		for n := range t.Handles[:t.Recorded] {
			if t.GroupOf(int32(n)) < 0 {
				continue
			}
			id, nothing := t.Handles[n], true
			for i, action := range ruleset.AllActions {
				count, anonymous := r.by(i, int32(n))
				if count == 0 {
					continue
				}
				if nothing = false; nobody {
					break
				}
				if err := emit(a.From(), a.Names.Type(t.Type.Type), id, a.Names.Resource(t.Type.Type, id), action.Name(), count, of, anonymous); err != nil {
					return err
				}
			}
			if nothing {
				if err := emit(a.From(), a.Names.Type(t.Type.Type), id, a.Names.Resource(t.Type.Type, id), "", int64(0), of, false); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (a *Audit) subjects() int {
	n := 0
	for _, g := range a.Subjects {
		n += len(g.Members)
	}
	return n
}

// reached counts the subjects with an action, for all resources of a type.
type reached struct {
	*matrix.GroupedType
	// counts are by action and group of resources; more is the correction for exceptional
	// pairs.
	counts    [13][]int64
	more      [13]map[int32]int64
	anonymous []anonymous
}

// anonymous is the rights of one anonymous subject: groups by action and, for exceptional
// pairs, actions by resource.
type anonymous struct {
	granted     [13]matrix.Set
	exceptional map[int32]uint32
}

func (a anonymous) has(i int, resource, group int32) bool {
	if held, ok := a.exceptional[resource]; ok {
		return held&uint32(ruleset.AllActions[i]) != 0
	}
	return a.granted[i] != nil && a.granted[i].Has(group)
}

func newReached(a *Audit, t *matrix.GroupedType) *reached {
	r := &reached{GroupedType: t}
	for i := range r.counts {
		r.counts[i] = make([]int64, len(t.Resources))
		r.more[i] = map[int32]int64{}
	}
	c := newCounter(t)
	for _, g := range a.Subjects {
		granted := [13]matrix.Set{}
		for rule, groups := range t.Grants(g) {
			for i, action := range ruleset.AllActions {
				if t.Rules[rule].Actions&uint32(action) == 0 {
					continue
				}
				if granted[i] == nil {
					granted[i] = matrix.NewSet(len(t.Resources))
				}
				granted[i].Union(groups)
			}
		}
		for i, groups := range granted {
			if groups == nil {
				continue
			}
			for at := range groups.All() {
				r.counts[i][at] += int64(len(g.Members))
			}
		}
		for _, subject := range g.Members {
			nobody := anonymous{granted, map[int32]uint32{}}
			for _, exceptional := range c.exceptional[subject] {
				held := mask(t, exceptional.Rules)
				for _, n := range exceptional.Resources {
					nobody.exceptional[n] = held
				}
				for i, action := range ruleset.AllActions {
					for _, n := range exceptional.Resources {
						if granted[i] != nil && granted[i].Has(int32(t.GroupOf(n))) {
							r.more[i][n]--
						}
						if held&uint32(action) != 0 {
							r.more[i][n]++
						}
					}
				}
			}
			if a.Model.Subjects.Anonymous[subject] {
				r.anonymous = append(r.anonymous, nobody)
			}
		}
	}
	return r
}

// by returns how many subjects have the i-th action on a resource, and whether an anonymous one
// has it.
func (r *reached) by(i int, resource int32) (int64, bool) {
	group := int32(r.GroupOf(resource))
	anonymous := slices.ContainsFunc(r.anonymous, func(a anonymous) bool { return a.has(i, resource, group) })
	return r.counts[i][group] + r.more[i][resource], anonymous
}
