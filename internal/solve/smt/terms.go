package smt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// entity is a term for an entity of a path.
type entity struct {
	// typ is the key of the type, path is the path without the places in sets, and term is the
	// SMT term.
	typ, path, term string
	// exists is the formula that is true if the entity exists.
	exists string
	// owned reports whether the last step of the path is owner.
	owned bool
	// read are the values of the entity that the script reads, by name.
	read map[string]*value
	next map[string][]*entity
}

// value is a property of an entity, or an attribute of the environment.
type value struct {
	of   *entity // nil for the environment
	name string
	// key identifies the kind of value: the type and the property.
	key string
	// places are the places of its strings.
	places []place
}

// place is a place for a string: the formula that it has one, and the term of the string.
type place struct{ has, text string }

func mangled(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "_%x_", r)
		}
	}
	return b.String()
}

func (s *script) sort(typ string) string {
	name := "T-" + mangled(typ)
	s.sorts[name] = true
	return name
}

func (s *script) entity(e *entity) *entity {
	e.read, e.next = map[string]*value{}, map[string][]*entity{}
	s.entities = append(s.entities, e)
	return e
}

func (s *script) root(name, typ string) *entity {
	return s.entity(&entity{typ: typ, path: name, term: s.declare("the-"+name, "() "+s.sort(typ)), exists: "true"})
}

// of returns the entities of a path that begins at root or at the user.
func (s *script) of(e ir.Entities, root *entity) []*entity {
	at := []*entity{root}
	switch e.Root {
	case ir.User:
		at = []*entity{s.user}
	case ir.Resource:
	case ir.Node:
		panic("smt: a predicate speaks of a node, which only Sync rules do")
	}
	for _, step := range e.Steps {
		var next []*entity
		for _, from := range at {
			next = append(next, s.follow(from, step)...)
		}
		at = next
	}
	return at
}

func (s *script) follow(from *entity, step ir.Step) []*entity {
	if known := from.next[step.Name]; known != nil {
		return known
	}
	name := mangled(from.typ) + "." + mangled(step.Name)
	for i := range s.count(from.typ+"."+step.Name, step.Many) {
		relation := s.declare(fmt.Sprintf("to-%s-%d", name, i), fmt.Sprintf("(%s) %s", s.sort(from.typ), s.sort(step.Type)))
		leads := s.declare(fmt.Sprintf("leads-%s-%d", name, i), fmt.Sprintf("(%s) Bool", s.sort(from.typ)))
		from.next[step.Name] = append(from.next[step.Name], s.entity(&entity{
			typ: step.Type, path: from.path + "." + step.Name, owned: step.Name == "owner",
			term: "(" + relation + " " + from.term + ")", exists: and(from.exists, "("+leads+" "+from.term+")"),
		}))
	}
	return from.next[step.Name]
}

// count returns the number of places of a list or a set.
func (s *script) count(key string, many bool) int {
	if !many || !s.writing {
		return 1
	}
	return max(1, s.places[key])
}

// need records in the first pass that a test needs places of a list or a set of a path.
func (s *script) need(key, path, test string, weight int) {
	id := strings.Join([]string{key, path, test}, "\x00")
	if !s.writing && !s.counted[id] {
		s.counted[id] = true
		s.places[key] += weight
	}
}

// property returns a property of an entity.
func (s *script) property(e *entity, name string, many bool) *value {
	if v := e.read[name]; v != nil {
		return v
	}
	v := &value{of: e, name: name, key: e.typ + "." + name}
	many = many && !(e == s.resource && name == "resourcetype") || s.off(solve.Scalars)
	function := mangled(e.typ) + "." + mangled(name)
	for i := range s.count(v.key, many) {
		text := s.declare(fmt.Sprintf("text-%s-%d", function, i), fmt.Sprintf("(%s) String", s.sort(e.typ)))
		has := s.declare(fmt.Sprintf("has-%s-%d", function, i), fmt.Sprintf("(%s) Bool", s.sort(e.typ)))
		v.places = append(v.places, place{and(e.exists, "("+has+" "+e.term+")"), "(" + text + " " + e.term + ")"})
	}
	e.read[name] = v
	s.note(v, e.path)
	return v
}

func (s *script) environment(name string) *value {
	key := "environment." + name
	if known := s.values[key]; known != nil {
		return known
	}
	v := &value{name: name, key: key}
	for i := range s.count(key, true) {
		v.places = append(v.places, place{
			s.declare(fmt.Sprintf("has-environment.%s-%d", mangled(name), i), "() Bool"),
			s.declare(fmt.Sprintf("text-environment.%s-%d", mangled(name), i), "() String"),
		})
	}
	s.note(v, "environment")
	return v
}

// note records a value for the axioms.
func (s *script) note(v *value, path string) {
	id := v.key
	if v.of != nil {
		id = path + "\x00" + v.of.term + "\x00" + v.name
	}
	s.values[id] = v
	s.order = append(s.order, id)
}

// valuesOf returns the values that together have the strings of a value. In the first pass it records
// how many strings a test needs.
func (s *script) valuesOf(v ir.Value, root *entity, test string, weight int) []*value {
	switch v := v.(type) {
	case ir.Literal:
		return nil
	case ir.Property:
		var list []*value
		s.sets(v.Of, root, test, weight)
		for _, e := range s.of(v.Of, root) {
			list = append(list, s.property(e, v.Name, v.List))
			s.need(e.typ+"."+v.Name, e.path, test, weight)
		}
		return list
	case ir.Environment:
		e := s.environment(v.Name)
		s.need(e.key, "environment", test, weight)
		return []*value{e}
	}
	panic(fmt.Sprintf("smt: unknown value %T", v))
}

// sets records that a test needs elements of the sets on a path.
func (s *script) sets(e ir.Entities, root *entity, test string, weight int) {
	at := root.typ
	path := root.path
	if e.Root == ir.User {
		at, path = s.user.typ, s.user.path
	}
	for _, step := range e.Steps {
		s.need(at+"."+step.Name, path, test, weight)
		at, path = step.Type, path+"."+step.Name
	}
}

// leader returns the representative of all values that are compared with each other.
func (s *script) leader(key string) string {
	for s.group[key] != "" {
		key = s.group[key]
	}
	return key
}

// relate records that values are compared with each other.
func (s *script) relate(exact bool, lists ...[]*value) {
	all := slices.Concat(lists...)
	for _, v := range all {
		first, other := s.leader(all[0].key), s.leader(v.key)
		if first != other {
			s.group[other] = first
			s.written[first] = s.written[first] || s.written[other]
			s.never[first] = s.never[first] || s.never[other]
		}
	}
	if exact && len(all) > 0 {
		s.written[s.leader(all[0].key)] = true
	}
}

// asWritten reports whether a value is compared as written, not by its case-fold.
func (s *script) asWritten(v *value) bool { return s.written[s.leader(v.key)] }
