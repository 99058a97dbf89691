package lsp

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// site is the data of a snapshot that the editor shows. It is empty without a snapshot.
type site struct {
	dir     string
	records map[string]map[string]*snapshot.Entity
	// values counts the entities with a value, by the key of the type and the property; custom
	// properties have an @ before their name.
	values map[string]map[string]map[string]int
	// custom are the names of custom properties as they are spelled, by type and case-folded name.
	custom map[string]map[string]string
	// pulledFrom is the name of the site that the snapshot was pulled from, and names finds its
	// entities by name; "" and nil without such a snapshot.
	pulledFrom string
	names      *sitenames.Files
}

// source returns the source that finds entities by name, nil without a snapshot.
func (s *site) source() sitenames.Source {
	if s == nil || s.names == nil {
		return nil
	}
	return s.names
}

func (s *site) siteName() string {
	if s == nil {
		return ""
	}
	return s.pulledFrom
}

// openSite reads the snapshot. It ignores errors in the snapshot, since check reports them.
func openSite(root, dir string) *site {
	s := &site{values: map[string]map[string]map[string]int{}, custom: map[string]map[string]string{}}
	if dir == "" && root != "" {
		if pulled, ok := snapshot.Pulled(root); ok {
			dir = pulled
		} else if info, err := os.Stat(filepath.Join(root, "site")); err == nil && info.IsDir() {
			dir = filepath.Join(root, "site")
		}
	} else if dir != "" && !filepath.IsAbs(dir) {
		dir = filepath.Join(root, dir)
	}
	if dir == "" {
		return s
	}
	s.dir = dir
	snap, _ := snapshot.Open(dir, nil)
	s.pulledFrom, s.names = snapshot.PulledFrom(dir), &sitenames.Files{Paths: snap.Path}
	loaded, _ := snap.Load(snapshot.NoProgress{})
	if loaded == nil {
		return s
	}
	s.records = loaded.Records
	for typ, entities := range s.records {
		for _, e := range entities {
			s.add(typ, e)
		}
	}
	return s
}

func (s *site) add(typ string, e *snapshot.Entity) {
	for name, value := range e.Scalars {
		s.count(typ, name, value)
	}
	for _, lists := range []map[string][]string{e.Lists, e.Attributes} {
		for name, values := range lists {
			for _, value := range values {
				s.count(typ, name, value)
			}
		}
	}
	for name, values := range e.Custom {
		s.name(typ, name)
		for _, value := range values {
			s.count(typ, "@"+name, value)
		}
	}
	if typ == definitions {
		for _, object := range e.Lists["objecttypes"] {
			s.name(schema.Fold(object), e.Scalars["name"])
			for _, choice := range e.Lists["choicevalues"] {
				s.byValue(schema.Fold(object), "@"+schema.Fold(e.Scalars["name"]))[choice] += 0
			}
		}
	}
}

const definitions = "custompropertydefinition"

// name adds a custom property of a type. The spelling of its definition has priority over
// case-folded names in the data.
func (s *site) name(typ, name string) {
	if s.custom[typ] == nil {
		s.custom[typ] = map[string]string{}
	}
	if key := schema.Fold(name); s.custom[typ][key] == "" || name != key {
		s.custom[typ][key] = name
	}
}

func (s *site) count(typ, property, value string) { s.byValue(typ, property)[value]++ }

func (s *site) byValue(typ, property string) map[string]int {
	if s.values[typ] == nil {
		s.values[typ] = map[string]map[string]int{}
	}
	if s.values[typ][property] == nil {
		s.values[typ][property] = map[string]int{}
	}
	return s.values[typ][property]
}

// attributes returns the user attributes in the data that are not properties of the schema.
func (s *site) attributes() []string {
	user := schema.Default().Lookup("User")
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.values["user"])) {
		if _, known := user.Properties[name]; !known && !strings.HasPrefix(name, "@") && name != "id" && name != "name" {
			names = append(names, name)
		}
	}
	return names
}

// named describes the entity with an id, such as `the app "Sales"`; "" if there is none.
func (s *site) named(id string) string {
	if len(id) != 36 {
		return ""
	}
	key := schema.Fold(id)
	for _, typ := range slices.Sorted(maps.Keys(s.records)) {
		if e := s.records[typ][key]; e != nil && e.Scalars["name"] != "" {
			return e.TypeName + " " + jsonQuote(e.Scalars["name"])
		}
	}
	return ""
}

func jsonQuote(s string) string {
	b, _ := jsontext.AppendQuote(nil, s) // invalid UTF-8 is replaced
	return string(b)
}

func sortBy[T any](list []T, key func(T) string) {
	slices.SortFunc(list, func(a, b T) int { return strings.Compare(key(a), key(b)) })
}
