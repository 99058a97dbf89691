package naming

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// userType is the key of the type of users.
const userType = "user"

// TypeNames returns the types of a schema and of the data of a bundle, which may be nil, as they
// are spelled.
func TypeNames(s *schema.Schema, data *bundles.Document) []string {
	var known []string
	for _, t := range s.Types() {
		known = append(known, t.Name)
	}
	if data == nil {
		return known
	}
	for _, key := range sitedata.ViewTypes(data) {
		if name, ok := sitedata.TypeName(data, key); ok && !has(known, key) && key != schema.GeneralKey {
			known = append(known, name)
		}
	}
	for _, key := range sitedata.Types(data) {
		if !has(known, key) {
			known = append(known, key)
		}
	}
	return known
}

func has(known []string, name string) bool {
	return slices.ContainsFunc(known, func(k string) bool { return schema.Fold(k) == schema.Fold(name) })
}

// commonWords maps common words for resources to the names of their types.
var commonWords = map[string]string{
	"sheet": "App.Object", "story": "App.Object", "bookmark": "App.Object", "masterobject": "App.Object", "dimension": "App.Object", "measure": "App.Object",
	"task": "ReloadTask", "reload": "ReloadTask", "connection": "DataConnection", "library": "ContentLibrary", "securityrule": "SystemRule", "rule": "SystemRule",
}

// Type returns the type with a name, as it is spelled. For an unknown name it returns an error if
// it can suggest another type, such as that of the resource with the id, which may be "".
// Otherwise the name is that of a type outside the schema.
func (n *Names) Type(name, id string) (string, error) {
	for _, k := range n.types {
		if schema.Fold(k) == schema.Fold(name) {
			return k, nil
		}
	}
	if n.HasType(name) {
		return name, nil
	}
	meant := commonWords[strings.TrimSuffix(schema.Fold(name), "s")]
	for _, typ := range n.Records.Types() {
		if _, ok := n.Records.Find(typ, id); ok && id != "" {
			meant = n.Spelled(typ)
		}
	}
	hint := "; did you mean " + meant + "?"
	if meant == "" {
		hint = diag.DidYouMean(name, n.types, nil)
	}
	if hint == "" {
		return name, nil
	}
	return "", fmt.Errorf("there is no type %q%s", name, hint)
}

// HasType reports whether the site has entities of a type.
func (n *Names) HasType(name string) bool {
	return slices.Contains(n.Records.Types(), schema.Fold(name))
}

// Spelled returns the name of a type as it is spelled, by its key.
func (n *Names) Spelled(key string) string {
	for _, k := range n.types {
		if schema.Fold(k) == key {
			return k
		}
	}
	return key
}

// Types returns the types that the site has entities of, as they are spelled.
func (n *Names) Types() []string {
	var all []string
	for _, key := range n.Records.Types() {
		all = append(all, n.Spelled(key))
	}
	return all
}
