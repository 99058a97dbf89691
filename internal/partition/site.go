package partition

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
)

// site reads entities as the policy does (policies/qlik/site.rego): by type and handle,
// existing or nested in others.
type site struct {
	data    *bundles.Document
	session *Session
	columns *Columns
}

// field returns the strings of a field of an entity; none if it has no such field.
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

// property returns the strings of a property, case-folded or as written.
func (s *site) property(typ, handle, name string, exact bool) []string {
	switch {
	case exact:
		return s.field(typ, handle, "="+name)
	case name == "id":
		return idOf(handle)
	}
	return s.field(typ, handle, name)
}

// idOf returns the id in a handle, none if it is empty.
func idOf(handle string) []string {
	id := handles.ID(handle)
	if id == "" && handles.OffRecord(handle) {
		return nil
	}
	return []string{id}
}

// identity identifies entities of one type: the id or, without one, the handle.
func identity(handle string) string {
	if id := idOf(handle); id != nil {
		return id[0]
	}
	return handle
}

// column is an operand whose strings or, without a property, whose entities' handles are read
// for many entities. The values of related entities are found once.
type column struct {
	site  *site
	op    reads.Operand
	exact bool
	// fixed is the value of a session attribute, equal for all subjects.
	fixed []string
	// rest is the column of the entities that the first step leads to, known its values for the
	// entities seen so far.
	rest  *column
	known map[string][]string
	// cached is the cache of values between calls of Build; nil caches nothing.
	cached *cachedColumn
}

func newColumn(s *site, op reads.Operand, exact bool) *column {
	c := &column{site: s, op: op, exact: exact}
	switch {
	case op.Root == reads.Environment:
		c.fixed = s.session.Strings(op.Property, exact)
	case len(op.Steps) > 0:
		c.rest = newColumn(s, reads.Operand{Steps: op.Steps[1:], Property: op.Property}, exact)
		c.known = map[string][]string{}
	}
	if op.Root != reads.Environment {
		c.cached = s.columns.column(op, exact)
	}
	return c
}

// of returns the column's strings for an entity, sorted and without duplicates. number is the
// entity's among the existing ones of the type, or unnumbered.
func (c *column) of(typ, handle string, number int32) []string {
	switch {
	case c.op.Root == reads.Environment:
		return c.fixed
	case c.cached == nil || number == unnumbered:
		return c.read(typ, handle)
	}
	return c.cached.of(c, typ, handle, number)
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
	strs, ok := c.known[handle]
	if !ok {
		strs = c.rest.of(typ, handle, unnumbered)
		c.known[handle] = strs
	}
	return strs
}
