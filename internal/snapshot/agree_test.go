package snapshot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	_ "github.com/qlik2rego/qlik2rego/internal/test/seed"   // of the properties
)

type object = map[string]any

// TestBothWaysAgree checks that a projected site is equal to a loaded one that a separate writer has reduced to the
// view, and that the order of the entities in files does not matter.
func TestBothWaysAgree(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		site := drawSite(t)
		view := drawView(t)
		project := func() []byte {
			site.write(t, dir)
			s, _ := Open(dir, nil)
			var out bytes.Buffer
			found, err := s.Project(context.Background(), view, &out, nil)
			if err != nil || found.HasErrors() {
				t.Fatal(err, show(found))
			}
			return out.Bytes()
		}
		first := project()
		for _, entities := range site {
			slices.Reverse(entities)
		}
		if again := project(); !bytes.Equal(first, again) {
			t.Fatalf("in another order:\n%s\n%s", first, again)
		}
		s, _ := Open(dir, nil)
		loaded, found := s.Load(nil)
		if found.HasErrors() {
			t.Fatal(show(found))
		}
		want, got := naive(loaded, view), resolved(t, first, view)
		if !reflect.DeepEqual(got, want) {
			g, _ := json.MarshalIndent(got, "", " ")
			w, _ := json.MarshalIndent(want, "", " ")
			t.Fatalf("projected %s\nloaded %s", g, w)
		}
	})
}

// naive writes the part of a site that a view reads, with nested entities instead of references.
func naive(site *Site, view schema.View) object {
	entities, subjects := object{}, object{}
	for key, byID := range site.Records {
		records := object{}
		for id, e := range byID {
			records[id] = naiveEntity(e, view)
		}
		entities[key] = records
	}
	for login, e := range site.Users {
		subjects[login] = schema.Fold(e.ID)
	}
	return object{"entities": entities, "subjects": subjects}
}

