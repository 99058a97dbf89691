package partition

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
)

// site reads entities as the policy does (policies/qlik/site.rego): by type and
// handle, on record, or nested in others.
type site struct {
	data    *bundles.Document
	session *Session
	columns *Columns
}

// field returns the texts of a field of an entity; none if it has no such field.
func (s *site) field(typ, handle, name string) []string {
	if handle == anonymous {
		return anonymousFields[name]
	}
	switch v := sitedata.Field(s.data, typ, handle, name).(type) {
	case string:
		return []string{v}
	case []any:
		list := make([]string, 0, len(v))
		for _, e := range v {
			if text, ok := e.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}

// property returns the texts of a property, folded or as written.
func (s *site) property(typ, handle, name string, exact bool) []string {
	switch {
	case exact:
		return s.field(typ, handle, "="+name)
	case name == "id":
		return idOf(handle)
	}
	return s.field(typ, handle, name)
}

// idOf returns the id that a handle holds, none if it holds the empty one.
func idOf(handle string) []string {
	id := handles.ID(handle)
	if id == "" && handles.OffRecord(handle) {
		return nil
	}
	return []string{id}
}

// identity is what tells entities of one type apart: the id or, without one, the
// handle.
func identity(handle string) string {
	if id := idOf(handle); id != nil {
		return id[0]
	}
	return handle
}

// column is an operand whose texts or, without a property, whose entities' handles
// are asked of many entities. What related entities bring is found once each.
type column struct {
	site  *site
	op    reads.Operand
	exact bool
	// fixed is what the session has, for every subject alike.
	fixed []string
	// rest is the column of the entities that the first step leads to, known what
	// it has for those that were met.
	rest  *column
	known map[string][]string
	// kept is what entities have, kept over questions; nil keeps nothing.
	kept *keptColumn
}

func newColumn(s *site, op reads.Operand, exact bool) *column {
	c := &column{site: s, op: op, exact: exact}
	switch {
	case op.Root == reads.Environment:
		c.fixed = s.session.Texts(op.Property, exact)
	case len(op.Steps) > 0:
		c.rest = newColumn(s, reads.Operand{Steps: op.Steps[1:], Property: op.Property}, exact)
		c.known = map[string][]string{}
	}
	if op.Root != reads.Environment {
		c.kept = s.columns.column(op, exact)
	}
	return c
}

// of returns the column's texts for an entity, sorted and without doubles. Number is the
// entity's among those of the type on record, or unnumbered.
func (c *column) of(typ, handle string, number int32) []string {
	switch {
	case c.op.Root == reads.Environment:
		return c.fixed
	case c.kept == nil || number == unnumbered:
		return c.read(typ, handle)
	}
	return c.kept.of(c, typ, handle, number)
}

func (c *column) read(typ, handle string) []string {
	switch {
	case c.rest == nil && c.op.Property == "":
		return []string{handle}
	case c.rest == nil:
		return c.site.property(typ, handle, c.op.Property, c.exact)
	}
	step := c.op.Steps[0]
	targets := c.site.field(typ, handle, step.Relation)
	if len(targets) == 1 {
		return c.through(step.Type, targets[0])
	}
	var all []string
	for _, t := range targets {
		all = append(all, c.through(step.Type, t)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *column) through(typ, handle string) []string {
	texts, ok := c.known[handle]
	if !ok {
		texts = c.rest.of(typ, handle, unnumbered)
		c.known[handle] = texts
	}
	return texts
}
