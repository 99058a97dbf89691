package evaluate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// collection has the entities of one type, in the format of the properties of a request.
type collection struct {
	kind, entities string
}

// newSite returns a site with the entities of collections. Later ones can refer to earlier ones.
func newSite(t *testing.T, collections ...collection) *snapshot.Site {
	t.Helper()
	site := &snapshot.Site{Records: map[string]map[string]*snapshot.Entity{}, Users: map[string]*snapshot.Entity{}}
	e, _ := New(nil, site, Options{})
	for _, c := range collections {
		wrapped, ok := decodeObject([]byte(`{"all":` + c.entities + `}`))
		if !ok {
			t.Fatalf("%s: broken JSON: %s", c.kind, c.entities)
		}
		byID := map[string]*snapshot.Entity{}
		for _, properties := range wrapped["all"].([]any) {
			entity := e.describe(c.kind, properties.(object))
			entity.Recorded = true
			byID[schema.Fold(entity.ID)] = entity
			if entity.Type == "user" {
				site.Users[schema.Fold(entity.Scalars["userdirectory"]+`\`+entity.Scalars["userid"])] = entity
			}
		}
		site.Records[schema.Fold(c.kind)] = byID
	}
	return site
}

// acme is the site of most tests: Anna's app in Bob's stream.
func acme(t *testing.T) *snapshot.Site {
	t.Helper()
	return newSite(t,
		collection{"User", `[
			{"id":"U-Anna","userDirectory":"ACME","userId":"Anna","name":"Anna A","roles":["RootAdmin","AuditAdmin"],
			 "attributes":{"group":["Finance","EMEA"],"email":"a@acme","role":"boss","resourcetype":"person"},"custom":{"Dept":["Sales","Ops"],"Empty":[""]}},
			{"id":"u-bob","userDirectory":"ACME","userId":"bob","name":"Bob","attributes":{"group":["HR"]}},
			{"id":"u-none","userDirectory":"none","userId":"walkin"}]`},
		collection{"Stream", `[{"id":"S-1","name":"Sales","owner":"u-bob","custom":{"GroupAccess":["finance"]}}]`},
		collection{"App", `[
			{"id":"A-1","name":"Q1 Sales","description":"x","published":true,"stream":"s-1","owner":"u-anna","custom":{"Dept":["sales"],"Two":["a","b"]}},
			{"id":"A-2","name":"Loose","published":false,"stream":"gone","owner":{"id":"u-ghost","name":"Ghost"}},
			{"id":"A-3","name":null}]`},
		collection{"App.Object", `[{"id":"O-1","name":"Sheet","objectType":"sheet","description":"","published":true,"app":"a-1","owner":"u-bob","customProperties":[{"value":"x","definition":{"name":"Dept"}}]}]`},
		collection{"App.Content", `[{"id":"C-1","app":"a-1"},{"id":"C-2","app":"a-2"}]`},
		collection{"StaticContentReference", `[{"id":"F-1","staticContentSecurityType":0,"appContents":["c-1","c-2"]},{"id":"F-2"}]`},
		collection{"OdagLink", `[{"id":"L-1","templateApp":"a-1","owner":"U-ANNA"}]`},
		collection{"OdagRequest", `[{"id":"R-1","link":"l-1"}]`},
		collection{"ReloadTask", `[{"id":"T-1","name":"Nightly","app":"a-1"}]`},
		collection{"FileReference", `[{"id":"X-1","name":"file","size":12.50,"app":"text","parts":["p","q",7],"on":true,"owner":"u-anna","settings":{"deep":"x"},"last":"1753-01-01T00:00:00.000Z"}]`},
		collection{"EngineService", `[{"id":"E-1","custom":{"Zone":["North"]}}]`},
	)
}

// ruleOn returns a Security rule for both contexts.
func ruleOn(id, filter string, actions ruleset.Actions, condition string) ruleset.Rule {
	return ruleset.Rule{
		ID: id, Name: "Rule " + id, Category: ruleset.Security, Actions: actions,
		Filter:    &diag.Text{Label: "resourceFilter", Content: filter},
		Condition: &diag.Text{Label: "condition", Content: condition},
	}
}

// evaluator fails the test if a rule has an error.
func evaluator(t *testing.T, site *snapshot.Site, options Options, rules ...ruleset.Rule) *Evaluator {
	t.Helper()
	e, list := New(rules, site, options)
	if list.HasErrors() {
		t.Fatalf("rules with errors: %+v", list)
	}
	return e
}

// ask returns a request of ACME\anna to read an app, with changes. Each change sets the value (JSON) at a dotted path,
// or removes a path without a value.
func ask(t *testing.T, changes ...string) []byte {
	t.Helper()
	request := object{
		"subject":  object{"type": "user", "id": `ACME\anna`},
		"action":   object{"name": "read"},
		"resource": object{"type": "App", "id": "a-1"},
	}
	for _, change := range changes {
		path, value, set := strings.Cut(change, "=")
		at, keys := request, strings.Split(path, ".")
		for _, key := range keys[:len(keys)-1] {
			if _, ok := at[key].(object); !ok {
				at[key] = object{}
			}
			at = at[key].(object)
		}
		last := keys[len(keys)-1]
		if !set {
			delete(at, last)
			continue
		}
		if !json.Valid([]byte(value)) {
			t.Fatalf("not valid JSON: %s", value)
		}
		at[last] = json.RawMessage(value)
	}
	line, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return line
}