func naiveEntity(e *Entity, view schema.View) object {
	to := object{}
	v := view[e.Type]
	if v == nil {
		return to
	}
	put := func(name string, strs []string, form schema.Form, many bool) {
		for f, prefix := range map[schema.Form]string{schema.Folded: "", schema.Exact: "="} {
			if form&f == 0 || len(strs) == 0 {
				continue
			}
			var values []any
			for _, text := range strs {
				if f == schema.Folded {
					text = strings.ToLower(text)
				}
				if !slices.Contains(values, any(text)) {
					values = append(values, text)
				}
			}
			slices.SortFunc(values, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
			if to[prefix+name] = values; !many {
				to[prefix+name] = values[0]
			}
		}
	}
	one := func(text string, ok bool) []string {
		if !ok {
			return nil
		}
		return []string{text}
	}
	_, inSchema := schema.Default().Type(e.TypeName)
	for name, form := range v.Scalars {
		text, ok := e.Scalars[name]
		switch {
		case name == "id":
			put(name, one(e.ID, e.ID != ""), form&schema.Exact, false)
		case name == "resourcetype":
			put(name, one(e.TypeName, !inSchema), form, false)
		default:
			put(name, one(text, ok), form, false)
		}
	}
	for name, form := range v.Lists {
		if custom, ok := strings.CutPrefix(name, "@"); ok {
			put(name, e.Custom[custom], form, true)
		} else {
			put(name, append(e.Attributes[name], e.Lists[name]...), form, true)
		}
	}
	for name, r := range v.Relations {
		var related []any
		for _, other := range e.Relations[name] {
			var place any = schema.Fold(other.ID)
			if !other.Recorded {
				place = object{"off record": schema.Fold(other.ID), "entity": naiveEntity(other, view)}
			}
			if !slices.ContainsFunc(related, func(v any) bool { return reflect.DeepEqual(v, place) }) {
				related = append(related, place)
			}
		}
		slices.SortFunc(related, byText)
		if len(related) == 0 {
			continue
		}
		if to[name] = related; !r.Many {
			to[name] = related[0]
		}
	}
	return to
}

func byText(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }

// fataler is the common interface of testing.T and rapid.T.
type fataler interface {
	Fatal(...any)
	Fatalf(string, ...any)
}

// TestLargeFiles checks the same for files with many batches.
func TestLargeFiles(t *testing.T) {
	dir := t.TempDir()
	generate(t, dir, 3000)
	s, _ := Open(dir, nil)
	var out bytes.Buffer
	projected, err := s.Project(context.Background(), usualView(), &out, NoProgress{})
	if err != nil {
		t.Fatal(err)
	}
	site, loaded := s.Load(NoProgress{})
	expect(t, append(projected, loaded...), "")
	if n := len(site.Records["app.object"]); n != 3000 {
		t.Errorf("%d objects", n)
	}
	if !reflect.DeepEqual(resolved(t, out.Bytes(), usualView()), naive(site, usualView())) {
		t.Error("projecting and loading do not agree")
	}
}

// resolved parses a projected site and puts nested entities instead of their handles.
func resolved(t fataler, document []byte, view schema.View) object {
	var doc struct {
		Entities, Nested map[string]map[string]object
		Held             map[string]bool
		Subjects         object
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	var entity func(key string, e object) object
	place := func(target string, handle any) any {
		text := handle.(string)
		if !strings.HasPrefix(text, "\x1f") {
			return text
		}
		return object{"off record": text[strings.LastIndex(text, "\x1f")+1:], "entity": entity(schema.Fold(target), doc.Nested[schema.Fold(target)][text])}
	}
	entity = func(key string, e object) object {
		to := object{}
		for name, value := range e {
			to[name] = value
			if r, ok := view[key].Relations[name]; ok && r.Many {
				var related []any
				for _, handle := range value.([]any) {
					related = append(related, place(r.Target, handle))
				}
				slices.SortFunc(related, byText)
				to[name] = related
			} else if ok {
				to[name] = place(r.Target, value)
			}
		}
		return to
	}
	entities := object{}
	for key, byID := range doc.Entities {
		records := object{}
		for id, e := range byID {
			records[id] = entity(key, e)
		}
		entities[key] = records
		if !doc.Held[key] {
			t.Fatalf("%s is not held", key)
		}
	}
	return object{"entities": entities, "subjects": doc.Subjects}
}

// drawnSite holds entities by file.
type drawnSite map[string][]object

func (s drawnSite) write(t *rapid.T, dir string) {
	for name, entities := range s {
		content, err := json.Marshal(entities)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+".json"), content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

var drawnTypes = []string{"user", "stream", "app", "app.object", "extension", "staticcontentreference", "engineservice", "strange"}

func drawSite(t *rapid.T) drawnSite {
	site := drawnSite{}
	for _, name := range drawnTypes {
		typ := schema.Default().Lookup(name)
		entities := []object{}
		for n := range rapid.IntRange(0, 3).Draw(t, name) {
			e := drawFields(t, typ, 2)
			e["id"] = []string{"A", "b", "Ç"}[n]
			if typ.Attributes {
				delete(e, "USERID")
				delete(e, "USERDIRECTORY")
				e["userId"], e["userDirectory"] = e["id"], "ACME"
			}
			if name == "extension" && n == 2 {
				e["schemaPath"] = "Strange" // added to other entities of that type, so its id must be unique
				e["id"] = "d"
			}
			entities = append(entities, e)
		}
		site[name] = entities
	}
	return site
}

func drawFields(t *rapid.T, typ *schema.Type, depth int) object {
	text := rapid.SampledFrom([]any{"x", "X", "é", "É", "", nil, true, 1.5, 7, "1753-01-01T00:00:00.000Z", "\"\\\n\u2028"})
	e := object{}
	draw := func(name string, value func() any) {
		if rapid.Bool().Draw(t, name) {
			e[name] = value()
		}
	}
	strs := func() any { return rapid.SliceOfN(text, 0, 3).Draw(t, "texts") }
	draw("name", func() any { return text.Draw(t, "name") })
	draw("NAME", func() any { return text.Draw(t, "name") })
	draw("open", strs)
	for _, key := range slices.Sorted(maps.Keys(typ.Properties)) {
		if typ.Properties[key].Many {
			draw(key, strs)
		} else {
			draw(strings.ToUpper(key), func() any { return text.Draw(t, key) })
		}
	}
	pairs := func(pair func(name string, value any) object) any {
		list := []any{}
		for _, value := range rapid.SliceOfN(text, 0, 3).Draw(t, "pairs") {
			list = append(list, pair(rapid.SampledFrom([]string{"a", "A", "group", "Group", "name"}).Draw(t, "pair"), value))
		}
		return list
	}
	draw("customProperties", func() any {
		return pairs(func(name string, value any) object { return object{"value": value, "definition": object{"name": name}} })
	})
	if typ.Attributes {
		draw("attributes", func() any {
			return pairs(func(name string, value any) object { return object{"attributeType": name, "attributeValue": value} })
		})
	}
	for _, key := range slices.Sorted(maps.Keys(typ.Relations)) {
		r := typ.Relations[key]
		reference := func() any {
			id := rapid.SampledFrom([]string{"a", "B", "ç", "gone", ""}).Draw(t, key)
			if depth == 0 || rapid.Bool().Draw(t, "short") {
				return id
			}
			target, _ := schema.Default().Type(r.Target)
			e := drawFields(t, target, depth-1)
			e["id"] = id
			return e
		}
		draw(key, func() any {
			if !r.Many {
				return reference()
			}
			return []any{reference(), reference(), nil}
		})
	}
	return e
}

// drawView draws a part of the view that reads everything.
func drawView(t *rapid.T) schema.View {
	view := everything()
	view.Of("strange").Scalars["resourcetype"] = schema.Folded | schema.Exact
	view.Of("strange").Lists["open"] = schema.Folded
	for _, key := range drawnTypes {
		if rapid.IntRange(0, 4).Draw(t, key) == 0 {
			delete(view, key)
			continue
		}
		v := view[key]
		for _, name := range slices.Sorted(maps.Keys(v.Relations)) {
			if rapid.IntRange(0, 4).Draw(t, name) == 0 {
				delete(v.Relations, name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(v.Lists)) {
			v.Lists[name] = schema.Form(rapid.IntRange(1, 3).Draw(t, name))
		}
		for _, name := range slices.Sorted(maps.Keys(v.Scalars)) {
			v.Scalars[name] = schema.Form(rapid.IntRange(1, 3).Draw(t, name))
		}
	}
	return view
}

// FuzzCollection checks that reading any file as a snapshot does not panic, that both forms agree on whether it is
// valid, and that findings are located in the file.
func FuzzCollection(f *testing.F) {
	for _, seed := range []string{
		`[{"id":"a","owner":{"id":"u","name":"x"},"stream":"s","customProperties":[{"value":"v","definition":{"name":"a"}}]}]`,
		`[{"id":"a","schemaPath":"User","attributes":[{"attributeType":"group","attributeValue":"x"}],"userId":"x","userDirectory":"y"},{"id":"A"}]`,
		"\xff\xfe[\x00]\x00", `[{"id":"a","schemaPath":"x","n":[1,{}]}] x`, `[[`, `[{"ID":"\u0000"}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "app.json"), data, 0o644); err != nil {
			t.Fatal(err)
		}
		s, _ := Open(dir, nil)
		_, loaded := s.Load(nil)
		var out bytes.Buffer
		projected, err := s.Project(context.Background(), everything(), &out, nil)
		if err != nil || projected.HasErrors() != (out.Len() == 0) || !projected.HasErrors() && !json.Valid(out.Bytes()) {
			t.Errorf("%v %s %s", err, show(projected), out.Bytes())
		}
		if projected.HasErrors() && !loaded.HasErrors() {
			t.Errorf("projected: %sloaded: %s", show(projected), show(loaded))
		}
		for _, d := range loaded {
			if p, ok := d.Position(); ok && (p.Offset < 0 || p.Offset > len(data)) {
				t.Errorf("%s", show(loaded))
			}
		}
	})
}
