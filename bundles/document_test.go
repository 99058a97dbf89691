package bundles_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/bundles"
	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // of the properties
)

// TestDocumentIsTheJSON compares the compact form with encoding/json.
func TestDocumentIsTheJSON(t *testing.T) {
	text := rapid.StringMatching(`[a-d"\\é\n]{0,3}`)
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		leaf := rapid.OneOf(rapid.Map(text, any2[string]), rapid.Map(rapid.IntRange(-9, 9), any2[int]), rapid.Map(rapid.Bool(), any2[bool]), rapid.Just[any](nil))
		if depth == 0 {
			return leaf
		}
		return rapid.OneOf(leaf,
			rapid.Map(rapid.SliceOfN(value(depth-1), 0, 4), any2[[]any]),
			rapid.Map(rapid.MapOfN(text, value(depth-1), 0, 4), any2[map[string]any]),
			rapid.Map(rapid.MapOfN(rapid.StringMatching(`[a-z]{2}`), leaf, 20, 30), any2[map[string]any]))
	}
	rapid.Check(t, func(t *rapid.T) {
		written, err := json.Marshal(value(3).Draw(t, "value"))
		if err != nil {
			t.Fatal(err)
		}
		var d bundles.Document
		if err := d.PutJSON(bytes.NewReader(written), "at"); err != nil {
			t.Fatal(err)
		}
		var want any
		dec := json.NewDecoder(bytes.NewReader(written))
		dec.UseNumber()
		if err := dec.Decode(&want); err != nil {
			t.Fatal(err)
		}
		got, ok := d.Lookup("at")
		if !ok || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s was read as %v", written, got)
		}
		if object, ok := want.(map[string]any); ok {
			for name := range object {
				if got, ok := d.Lookup("at", name); !ok || !reflect.DeepEqual(got, object[name]) {
					t.Fatalf("member %q of %s was read as %v", name, written, got)
				}
			}
		}
	})
}

func any2[T any](v T) any { return v }

func TestDocumentPaths(t *testing.T) {
	var d bundles.Document
	if d.Has("a") {
		t.Error("the empty document has a member")
	}
	for _, add := range []struct{ text, path string }{
		{`{"b": {"x": 1}}`, "a"},
		{`{"y": [{"z": 1}], "z": {}}`, "a.b"},
		{`2`, "a.c"},
	} {
		if err := d.PutJSON(strings.NewReader(add.text), strings.Split(add.path, ".")...); err != nil {
			t.Fatal(err)
		}
	}
	got, _ := d.Lookup()
	if want := "map[a:map[b:map[x:1 y:[map[z:1]] z:map[]] c:2]]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for _, path := range []string{"b", "a.b.x.y", "a.b.y.1", "a.b.y.-1", "a.b.y.z", "a.b.y.0.q", "a.b.q"} {
		if d.Has(strings.Split(path, ".")...) {
			t.Errorf("there is a value at %s", path)
		}
	}
	if got, ok := d.Lookup("a", "b", "y", "0", "z"); !ok || fmt.Sprint(got) != "1" {
		t.Errorf("in an array: %v", got)
	}
	for _, clash := range []struct{ text, path, want string }{
		{`1`, "a.b", "there is data at data.a.b already"},
		{`1`, "a.c.d", "there is data at data.a.c already"},
		{`{"x": 2}`, "a.b", "there is data at data.a.b.x already"},
		{`1`, "", "data must be an object"},
		{`[`, "q", "jsontext: unexpected EOF after offset 1"},
	} {
		path := strings.Split(clash.path, ".")
		if clash.path == "" {
			path = nil
		}
		if err := d.PutJSON(strings.NewReader(clash.text), path...); err == nil || err.Error() != clash.want {
			t.Errorf("%s at %s: %v, want %s", clash.text, clash.path, err, clash.want)
		}
	}
}

// TestManyShapes has more kinds of objects than can share the keys of rows.
func TestManyShapes(t *testing.T) {
	var text strings.Builder
	text.WriteString("[")
	for i := range 1<<14 + 10 {
		fmt.Fprintf(&text, `{"k%d": %d},`, i, i)
	}
	text.WriteString("{}]")
	var d bundles.Document
	if err := d.PutJSON(strings.NewReader(text.String()), "l"); err != nil {
		t.Fatal(err)
	}
	got, _ := d.Lookup("l")
	for _, i := range []int{0, 1 << 14, 1<<14 + 9} {
		if want := fmt.Sprintf("map[k%d:%d]", i, i); fmt.Sprint(got.([]any)[i]) != want {
			t.Errorf("item %d is %v", i, got.([]any)[i])
		}
	}
}

func TestShare(t *testing.T) {
	var one, other bundles.Document
	if err := one.PutJSON(strings.NewReader(`{"site": {"a": {"b": 1}}, "qlik": {}}`)); err != nil {
		t.Fatal(err)
	}
	if err := other.Share(&one, "site"); err != nil {
		t.Fatal(err)
	}
	if !other.Has("site", "a", "b") || other.Has("qlik") {
		t.Error("a member is missing or unexpected")
	}
	if err := other.Share(&one, "site"); err == nil {
		t.Error("a member replaces another one")
	}
	if err := other.Share(&one, "nothing"); err != nil || other.Has("nothing") {
		t.Errorf("a missing member: %v", err)
	}
}
