package schema

import (
	"slices"
	"testing"
)

// A full export of a type has the fields that the schema declares, with lists where the schema has
// lists. Of open types only declared fields are known.
func TestExportFields(t *testing.T) {
	s := Default()
	for name, want := range map[string][]string{
		"App":             {"customProperties", "name", "owner", "stream"},
		"User":            {"attributes", "customProperties", "name", "roles", "userDirectory", "userDirectoryConnectorName", "userId"},
		"Extension":       {"customProperties", "name", "owner", "references", "type"},
		"EngineService":   {"customProperties"},
		"Tag":             nil,
		"TransientObject": nil,
	} {
		if got := s.ExportFields(s.Lookup(name)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestExportField(t *testing.T) {
	s := Default()
	if f, ok := s.ExportField(s.Lookup("app"), "CUSTOMproperties"); !ok || f != (Field{"App", "customProperties"}) {
		t.Errorf("%v, %v", f, ok)
	}
	if f, ok := s.ExportField(s.Lookup("App"), "attributes"); ok || f != (Field{}) {
		t.Errorf("an app has no attributes, got %v", f)
	}
}

func TestFieldsIgnoreCase(t *testing.T) {
	f := Field{"App.Object", "objectType"}
	if f.String() != "App.Object.objectType" || !f.Is(Field{"APP.object", "OBJECTTYPE"}) || f.Is(Field{"App", "objectType"}) || f.Is(Field{"App.Object", "app"}) {
		t.Error(f)
	}
	if f.Compare(f) != 0 || f.Compare(Field{"App", "x"}) <= 0 || f.Compare(Field{"App.Object", "owner"}) >= 0 {
		t.Error("fields are ordered by type, and then by name")
	}
}
