package bundles_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
)

// FuzzRoundTrip checks that an opened bundle has the same manifest, modules, catalogue and data as a bundle in memory
// that was never written.
func FuzzRoundTrip(f *testing.F) {
	for _, data := range []string{
		siteText, `{}`, `{"entities": {"app": {"": {"=name": "\u001f", "@a": ["x", "x"]}}}}`, `{"a": {"b": [1, 1.50, true, null, {}]}}`,
		`{"held": {"app": true}, "subjects": {"acme\\anna": "u1"}}`, `{"\u0000": "\ud83d\ude42"}`,
	} {
		f.Add(data, "r4", "Name\n🙂", `user.name = "x"`)
	}
	f.Fuzz(func(t *testing.T, data, id, name, condition string) {
		var object map[string]any
		if json.Unmarshal([]byte(data), &object) != nil || object == nil || !utf8.ValidString(data+id+name+condition) {
			t.Skip("site data is a JSON object")
		}
		p := policy()
		p.Catalogue = append(p.Catalogue, compiler.RuleInfo{ID: id, Name: name, Condition: condition, Actions: []string{}})
		direct, errDirect := bundles.InMemory(t.Context(), p, source(data))
		if errDirect != nil {
			t.Skip("site data of another form: ", errDirect)
		}
		written, err := bundles.Open(t.Context(), save(t, build(t, p, source(data), bundles.Everything)))
		if err != nil {
			t.Fatalf("the bundle does not open: %v", err)
		}
		if !reflect.DeepEqual(written.Manifests, direct.Manifests) || !reflect.DeepEqual(contents(written.Modules), contents(direct.Modules)) {
			t.Errorf("written:\n%+v\ndirect:\n%+v", written.Manifests, direct.Manifests)
		}
		for _, path := range [][]string{{bundles.DataRoot}, {"qlik", "rules"}, {"qlik", "view"}} {
			got, _ := written.Data.Lookup(path...)
			want, _ := direct.Data.Lookup(path...)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s is %v; want %v", path, got, want)
			}
		}
		got, _ := written.Data.Lookup(bundles.DataRoot)
		if text, err := json.Marshal(got); err != nil || !sameJSON(text, []byte(data)) {
			t.Errorf("the data of the site is %s, %v; want %s", text, err, data)
		}
	})
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
