package difference

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// synthesized is a site of users and resources on which the sides differ, all found by the
// solver.
type synthesized struct {
	view schema.View
	// entities are fields by type and handle, known are handles by content.
	entities map[string]map[string]map[string]any
	known    map[string]string
	// descriptions are descriptions of the entities, by type and handle.
	descriptions map[string][]string
	leftOut      []LeftOut
	// questions is the number of questions asked, and expected are the differences that the
	// solver found.
	questions int
	expected  map[kindOfDifference]bool
}

// synthesize finds the differences for all possible sites and adds users and resources that
// show them to both bundles.
func (w *work) synthesize(ctx context.Context) error {
	m := &synthesized{
		view: w.New.Policy.View, entities: map[string]map[string]map[string]any{}, known: map[string]string{}, descriptions: map[string][]string{},
		expected: map[kindOfDifference]bool{},
	}
	w.synthesized = m
	s, err := w.newSearch()
	if err != nil {
		return err
	}
	if err := s.run(ctx, m); err != nil {
		return err
	}
	for _, side := range []Side{w.Old, w.New} {
		data := &side.Bundle.Data
		for _, typ := range slices.Sorted(maps.Keys(m.entities)) {
			for handle, fields := range m.entities[typ] {
				if !sitedata.OnRecord(data, typ, handle) {
					err = errors.Join(err, sitedata.Add(data, typ, handle, fields))
				}
			}
			err = errors.Join(err, sitedata.Hold(data, typ))
		}
	}
	return err
}

// overSite is the hint for what could not be decided.
const overSite = "compare over a snapshot"

// out records, once, what was not decided.
func (m *synthesized) out(what, why, hint string) {
	if !slices.ContainsFunc(m.leftOut, func(l LeftOut) bool { return l.What == what }) {
		m.leftOut = append(m.leftOut, LeftOut{What: what, Why: why, Hint: hint})
	}
}

// check records the differences that the solver found and that the comparison does not show.
func (w *work) check() {
	for _, g := range w.report.tallied {
		for _, p := range g.Parts {
			delete(w.synthesized.expected, kindOfDifference{schema.Fold(p.Type), p.Action, g.Kind})
		}
	}
	for _, d := range slices.SortedFunc(maps.Keys(w.synthesized.expected), func(a, b kindOfDifference) int {
		return cmp.Or(cmp.Compare(a.typ, b.typ), cmp.Compare(a.action, b.action), cmp.Compare(a.kind, b.kind))
	}) {
		w.synthesized.out(fmt.Sprintf("a %s of %s on %s, which exists", d.kind, d.action, w.typeName(d.typ)), "the users and resources that show it cannot be on one site with others", overSite)
	}
}

// add adds the user and the resource of a witness to the site, and returns the type of the
// resource.
func (m *synthesized) add(w *solve.Witness) string {
	user := m.user(w)
	typ := schema.Fold(w.Resource.Type)
	m.entity(w.Resource, typ, user)
	return typ
}

// user adds the user of a witness to the site, including properties that are read when a
// relation leads to the user.
func (m *synthesized) user(w *solve.Witness) string {
	e := *w.User
	e.Strings, e.Filled = maps.Clone(e.Strings), maps.Clone(e.Filled)
	var collect func(*solve.Entity)
	collect = func(o *solve.Entity) {
		if o.IsUser {
			for name, strs := range o.Strings {
				if e.Strings[name] == nil || e.Filled[name] {
					e.Strings[name], e.Filled[name] = strs, o.Filled[name]
				}
			}
		}
		for _, list := range o.Relations {
			for _, other := range list {
				collect(other)
			}
		}
	}
	collect(w.Resource)
	if w.AnyID() {
		e.Filled["id"] = true
	}
	return m.entity(&e, "user", "")
}

