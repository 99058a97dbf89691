package solve

import (
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// Change is a change of the resource: some of its properties and relations may have any value
// afterwards, and everything else stays the same. A change is identified by its pointer.
type Change struct {
	// After is the change before this one, nil for the first.
	After *Change
	// Custom frees the custom properties, and Names the properties and relations with these
	// case-folded names.
	Custom bool
	Names  []string
	// To restricts relations of Names to one record each, or to nothing if it is nil. It needs
	// a persona.
	To map[string]*Record
	// Copy says that the changed resource is a new one, with an id that no rule names.
	Copy bool
}

// frees reports whether a property or a relation may differ after the change.
func (c *Change) frees(name string) bool {
	return c.Custom && strings.HasPrefix(name, "@") || slices.Contains(c.Names, name) || c.Copy && name == "id"
}

// changed returns the resource after a change: a node that has what the change frees, and
// shares everything else with the resource before.
func (s *Scope) changed(c *Change) *node {
	if c == nil {
		return s.resource
	}
	n := s.changes[c]
	if n == nil {
		before := s.changed(c.After)
		n = s.node(nil, ir.Step{}, s.resource.typ)
		n.before, n.change = before, c
		s.changes[c] = n
		s.changedNodes = append(s.changedNodes, n)
	}
	return n
}

// holder returns the node that has a property or a relation: the node itself, or the resource
// before a change that does not affect it.
func (n *node) holder(name string) *node {
	for n.change != nil && !n.change.frees(name) {
		n = n.before
	}
	return n
}

// fixChanges records the targets to which changes restrict relations.
func (s *Scope) fixChanges() {
	for _, n := range s.changedNodes {
		for name, to := range n.change.To {
			for _, child := range n.children[name] {
				if to != nil {
					s.fix(child, to)
				}
			}
		}
	}
}

// stateChanges states what is known about changed resources.
func (s *Scope) stateChanges() {
	for _, n := range s.changedNodes {
		for _, name := range slices.Sorted(maps.Keys(n.change.To)) {
			for i, child := range n.children[name] {
				to := n.change.To[name]
				if to == nil || i > 0 {
					s.sat.Add(s.exists(child).Not())
					continue
				}
				s.sat.Add(s.exists(child))
				s.stateRecord(child, to)
			}
		}
		if id := n.values["id"]; id != nil {
			for i, t := range s.components[id].strs {
				if t.Literal || slices.Contains(t.Matches, true) {
					s.sat.Add(id.bits[i].Not())
				}
			}
		}
	}
}

// changedEntity returns a changed resource as an entity of a witness.
func (s *Scope) changedEntity(n *node, m sat.Model) *Entity {
	if n.change == nil {
		return s.entity(n, m)
	}
	e, own := s.changedEntity(n.before, m), s.entity(n, m)
	for _, name := range slices.Collect(maps.Keys(e.Strings)) {
		if n.change.frees(name) {
			delete(e.Strings, name)
		}
	}
	for _, name := range slices.Collect(maps.Keys(e.Relations)) {
		if n.change.frees(name) {
			delete(e.Relations, name)
		}
	}
	for name, strs := range own.Strings {
		if n.change.frees(name) {
			e.Strings[name], e.Filled[name], e.unread[name] = strs, own.Filled[name], own.unread[name]
		}
	}
	maps.Copy(e.Relations, own.Relations)
	maps.Copy(e.Many, own.Many)
	return e
}

// FactsAfter describes the differences after a change from before all changes.
func (w *Witness) FactsAfter(c *Change) []string {
	before := w.facts(w.Resource, "resource")
	after := w.facts(w.After[c], "resource")
	list := slices.DeleteFunc(slices.Clone(after), func(f string) bool { return slices.Contains(before, f) })
	has := func(facts []string, path string) bool {
		return slices.ContainsFunc(facts, func(f string) bool { return strings.HasPrefix(f, path+" ") || strings.HasPrefix(f, path+".") })
	}
	for _, f := range before {
		path, _, _ := strings.Cut(strings.TrimPrefix(f, "resource."), " ")
		path, _, _ = strings.Cut(path, ".")
		if path = "resource." + path; !has(after, path) && !slices.Contains(list, path+" is empty") {
			list = append(list, path+" is empty")
		}
	}
	return list
}
