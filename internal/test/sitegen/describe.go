package sitegen

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// properties describes an entity: QRS fields, the short form, or both mixed.
func (w *world) properties(e *entity) object {
	o := object{}
	if e.id != "" {
		o["id"] = e.id
	}
	for _, name := range slices.Sorted(maps.Keys(e.scalars)) {
		value := e.scalars[name]
		switch {
		case chance(w.rand, 15):
			value = []any{value}
		case chance(w.rand, 40):
			value = []any{value, w.word(name)}
		case chance(w.rand, 40):
			value = json.Number("4.20")
		case chance(w.rand, 60):
			o[strings.ToUpper(name)] = w.word(name) // the first of two spellings counts
		}
		o[w.key(name)] = value
	}
	for _, name := range slices.Sorted(maps.Keys(e.lists)) {
		o[w.key(name)] = w.listOrOne(e.lists[name])
		if chance(w.rand, 20) {
			o[strings.ToUpper(name)] = w.word(name)
		}
	}
	if e.kind.Custom || chance(w.rand, 8) {
		w.describeLists(o, e.custom, "custom", "customProperties", func(p pair) object {
			return object{"value": p.value, "definition": object{"name": p.name}}
		})
	}
	if e.kind.Attributes || chance(w.rand, 12) {
		w.describeLists(o, e.attributes, "attributes", "attributes", func(p pair) object {
			return object{"attributeType": p.name, "attributeValue": p.value}
		})
	}
	for _, key := range slices.Sorted(maps.Keys(e.relations)) {
		relation := e.kind.Relations[key]
		var all []any
		for _, target := range e.relations[key] {
			all = append(all, w.reference(target))
		}
		switch {
		case relation.Many && len(all) != 1, relation.Many && chance(w.rand, 2):
			o[w.key(relation.Name)] = append([]any{}, all...)
		case len(all) == 1:
			o[w.key(relation.Name)] = all[0]
		case chance(w.rand, 3):
			o[w.key(relation.Name)] = pick(w.rand, []any{nil, ""})
		}
	}
	if _, streams := e.kind.Relations["stream"]; !streams && !e.kind.Open && chance(w.rand, 8) {
		o["stream"] = w.reference(pick(w.rand, w.records["Stream"])) // fields that the type lacks are ignored
	}
	return o
}

func (w *world) listOrOne(list []any) any {
	if len(list) == 1 && chance(w.rand, 2) {
		return list[0]
	}
	return append([]any{}, list...)
}

// describeLists writes named lists in the short form, in the form of the QRS, or partly in each.
func (w *world) describeLists(o object, pairs []pair, short, long string, item func(pair) object) {
	brief, items := object{}, []any{}
	form := w.rand.IntN(3)
	for _, p := range pairs {
		if form == 0 || form == 2 && short != long && chance(w.rand, 2) {
			list, _ := brief[p.name].([]any)
			brief[p.name] = append(list, p.value)
		} else {
			items = append(items, item(p))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(brief)) {
		brief[name] = w.listOrOne(brief[name].([]any))
	}
	if len(items) > 0 {
		o[w.key(long)] = items
	}
	if len(brief) > 0 {
		o[w.key(short)] = brief
	}
}

// reference writes a reference to an entity inside properties.
func (w *world) reference(e *entity) any {
	switch {
	case e.kind.Name == "User" && e.scalars != nil && chance(w.rand, 3):
		return recase(w.rand, loginOf(e))
	case (e.recorded || e.scalars == nil) && chance(w.rand, 2):
		return recase(w.rand, e.id)
	case e.id == "":
		return w.properties(e)
	case !e.recorded && e.scalars != nil && chance(w.rand, 4):
		o := w.properties(e)
		if chance(w.rand, 3) {
			delete(o, "id")
		}
		return o
	default:
		return w.condensed(e)
	}
}
