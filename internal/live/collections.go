// Package live connects directories of rules with a live site: the content of a pulled
// directory, the collections of a site, and whether a user has the rights that the commands
// need. Its subpackages are one use case each: pull, plan, apply, verify, watch. None of them
// knows flags, terminals or output formats; internal/cli does.
package live

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Collection is one list of entities of a site.
type Collection struct {
	// Type is the type of its entities, such as App.Object.
	Type string
	// Path is the path of the collection below /qrs, such as app/object.
	Path string
}

// File is the name of the collection's file in a snapshot, such as app.object.json.
func (c Collection) File() string { return strings.ReplaceAll(c.Path, "/", ".") + ".json" }

// needed are the collections that every site has. Older builds lack some of the others.
var needed = map[string]bool{"systemrule": true, "user": true, "stream": true, "app": true, "app/object": true}

// Needed reports whether every site has the collection.
func (c Collection) Needed() bool { return needed[c.Path] }

// Collections returns the collections of a snapshot: the types of the schema, and the entities
// that lints and plans look up by name.
func Collections() []Collection {
	var all []Collection
	for _, t := range schema.Default().Types() {
		if !t.Transient {
			all = append(all, Collection{t.Name, strings.ReplaceAll(strings.ToLower(t.Name), ".", "/")})
		}
	}
	known := map[string]bool{}
	for _, c := range all {
		known[c.Path] = true
	}
	for _, typ := range []string{
		"CustomPropertyDefinition", "Tag", "UserDirectory", "License.ProfessionalAccessGroup", "License.AnalyzerAccessGroup", "License.UserAccessGroup",
	} {
		if c := (Collection{typ, strings.ReplaceAll(strings.ToLower(typ), ".", "/")}); !known[c.Path] {
			all = append(all, c)
		}
	}
	return all
}
