package bundles_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// model is a document as a plain map, which is changed according to the documentation of OPA.
type model map[string]any

func (m model) apply(op string, path []string, value any) bool {
	at := map[string]any(m)
	for _, name := range path[:len(path)-1] {
		below, ok := at[name].(map[string]any)
		if _, there := at[name]; !ok && (there || op != "upsert") {
			return false
		}
		if below == nil {
			below = map[string]any{}
			at[name] = below
		}
		at = below
	}
	last := path[len(path)-1]
	_, there := at[last]
	switch {
	case op != "upsert" && !there:
		return false
	case op == "remove":
		delete(at, last)
	default:
		at[last] = value
	}
	return true
}

func (m model) copy() model { return model(copied(map[string]any(m)).(map[string]any)) }

func copied(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	c := maps.Clone(m)
	for k, v := range c {
		c[k] = copied(v)
	}
	return c
}

// TestPatchIsTheModel changes documents step by step, and compares each version with a model, also after many later
// changes.
func TestPatchIsTheModel(t *testing.T) {
	name := rapid.SampledFrom([]string{"a", "b", "c/d", "e~f", "100%", "~1", "%2F", "é\\", "a.b"})
	escape := strings.NewReplacer("~", "~0", "/", "~1", "%", "%25")
	value := rapid.SampledFrom([]any{"x", true, nil, []any{"p", "q"}, map[string]any{}, map[string]any{"a": "1", "b": map[string]any{"c/d": []any{map[string]any{"q": "r"}}}}})
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			document *bundles.Document
			model    model
		}
		versions := []version{{&bundles.Document{}, model{}}}
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			now := versions[len(versions)-1]
			var operations []bundle.PatchOperation
			m, valid := now.model.copy(), true
			for range rapid.IntRange(1, 3).Draw(t, "operations") {
				path := rapid.SliceOfN(name, 1, 3).Draw(t, "path")
				op := rapid.SampledFrom([]string{"upsert", "upsert", "replace", "remove"}).Draw(t, "op")
				v := copied(value.Draw(t, "value"))
				valid = valid && m.apply(op, path, v)
				var text strings.Builder
				for _, part := range path {
					text.WriteString("/" + escape.Replace(part))
				}
				operations = append(operations, bundle.PatchOperation{Op: op, Path: text.String(), Value: copied(v)})
			}
			d, err := now.document.Patch(operations)
			if valid != (err == nil) {
				t.Fatalf("%v: %v", operations, err)
			}
			if err == nil {
				versions = append(versions, version{d, m})
			}
		}
		for i, v := range versions {
			got, _ := v.document.Lookup()
			if !reflect.DeepEqual(got, map[string]any(v.model)) {
				t.Fatalf("version %d of %d is %v, want %v", i, len(versions), got, v.model)
			}
			for _, other := range versions {
				for _, path := range [][]string{nil, {"a"}, {"a", "c/d"}} {
					want := v.document.Keys(path...)
					if got := v.document.KeysSince(other.document, other.document.Keys(path...), path...); !slices.Equal(got, want) {
						t.Fatalf("names at %v: %v, want %v", path, got, want)
					}
				}
			}
		}
	})
}

// TestLargeObjects lets objects grow and shrink beyond the size of a bucket, in single steps and in batches, and checks
// all versions at the end.
func TestLargeObjects(t *testing.T) {
	start := map[string]any{}
	for i := range 1000 {
		start["start"+strconv.Itoa(i)] = strconv.Itoa(i)
	}
	d := &bundles.Document{}
	if err := d.Put(start, "site"); err != nil {
		t.Fatal(err)
	}
	type version struct {
		document *bundles.Document
		want     map[string]any
	}
	versions := []version{{d, maps.Clone(start)}}
	change := func(size int, op func(i int) bundle.PatchOperation) {
		now := versions[len(versions)-1]
		want := maps.Clone(now.want)
		operations := make([]bundle.PatchOperation, size)
		for i := range operations {
			operations[i] = op(i)
			name := strings.TrimPrefix(operations[i].Path, "/site/")
			if want[name] = operations[i].Value; operations[i].Op == "remove" {
				delete(want, name)
			}
		}
		next, err := now.document.Patch(operations)
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, version{next, want})
	}
	for round := range 40 {
		change(1+round*10, func(i int) bundle.PatchOperation {
			return bundle.PatchOperation{Op: "upsert", Path: fmt.Sprintf("/site/more%d.%d", round, i), Value: "new"}
		})
		change(10, func(i int) bundle.PatchOperation {
			return bundle.PatchOperation{Op: "replace", Path: fmt.Sprintf("/site/start%d", 500+i), Value: strconv.Itoa(round)}
		})
		change(12, func(i int) bundle.PatchOperation {
			return bundle.PatchOperation{Op: "remove", Path: fmt.Sprintf("/site/start%d", round*12+i)}
		})
	}
	var names []string
	for i, v := range versions {
		got, _ := v.document.Lookup("site")
		if !reflect.DeepEqual(got, v.want) {
			t.Fatalf("version %d has %d members, or other values, want %d", i, len(got.(map[string]any)), len(v.want))
		}
		if i > 0 {
			names = v.document.KeysSince(versions[i-1].document, names, "site")
		} else {
			names = v.document.Keys("site")
		}
		if !slices.Equal(names, slices.Sorted(maps.Keys(v.want))) {
			t.Fatalf("version %d: the names are not those of its members", i)
		}
	}
	// Older versions can be compared with newer ones.
	first := versions[0].document
	if got := first.KeysSince(versions[len(versions)-1].document, names, "site"); !slices.Equal(got, first.Keys("site")) {
		t.Error("the names of the first version are wrong after a comparison with the last")
	}
	if !first.Same(first, "site") || first.Same(versions[1].document, "site") || !first.Same(versions[1].document, "nothing") {
		t.Error("shared values are not distinguished from others")
	}
}

func TestPatchRefuses(t *testing.T) {
	d := &bundles.Document{}
	if err := d.PutJSON(strings.NewReader(`{"list": ["x"], "one": {"text": "x"}}`), "site"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ op, path, want string }{
		{"remove", "/site/two", "operation 2, remove /site/two: nothing is there"},
		{"replace", "/site/two/x", "operation 2, replace /site/two/x: nothing is there"},
		{"upsert", "/site/list/0", "operation 2, upsert /site/list/0: its parent is not an object"},
		{"upsert", "/site/one/text/x", "operation 2, upsert /site/one/text/x: its parent is not an object"},
		{"upsert", "/", "operation 2, upsert /: no path into the data"},
		{"upsert", "/%zz", "operation 2, upsert /%zz: no path into the data"},
		{"add", "/site/one", `operation 2, add /site/one: it is neither "upsert" nor "replace" nor "remove"`},
	} {
		_, err := d.Patch([]bundle.PatchOperation{{Op: "upsert", Path: "/site/done", Value: "x"}, {Op: c.op, Path: c.path, Value: "x"}})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s %s: %v, want %s", c.op, c.path, err, c.want)
		}
	}
	if d.Has("site", "done") {
		t.Error("a failed change has changed the document")
	}
}
