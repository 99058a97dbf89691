package evaluate

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// hits implements docs/language.md, section 5: whether an item of the filter matches the
// entity.
func hits(f ruleset.Filter, e *snapshot.Entity, s *schema.Schema) bool {
	transient, id := s.Lookup(e.TypeName).Transient, schema.Fold(e.ID)
	return slices.ContainsFunc(f.Items, func(item ruleset.FilterItem) bool {
		if transient {
			return hitsSection(item, id, s)
		}
		return hitsKey(item, e.Type, id)
	})
}

// namesSection reports whether an item matches sections of the QMC or hub only: QmcSection_App
// is that section and not a resource of a type "QmcSection".
func namesSection(item ruleset.FilterItem) bool {
	return strings.HasPrefix(item.Text, "qmcsection_") || strings.HasPrefix(item.Text, "hubsection_")
}

// hitsKey compares an item with the key <type>_<id>. The type of an item ends at its first
// underscore: no type's name contains one, so that a request for a type "App_x" is not taken
// for an app.
func hitsKey(item ruleset.FilterItem, typeKey, idKey string) bool {
	wantType, wantID, whole := strings.Cut(item.Text, "_")
	switch {
	case namesSection(item):
		return false
	case !whole:
		return item.Prefix && strings.HasPrefix(typeKey, wantType)
	case item.Prefix:
		return typeKey == wantType && strings.HasPrefix(idKey, wantID)
	default:
		return typeKey == wantType && idKey == wantID
	}
}

// hitsSection compares an item with the key of a section, its id. App_* is exactly the type App
// and not a section; a type's name alone is not a key.
func hitsSection(item ruleset.FilterItem, idKey string, s *schema.Schema) bool {
	if strings.Contains(item.Text, "_") && !namesSection(item) {
		return false
	}
	if item.Prefix {
		return strings.HasPrefix(idKey, item.Text)
	}
	_, isType := s.Type(item.Text)
	return idKey == item.Text && !isType
}
