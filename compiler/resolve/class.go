package resolve

import (
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Class is a set of resources that a filter and a condition treat alike: one
// resource type or, where Open is set, every type outside the other classes
// whose name begins with a prefix.
type Class struct {
	// Key is the fold of the type's name or, of an open class, the prefix with a
	// star behind it.
	Key string
	// Type is the type, or the general form of the types that the class is for.
	Type *schema.Type
	// Named says that the rules or the schema name the type; otherwise the
	// class is open, for all types with the prefix that nothing names.
	Named bool
	// InSchema says that the schema has the type, so its spelling is known.
	InSchema bool
}

// classes returns the classes that a set of rules tells apart, named ones
// first, each part ordered by name or prefix: the types of the schema, the types that a
// filter or a test on resourcetype names, and one open class per prefix of a
// filter (and the empty one), of which a type belongs to the longest.
func classes(s *schema.Schema, filters []ruleset.Filter, typeTests []string) []*Class {
	named := map[string]*Class{}
	prefixes := map[string]bool{"": true}
	for _, t := range s.Types() {
		named[t.Key()] = &Class{Key: t.Key(), Type: t, Named: true, InSchema: true}
	}
	name := func(typeName string) {
		if key := fold(typeName); named[key] == nil {
			named[key] = &Class{Key: key, Type: s.Lookup(typeName), Named: true}
		}
	}
	for _, f := range filters {
		for _, item := range f.Items {
			typ, _, split := strings.Cut(item.Text, "_")
			switch {
			case split && isSection(item.Text):
			case split:
				name(typ)
			case item.Prefix:
				prefixes[item.Text] = true
			}
		}
	}
	for _, t := range typeTests {
		// What is no type's name makes no class: only the request knows.
		if schema.IsTypeName(t) {
			name(t)
		}
	}
	var list []*Class
	for _, key := range slices.Sorted(maps.Keys(named)) {
		list = append(list, named[key])
	}
	for _, p := range slices.Sorted(maps.Keys(prefixes)) {
		list = append(list, &Class{Key: p + "*", Type: s.Lookup(p + "*")})
	}
	return list
}

// isSection says whether a filter item names sections of the product's
// interface rather than a type: `QmcSection_App` is that section only (D).
func isSection(item string) bool {
	return strings.HasPrefix(item, "qmcsection_") || strings.HasPrefix(item, "hubsection_")
}

// reach returns the test on the resource's id that a filter leaves for the
// resources of a class: false where it hits none, true where it hits all.
func (c *Class) reach(f ruleset.Filter, s *schema.Schema) ir.Predicate {
	id := ir.Property{Of: ir.Entities{Root: ir.Resource, Origin: c.Key}, Name: "id"}
	var hits []ir.Predicate
	for _, item := range f.Items {
		hits = append(hits, c.reachItem(item, id, s))
	}
	return ir.Or(hits...)
}

func (c *Class) reachItem(item ruleset.FilterItem, id ir.Property, s *schema.Schema) ir.Predicate {
	typ, rest, split := strings.Cut(item.Text, "_")
	switch {
	case split && isSection(item.Text):
		if !c.Type.Transient {
			return ir.Constant{Value: false}
		}
		return idTest(id, item.Text, item.Prefix)
	case c.Type.Transient:
		// A section's key is its id. `App_*` is exactly the type App, and a bare
		// type name hits nothing (D), whatever a section may be called.
		if _, isType := s.Type(item.Text); split || isType && !item.Prefix {
			return ir.Constant{Value: false}
		}
		return idTest(id, item.Text, item.Prefix)
	case split:
		if !c.Named || typ != c.Key {
			return ir.Constant{Value: false}
		}
		return idTest(id, rest, item.Prefix)
	}
	return ir.Constant{Value: item.Prefix && strings.HasPrefix(c.Prefix(), item.Text)}
}

// Prefix returns what the names of the class's types begin with, folded.
func (c *Class) Prefix() string { return strings.TrimSuffix(c.Key, "*") }

func idTest(id ir.Property, text string, prefix bool) ir.Predicate {
	switch {
	case prefix && text == "":
		return ir.Constant{Value: true}
	case prefix:
		return ir.Like{Value: id, Pattern: ir.PrefixPattern(text)}
	}
	return ir.OneOf{Value: id, Texts: []string{text}}
}

func fold(s string) string { return schema.Fold(s) }
