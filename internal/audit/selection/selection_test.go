package selection_test

import (
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/selection"
)

const site = `{
	"qlik": {"view": {
		"user": {"scalars": {"name": ["="]}, "lists": {"group": [""], "title": ["="]}, "relations": {}},
		"app": {"scalars": {"name": ["", "="]}, "lists": {"@dept": [""]}, "relations": {"stream": {"type": "stream", "many": false}}},
		"app.object": {"scalars": {}, "lists": {}, "relations": {"app": {"type": "app", "many": false}}},
		"stream": {"scalars": {"name": [""]}, "lists": {}, "relations": {}},
		"*": {"scalars": {}, "lists": {"size": [""]}, "relations": {}}
	}},
	"site": {
		"entities": {
			"user": {"u1": {"=name": "Anna Berg", "group": ["hr", "sales"]}, "u2": {"group": ["sales*"]}},
			"app": {"a1": {"name": "q1", "=name": "Q1", "@dept": ["hr"], "stream": "s"}, "a2": {"name": "q2", "=name": "Q2"}},
			"app.object": {"o": {"app": "a1"}},
			"stream": {"s": {"name": "everyone"}},
			"widget": {"w": {"size": ["7"]}}
		}
	}
}`

func TestSelections(t *testing.T) {
	var data bundles.Document
	if err := data.PutJSON(strings.NewReader(site)); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		types, terms []string
		want         string
	}{
		{[]string{"user"}, nil, "u1 u2"},
		{[]string{"user"}, []string{"U1"}, "u1"},
		{[]string{"user"}, []string{`acme\*`}, "u1 u2"},
		{[]string{"user"}, []string{`ACME\u?2`}, ""},
		{[]string{"user"}, []string{"anna*"}, "u1"},
		{[]string{"user"}, []string{"group=Sales"}, "u1"},
		{[]string{"user"}, []string{"group=sales*"}, "u1 u2"},
		{[]string{"user"}, []string{"group=hr", "u2"}, "u1 u2"},
		{[]string{"user"}, []string{"title=x"}, `"title=x": there is no property title, or the bundle does not contain it, because its rules do not read it`},
		{[]string{"app", "app.object"}, []string{"q*"}, "a1 a2"},
		{[]string{"app", "app.object"}, []string{"@Dept=HR"}, "a1"},
		{[]string{"app", "app.object"}, []string{"stream.name=every*"}, "a1"},
		{[]string{"app", "app.object"}, []string{"app.stream.name=everyone", "id=a2"}, "a2 o"},
		{[]string{"app.object"}, []string{"app.owner.name=x"}, `"app.owner.name=x": there is no property app.owner.name, or the bundle does not contain it, because its rules do not read it`},
		{[]string{"app"}, []string{"stream=s"}, `"stream=s": there is no property stream, or the bundle does not contain it, because its rules do not read it`},
		{[]string{"widget"}, []string{"size=7"}, "w"},
	}
	for _, test := range tests {
		s, err := selection.Parse(test.terms)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.Matcher(&data, test.types)
		if err != nil {
			if err.Error() != test.want {
				t.Errorf("%q of %q: %v", test.terms, test.types, err)
			}
			continue
		}
		var got []string
		for _, typ := range test.types {
			for _, id := range data.Keys("site", "entities", typ) {
				if m.Matches(typ, id, `acme\`+id) {
					got = append(got, id)
				}
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q of %q selects %q, want %q", test.terms, test.types, got, test.want)
		}
	}
}

func TestEmptySelections(t *testing.T) {
	for _, text := range []string{"", "name="} {
		if _, err := selection.Parse([]string{text}); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

// A view keeps the fields of a selection that a type can have.
func TestKeep(t *testing.T) {
	s, err := selection.Parse([]string{"x", "group=a", "@Dept=a", "stream.name=a", "app.stream.@X=a", "published=a", "roles=a", "id=a", "stream=a", "name.x=a"})
	if err != nil {
		t.Fatal(err)
	}
	view := schema.View{}
	s.Keep(view, schema.Default(), []string{"app", "app.object", "user", "widget", "transientobject"})
	stream := schema.Relation{Name: "stream", Target: "stream"}
	app, object, user := view["app"], view["app.object"], view["user"]
	if app.Lists["@dept"] != schema.Folded || app.Relations["stream"] != stream || len(app.Scalars) != 0 || len(app.Lists) != 1 {
		t.Errorf("app: %+v", app)
	}
	if len(object.Lists) != 0 || object.Scalars["published"] != schema.Folded || object.Relations["app"].Target != "app" {
		t.Errorf("app.object: %+v", object)
	}
	if user.Lists["group"] != schema.Folded || user.Lists["roles"] != schema.Folded || user.Lists["@dept"] != schema.Folded {
		t.Errorf("user: %+v", user)
	}
	if view["stream"].Scalars["name"] != schema.Folded || view["stream"].Lists["@x"] != schema.Folded {
		t.Errorf("stream: %+v", view["stream"])
	}
	if general := view[schema.GeneralKey]; general.Lists["group"] != schema.Folded || general.Lists["published"] != schema.Folded {
		t.Errorf("types outside the schema: %+v", general)
	}
	if sections := view["transientobject"]; sections != nil {
		t.Errorf("sections: %+v", sections)
	}
}
