package sitegen

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// entity is one entity in the world of a case: existing, known only as a nested object, or described by a
// request.
type entity struct {
	kind       *schema.Type
	id         string
	recorded   bool
	scalars    map[string]any // text, bool, json.Number or nil, by the schema's spelling
	lists      map[string][]any
	custom     []pair
	attributes []pair
	relations  map[string][]*entity
}

// pair is one value of a custom property or of a directory attribute.
type pair struct{ name, value string }

// hints are the strings and names of a world. The names are those in rules, so that the entities have them.
type hints struct {
	words      []string
	values     map[string][]string // by fold of the property, custom property with @, attribute, environment attribute
	custom     []string
	attributes []string
	attending  []string // names of environment attributes
	ids        map[string][]string
	sections   []string
	open       []string // properties of types that carry anything
	types      []string // types in addition to those of the schema
	focus      []string // types that requests prefer, in proportion to their number here
}

func ownHints(r *rand.Rand) hints {
	h := hints{
		values:     map[string][]string{},
		custom:     []string{"GroupAccess", "Dept", "admin-group", "2nd", "Task"},
		attributes: []string{"group", "email", "department", "role"},
		attending:  []string{"os", "group", "network", "Device"},
		ids:        map[string][]string{},
		sections:   []string{"QmcSection_App", "QmcSection_App.Object", "QmcSection_Stream", "HubSection_Home", "LoadbalancingSelectList", "App"},
		open:       []string{"size", "kind", "flags", "stream"},
		types:      []string{"FileReference", "Widget.Part"},
	}
	for i := range 6 {
		word := pick(r, plain)
		if i%2 == 1 {
			word = pick(r, odd)
		}
		h.words = append(h.words, word, recase(r, word), nearMiss(r, word))
	}
	return h
}

// world is a site that is being generated.
type world struct {
	rand    *rand.Rand
	hints   hints
	schema  *schema.Schema
	records map[string][]*entity // by name of the type
	kinds   []string             // the types with records, in order
	logins  map[string]bool
}

// newWorld generates the types in an order in which relations can be set at once: the targets first.
func newWorld(r *rand.Rand, h hints, size Size) *world {
	w := &world{rand: r, hints: h, schema: schema.Default(), records: map[string][]*entity{}, logins: map[string]bool{}}
	for _, t := range w.inOrder() {
		n := size.Others
		switch t.Name {
		case "User":
			n = size.Users
		case "Stream":
			n = size.Streams
		case "App":
			n = size.Apps
		case "App.Object":
			n = size.Objects
		default:
			if t.Transient || chance(r, 4) && !slices.Contains(h.focus, t.Name) {
				continue // a type that is not in the snapshot
			}
		}
		w.kinds = append(w.kinds, t.Name)
		for i := range n {
			e := w.entity(t, i)
			e.recorded = true
			w.records[t.Name] = append(w.records[t.Name], e)
		}
	}
	return w
}

func (w *world) inOrder() []*schema.Type {
	var order []*schema.Type
	var visit func(t *schema.Type)
	visit = func(t *schema.Type) {
		if slices.ContainsFunc(order, func(o *schema.Type) bool { return o.Name == t.Name }) {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(t.Relations)) {
			visit(w.schema.Lookup(t.Relations[name].Target))
		}
		order = append(order, t)
	}
	for _, t := range w.schema.Types() {
		visit(t)
	}
	for _, name := range w.hints.types {
		visit(w.schema.Lookup(name))
	}
	return order
}

