package sitenames

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Files is a Source for a snapshot. Paths returns the file of a type, and whether there is one.
// A collection is read on first use.
type Files struct {
	Paths func(typ string) (string, bool)

	read map[string]map[string][]string
}

// IDs implements Source.
func (f *Files) IDs(_ context.Context, typ, name string) ([]string, error) {
	all, err := f.collection(typ)
	return all[name], err
}

// Names implements Source.
func (f *Files) Names(_ context.Context, typ string) ([]string, error) {
	all, err := f.collection(typ)
	return slices.Sorted(maps.Keys(all)), err
}

// collection returns the ids of a type by name.
func (f *Files) collection(typ string) (map[string][]string, error) {
	key := strings.ToLower(typ)
	if all, done := f.read[key]; done {
		return all, nil
	}
	all := map[string][]string{}
	if path, ok := f.Paths(typ); ok {
		if err := readNames(path, all); err != nil {
			return nil, err
		}
	}
	if f.read == nil {
		f.read = map[string]map[string][]string{}
	}
	f.read[key] = all
	return all, nil
}

func readNames(path string, into map[string][]string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // read only
	reader, err := jsonfile.NewReader(file)
	if err != nil {
		return err
	}
	var failed error
	broken := jsonfile.NewStream(reader).Each(func(v jsonfile.Value) bool {
		var e struct{ ID, Name string }
		if failed = json.Unmarshal(v.Raw, &e); failed == nil {
			into[e.Name] = append(into[e.Name], e.ID)
		}
		return failed == nil
	})
	if broken != nil {
		return &os.PathError{Op: "read", Path: path, Err: broken}
	}
	return failed
}