// entity adds an entity to the site, with everything that it leads to, and returns its handle.
func (m *synthesized) entity(e *solve.Entity, typ, user string) string {
	fields := map[string]any{}
	var descriptions []string
	id := ""
	for _, name := range slices.Sorted(maps.Keys(e.Strings)) {
		strs := e.Strings[name]
		if name == "id" {
			if !e.Filled["id"] {
				id = strs[0]
				descriptions = append(descriptions, "id = "+id)
			}
			continue
		}
		m.set(fields, typ, name, strs)
		if !e.Filled[name] {
			descriptions = append(descriptions, name+" = "+strings.Join(strs, ", "))
		}
	}
	for _, relation := range slices.Sorted(maps.Keys(e.Relations)) {
		var targets []any
		for _, other := range e.Relations[relation] {
			target, about := user, []string(nil)
			if !other.IsUser {
				target = m.entity(other, other.Type, user)
				about = m.descriptions[other.Type+":"+target]
			}
			targets = append(targets, target)
			if other.Type == "user" || len(about) == 0 {
				descriptions = append(descriptions, relation+" is "+target)
			}
			for _, text := range about {
				descriptions = append(descriptions, relation+"."+text)
			}
		}
		if fields[relation] = any(targets); !e.Many[relation] {
			fields[relation] = targets[0]
		}
	}
	if id != "" {
		return m.putAs(typ, id, fields, descriptions)
	}
	return m.put(typ, fields, descriptions)
}

// set sets a property of an entity.
func (m *synthesized) set(fields map[string]any, typ, property string, strs []string) {
	folded := make([]string, len(strs))
	for i, t := range strs {
		folded[i] = schema.Fold(t)
	}
	put := func(name string, list []string) {
		list = slices.Clone(list)
		slices.Sort(list)
		list = slices.Compact(list)
		if !m.isList(typ, property) {
			fields[name] = list[0]
			return
		}
		all := make([]any, len(list))
		for i, t := range list {
			all[i] = t
		}
		fields[name] = all
	}
	put(property, folded)
	put("="+property, strs)
}

// isList reports whether a property of a type may have several strings.
func (m *synthesized) isList(typ, property string) bool {
	t := m.view[typ]
	if t == nil {
		t = m.view[schema.GeneralKey]
	}
	if t == nil {
		return false
	}
	_, scalar := t.Scalars[property]
	_, list := t.Lists[property]
	return list && !scalar
}

// put adds an entity, once, and returns its handle.
func (m *synthesized) put(typ string, fields map[string]any, descriptions []string) string {
	key := typ + fmt.Sprint(fields)
	if handle, ok := m.known[key]; ok {
		return handle
	}
	handle := fmt.Sprintf("%s-%03d", typ, len(m.entities[typ])+1)
	m.known[key] = handle
	return m.record(typ, handle, fields, descriptions)
}

// putAs adds an entity under an id that rules read. There can only be one.
func (m *synthesized) putAs(typ, written string, fields map[string]any, descriptions []string) string {
	id := schema.Fold(written)
	fields["=id"] = written
	if typ == sitedata.Sections {
		fields["name"], fields["=name"] = id, written
	}
	if _, ok := m.entities[typ][id]; ok {
		return id // if this hides a difference, check reports it
	}
	return m.record(typ, id, fields, descriptions)
}

func (m *synthesized) record(typ, handle string, fields map[string]any, descriptions []string) string {
	if m.entities[typ] == nil {
		m.entities[typ] = map[string]map[string]any{}
	}
	m.entities[typ][handle] = fields
	m.descriptions[typ+":"+handle] = descriptions
	return handle
}

// size is the length of the description of a cell's user and resource.
func (m *synthesized) size(p *partTally, c cellOf) int {
	n := 0
	for _, descriptions := range [][]string{m.descriptions["user:"+p.users.joined.names[c.user]], m.descriptions[p.typ+":"+p.resources.joined.names[c.resource]]} {
		for _, text := range descriptions {
			n += len(text) + 10
		}
	}
	return n
}