// entity generates an entity of a type; i is its index within the type.
func (w *world) entity(t *schema.Type, i int) *entity {
	e := &entity{kind: t, id: guid(w.rand), scalars: map[string]any{}, lists: map[string][]any{}, relations: map[string][]*entity{}}
	if ids := w.hints.ids[t.Name]; i < len(ids) {
		e.id = ids[i]
	}
	e.scalars["name"] = w.scalar("name")
	for _, key := range slices.Sorted(maps.Keys(t.Properties)) {
		switch p := t.Properties[key]; {
		case p.Many:
			e.lists[p.Name] = w.list(key)
		case key == "published", key == "approved":
			e.scalars[p.Name] = pick(w.rand, []any{true, false, nil})
		default:
			e.scalars[p.Name] = w.scalar(key)
		}
	}
	if t.Name == "User" {
		w.login(e)
	}
	if t.Open {
		for _, name := range w.hints.open {
			w.openProperty(e, name)
		}
	}
	if t.Custom {
		e.custom = w.pairs(w.hints.custom, "@")
	}
	if t.Attributes {
		e.attributes = w.pairs(w.hints.attributes, "")
	}
	for _, key := range slices.Sorted(maps.Keys(t.Relations)) {
		e.relations[key] = w.targets(t.Relations[key])
	}
	return e
}

// word returns a string for a property: usually one that rules compare it with.
func (w *world) word(key string) string {
	if values := w.hints.values[schema.Fold(key)]; len(values) > 0 && !chance(w.rand, 3) {
		return recase(w.rand, pick(w.rand, values))
	}
	return recase(w.rand, pick(w.rand, w.hints.words))
}

func (w *world) scalar(key string) any {
	if chance(w.rand, 8) {
		return nil
	}
	return w.word(key)
}

func (w *world) list(key string) []any {
	var list []any
	for range w.rand.IntN(4) {
		list = append(list, w.word(key))
	}
	return list
}

func (w *world) openProperty(e *entity, name string) {
	switch w.rand.IntN(6) {
	case 0:
		e.scalars[name] = json.Number(pick(w.rand, []string{"7", "-3", "12.50", "0.1", "1000000"}))
	case 1:
		e.scalars[name] = chance(w.rand, 2)
	case 2:
		e.lists[name] = append(w.list(name), json.Number("7"), true)
	case 3:
		e.scalars[name] = "1753-01-01T00:00:00.000Z"
	default:
		e.scalars[name] = w.scalar(name)
	}
}

func (w *world) pairs(names []string, mark string) []pair {
	var pairs []pair
	for _, name := range names {
		for range w.rand.IntN(3) {
			pairs = append(pairs, pair{recase(w.rand, name), w.word(mark + name)})
		}
	}
	return pairs
}

// login gives a user a unique directory and id.
func (w *world) login(e *entity) {
	for {
		directory := w.word("userdirectory")
		if chance(w.rand, 2) || strings.TrimSpace(directory) == "" {
			directory = pick(w.rand, []string{"ACME", "Emea", "INTERNAL"})
		}
		if chance(w.rand, 12) {
			directory = "none"
		}
		directory = strings.ReplaceAll(directory, `\`, "/")
		id := w.word("userid")
		if chance(w.rand, 2) || id == "" {
			id = pick(w.rand, []string{"anna", "Bob", "sa_engine", "straße", "İda", "kim", "x_y", `d\e`})
		}
		if key := schema.Fold(directory + `\` + id); !w.logins[key] {
			w.logins[key] = true
			e.scalars["userDirectory"], e.scalars["userId"] = directory, id
			return
		}
		w.hints.words = append(w.hints.words, w.hints.words[0]+guid(w.rand)[:2])
	}
}

// targets chooses the targets of a relation: usually existing entities, otherwise one that is only a nested
// object, a dangling reference, or nothing.
func (w *world) targets(relation schema.Relation) []*entity {
	n := 1
	if relation.Many {
		n = w.rand.IntN(4)
	}
	t, _ := w.schema.Type(relation.Target)
	var chosen []*entity
	for range n {
		records := w.records[t.Name]
		switch w.rand.IntN(12) {
		case 0:
			if !relation.Many {
				return nil
			}
		case 1:
			chosen = append(chosen, w.entity(t, len(w.hints.ids[t.Name])))
		case 2:
			chosen = append(chosen, &entity{kind: t, id: guid(w.rand)})
		default:
			if len(records) > 0 {
				chosen = append(chosen, pick(w.rand, records))
			}
		}
	}
	return slices.CompactFunc(chosen, func(a, b *entity) bool { return a == b })
}
