package resolve

import (
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Class is a set of resources that filters and conditions do not distinguish by type: one
// resource type or, if Named is false, every type outside the other classes whose name begins
// with a prefix.
type Class struct {
	// Key is the case-folded name of the type or, for an open class, the prefix followed by a
	// star.
	Key string
	// Type is the type, or the general form of the types in the class.
	Type *schema.Type
	// Named says that the rules or the schema name the type. Otherwise the class is open: it
	// has all types with the prefix that nothing names.
	Named bool
	// InSchema says that the schema has the type, so its spelling is known.
	InSchema bool
}

// classes returns the classes that a set of rules distinguishes, named ones first, both parts
// sorted: the types of the schema, the types that a filter or a test on resourcetype names, and
// one open class per prefix of a filter (and for the empty prefix). A type belongs to the class
// with the longest prefix.
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
		// A string that cannot be a type's name gets no class: only the request can match it.
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

// isSection reports whether a filter item names sections of the QMC rather than a type:
// `QmcSection_App` is that section only (D).
func isSection(item string) bool {
	return strings.HasPrefix(item, "qmcsection_") || strings.HasPrefix(item, "hubsection_")
}

// reach returns the test on the resource's id that remains of a filter for the resources of a
// class: false if it matches none, true if it matches all.
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
		// The key of a section is its id. `App_*` is exactly the type App, and a type name
		// alone matches nothing (D), even if a section has that name.
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

// Prefix returns the common prefix of the names of the class's types, case-folded.
func (c *Class) Prefix() string { return strings.TrimSuffix(c.Key, "*") }

func idTest(id ir.Property, text string, prefix bool) ir.Predicate {
	switch {
	case prefix && text == "":
		return ir.Constant{Value: true}
	case prefix:
		return ir.Like{Value: id, Pattern: ir.PrefixPattern(text)}
	}
	return ir.OneOf{Value: id, Strings: []string{text}}
}

func fold(s string) string { return schema.Fold(s) }
