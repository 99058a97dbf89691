package snapshot

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

func sorted(strs []string) string {
	slices.Sort(strs)
	return strings.Join(strs, ", ")
}

// reading returns a view of one type, as for rules that read these names.
func reading(typeKey string, names ...string) schema.View {
	v := schema.View{}
	return alsoReading(v, typeKey, names...)
}

// alsoReading adds names to a view: "x" is a string, "x[]" a list, "x>T" a relation; with = in front it is also
// read as written.
func alsoReading(v schema.View, typeKey string, names ...string) schema.View {
	t := v.Of(typeKey)
	for _, name := range names {
		form := schema.Folded
		if exact, ok := strings.CutPrefix(name, "="); ok {
			name, form = exact, schema.Folded|schema.Exact
		}
		if relation, target, ok := strings.Cut(name, ">"); ok {
			t.Relations[relation] = schema.Default().Lookup(typeKey).Relations[relation]
			_ = target
		} else if list, ok := strings.CutSuffix(name, "[]"); ok {
			t.Lists[list] |= form
		} else {
			t.Scalars[name] |= form
		}
	}
	return v
}

// everything is a view that reads all that the schema has.
func everything() schema.View {
	v := schema.View{}
	for _, t := range schema.Default().Types() {
		view := v.Of(t.Key())
		view.Scalars["name"], view.Scalars["id"] = schema.Folded|schema.Exact, schema.Exact
		for key, p := range t.Properties {
			if p.Many {
				view.Lists[key] = schema.Folded | schema.Exact
			} else {
				view.Scalars[key] = schema.Folded | schema.Exact
			}
		}
		for key, r := range t.Relations {
			view.Relations[key] = r
		}
		view.Lists["@a"], view.Lists["group"], view.Lists["open"] = schema.Folded|schema.Exact, schema.Folded, schema.Exact
	}
	return v
}

// held returns the types with entities according to the document.
func held(document string) string {
	var doc struct{ Entities map[string]any }
	if err := json.Unmarshal([]byte(document), &doc); err != nil {
		return err.Error()
	}
	types := map[string]bool{}
	for key := range doc.Entities {
		types[key] = true
	}
	text, _ := json.Marshal(types)
	return string(text)
}

// TestProject shows the result for a site's files, one feature at a time.
func TestProject(t *testing.T) {
	const empty = `,"nested":{},"subjects":{}}`
	for name, c := range map[string]struct {
		site  files
		view  schema.View
		want  string
		found string
	}{
		"nothing": {files{"app.json": "[]"}, schema.View{}, `{"entities":{}` + empty, ``},
		"entities are listed though nothing of them is read": {
			files{"app.json": `[{"id":"B","name":"x"},{"id":"a"}]`, "stream.json": `[]`}, nil,
			`{"entities":{"app":{"a":{},"b":{}}}` + empty, ``},
		"users give subjects": {
			files{"user.json": `[{"id":"U","userId":"Anna","userDirectory":"ACME"},{"id":"v","userId":"x"},{"id":"w","userId":null,"userDirectory":"ACME"},{"id":"x","userId":"","userDirectory":"ACME"},{"id":"y","userId":"y","userDirectory":""}]`}, schema.View{},
			`{"entities":{"user":{"u":{},"v":{},"w":{},"x":{},"y":{}}},"nested":{},"subjects":{"acme\\anna":"u"}}`, ``},
		"texts, booleans and numbers": {
			files{"app.object.json": `[{"id":"A","name":"Ä\u0041\"","published":true,"description":1.50},{"id":"b","name":"","published":false,"description":12345678901234567890}]`},
			reading("app.object", "=name", "published", "=description"),
			`{"entities":{"app.object":{"a":{"=description":"1.50","=name":"ÄA\"","description":"1.50","name":"äa\"","published":"true"},` +
				`"b":{"=description":"12345678901234567890","=name":"","description":"12345678901234567890","name":"","published":"false"}}}` + empty, ``},
		"null, never and what cannot be a text are no value": {
			files{"app.object.json": `[{"id":"a","name":null,"published":"1753-01-01T00:00:00.000Z","description":{"x":1}}]`},
			reading("app.object", "name", "published", "description"), `{"entities":{"app.object":{"a":{}}}` + empty,
			`warning Q0610 site/app.object.json:1:77: App.Object.description is a list or an object and is ignored >{"x":1}<`},
		"an id as written": {files{"app.json": `[{"id":"A-1"}]`}, reading("app", "=id"), `{"entities":{"app":{"a-1":{"=id":"A-1"}}}` + empty, ``},
		"the spelling that sorts first counts": {
			files{"app.json": `[{"id":"a","Id":"b","name":"lower","NAME":"upper","Name":"mixed"}]`}, reading("app", "name"),
			`{"entities":{"app":{"b":{"name":"upper"}}}` + empty, ``},
		"custom properties unite": {
			files{"app.json": `[{"id":"a","customProperties":[{"value":"b","definition":{"name":"Dept"}},{"value":"A","definition":{"id":1,"name":"DEPT"}},
				{"value":"a","definition":{"name":"dept"}},{"value":null,"definition":{"name":"dept"}},{"value":"z","definition":{"name":"Other"}},{"value":7,"definition":{"name":"n"}}]},
				{"id":"b","customProperties":null}]`},
			reading("app", "=@dept[]", "@n[]"),
			`{"entities":{"app":{"a":{"=@dept":["A","a","b"],"@dept":["a","b"],"@n":["7"]},"b":{}}}` + empty, ``},
		"custom properties where there are none": {
			files{"app.object.json": `[{"id":"a","customProperties":[{"value":"b","definition":{"name":"Dept"}}]}]`}, reading("app.object", "@dept[]"),
			`{"entities":{"app.object":{"a":{}}}` + empty, ``},
		"attributes of users": {
			files{"user.json": `[{"id":"u","name":"Anna","roles":["RootAdmin","AuditAdmin","rootadmin"],"group":"no attribute","attributes":[{"attributeType":"Group","attributeValue":"Sales"},
				{"attributeType":"GROUP","attributeValue":"EMEA"},{"attributeType":"name","attributeValue":"x"},{"attributeType":"roles","attributeValue":"x"},
				{"attributeType":"resourcetype","attributeValue":"person"}]},{"id":"v","roles":"One","attributes":[]}]`},
			reading("user", "name", "roles[]", "group[]", "resourcetype[]"),
			`{"entities":{"user":{"u":{"group":["emea","sales"],"name":"anna","resourcetype":["person"],"roles":["auditadmin","rootadmin"]},"v":{"roles":["one"]}}}` + empty, ``},
		"open types": {
			files{"engineservice.json": `[{"id":"e","name":"N","size":7,"tags":[{"id":1},"b","A",null,[1]],"settings":{"x":1},"@odd":"x","owner":"U","customProperties":[{"value":"v","definition":{"name":"odd"}}]}]`,
				"user.json": `[{"id":"u"}]`},
			reading("engineservice", "name", "size[]", "tags[]", "settings[]", "@odd[]", "owner>User"),
			`{"entities":{"engineservice":{"e":{"@odd":["v"],"name":"n","owner":"u","size":["7"],"tags":["a","b"]}},"user":{"u":{}}}` + empty, ``},
		"the name as a list": {
			files{"engineservice.json": `[{"id":"e","name":"N"}]`}, reading("engineservice", "name[]"),
			`{"entities":{"engineservice":{"e":{"name":["n"]}}}` + empty, ``},
		"types outside the schema name themselves": {
			files{"x.json": `[{"id":"1","schemaPath":"My.Type"},{"id":"2","schemaPath":"MY.TYPE"}]`}, reading("my.type", "=resourcetype"),
			`{"entities":{"my.type":{"1":{"=resourcetype":"My.Type","resourcetype":"my.type"},"2":{"=resourcetype":"MY.TYPE","resourcetype":"my.type"}}}` + empty,
			`info Q0613 site/x.json:1:2: the type My.Type is not in the schema >{<`},
		"types of the schema need not": {
			files{"app.json": `[{"id":"1"}]`}, reading("app", "resourcetype"), `{"entities":{"app":{"1":{}}}` + empty, ``},
		"sections are named by their id": {
			files{"transientobject.json": `[{"id":"QmcSection_App","name":"other"}]`}, reading("transientobject", "=name", "=id"),
			`{"entities":{"transientobject":{"qmcsection_app":{"=id":"QmcSection_App","=name":"QmcSection_App","name":"qmcsection_app"}}}` + empty, ``},
		"references to what is on record": {
			files{"app.json": `[{"id":"a","stream":{"id":"S","name":"old name"}},{"id":"b","stream":"s"},{"id":"c","stream":null},{"id":"d","stream":""},{"id":"e","stream":{}}]`,
				"stream.json": `[{"id":"s","name":"Sales"}]`},
			alsoReading(reading("app", "stream>Stream"), "stream", "name"),
			`{"entities":{"app":{"a":{"stream":"s"},"b":{"stream":"s"},"c":{},"d":{},"e":{}},"stream":{"s":{"name":"sales"}}}` + empty, ``},
		"references to what is not": {
			files{"app.json": `[{"id":"a","stream":"Gone"},{"id":"b","stream":{"id":"gone"}},{"id":"c","stream":{"id":"gone","privileges":[]}}]`, "stream.json": `[]`},
			alsoReading(reading("app", "stream>Stream"), "stream", "name"),
			`{"entities":{"app":{"a":{"stream":"\u001f0\u001fgone"},"b":{"stream":"\u001f0\u001fgone"},"c":{"stream":"\u001f0\u001fgone"}}}` + empty,
			`
warning Q0611 site/app.json:1:21: 3 references of App.stream to a Stream that is not in the snapshot >"Gone"<
	site/app.json:1:48: another one
	site/app.json:1:82: another one`},
		"relations that are not read are not checked": {
			files{"app.json": `[{"id":"a","stream":"Gone"}]`}, reading("app", "name"), `{"entities":{"app":{"a":{}}}` + empty, ``},
		"sets": {
			files{"staticcontentreference.json": `[{"id":"r","Extensions":[{"id":"Y"},{"id":"x"},"X",null],"ContentLibrarys":[],"AppContents":{"id":"c"}}]`,
				"extension.json": `[{"id":"x"},{"id":"y"}]`, "app.content.json": `[{"id":"c"}]`},
			reading("staticcontentreference", "extensions>", "contentlibrarys>", "appcontents>"),
			`{"entities":{"app.content":{"c":{}},"extension":{"x":{},"y":{}},"staticcontentreference":{"r":{"appcontents":["c"],"extensions":["x","y"]}}}` + empty, ``},
		"a file that holds what its name does not say": {
			files{"app.object.json": `[{"id":"a","schemaPath":"App"},{"id":"o","app":{"id":"a"}}]`}, reading("app.object", "app>App"),
			`{"entities":{"app":{"a":{}},"app.object":{"o":{"app":"a"}}}` + empty, ``},
	} {
		t.Run(name, func(t *testing.T) {
			got, found := c.site.project(t, c.view)
			expect(t, found, c.found)
			want := strings.Replace(c.want, `,"nested"`, `,"held":`+held(c.want)+`,"nested"`, 1)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if !json.Valid([]byte(got)) {
				t.Error("the output is not valid JSON")
			}
		})
	}
}

// TestNestedEntities checks that each reference to an entity that does not exist keeps its content, and that
// references with equal content share an entity.
func TestNestedEntities(t *testing.T) {
	site := files{"app.object.json": `[
		{"id":"1","app":{"id":"A","name":"One","stream":{"id":"S","name":"Sales","owner":{"id":"U","userId":"anna"}}}},
		{"id":"2","app":{"id":"a","name":"ONE","published":true,"stream":{"id":"s","name":"sales"}}},
		{"id":"3","app":{"id":"a","name":"Two","stream":"s"}},
		{"id":"4","app":{"name":"No id"}}]`}
	view := alsoReading(alsoReading(reading("app.object", "app>App"), "app", "name", "stream>Stream"), "stream", "name")
	out, found := site.project(t, view)
	if len(found) != 2 || found.HasErrors() {
		t.Errorf("%s", show(found))
	}
	var doc struct {
		Entities, Nested map[string]map[string]map[string]string
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	objects, apps := doc.Entities["app.object"], doc.Nested["app"]
	if objects["1"]["app"] != objects["2"]["app"] || len(apps) != 3 || len(doc.Nested["stream"]) != 1 {
		t.Errorf("%s", out)
	}
	describe := func(object string) string {
		handle := objects[object]["app"]
		app := apps[handle]
		return handle[strings.LastIndex(handle, "\x1f"):] + " " + app["name"] + " " + doc.Nested["stream"][app["stream"]]["name"]
	}
	for object, want := range map[string]string{"1": "\x1fa one sales", "3": "\x1fa two ", "4": "\x1f no id "} {
		if got := describe(object); got != want {
			t.Errorf("object %s leads to %q, want %q", object, got, want)
		}
	}
	loaded, _ := site.load(t)
	app := loaded.Records["app.object"]["1"].Relations["app"][0]
	owner := app.Relations["stream"][0].Relations["owner"][0]
	if app.ID != "A" || app.Recorded || app.TypeName != "App" || owner.Type != "user" || owner.ID != "U" || owner.Scalars["userid"] != "anna" || len(loaded.Users) != 0 {
		t.Errorf("%+v %+v", app, owner)
	}
	if e := loaded.Records["app.object"]["3"].Relations["app"][0].Relations["stream"][0]; e.ID != "s" || e.TypeName != "Stream" || e.Type != "stream" {
		t.Errorf("%+v", e)
	}
}

// TestLoad checks the form that the independent evaluator reads.
func TestLoad(t *testing.T) {
	site, found := files{
		"user.json":                   `[{"id":"U","userId":"Anna","userDirectory":"ACME","name":"Anna A","roles":["B","A"],"attributes":[{"attributeType":"Group","attributeValue":"x"}],"customProperties":[{"value":"v","definition":{"name":"Dept"}}]}]`,
		"app.json":                    `[{"id":"A","name":"App","owner":{"id":"u"},"published":true}]`,
		"odaglink.json":               `[{"id":"l","templateApp":"a"}]`,
		"odaglinkusage.json":          `[{"id":"u","selectionApp":"A"}]`,
		"app.object.json":             `[{"id":"o","published":true}]`,
		"staticcontentreference.json": `[{"id":"f","staticContentSecurityType":2},{"id":"g","staticContentSecurityType":"normal"},{"id":"h","staticContentSecurityType":"7"}]`,
		"proxyservice.json":           `[{"id":"p","name":"P","port":80,"hosts":["b","a"]}]`,
		"transientobject.json":        `[{"id":"HubSection_X"}]`,
	}.load(t)
	expect(t, found, "")
	anna, app := site.Records["user"]["u"], site.Records["app"]["a"]
	if site.Users[`acme\anna`] != anna || app.Relations["owner"][0] != anna {
		t.Error("the owner is not the user on record")
	}
	if anna.ID != "U" || anna.Scalars["name"] != "Anna A" || anna.Scalars["userid"] != "Anna" || strings.Join(anna.Lists["roles"], " ") != "A B" ||
		anna.Attributes["group"][0] != "x" || anna.Custom["dept"][0] != "v" {
		t.Errorf("%+v", anna)
	}
	if _, seen := app.Scalars["published"]; seen || app.TypeName != "App" {
		t.Errorf("%+v", app)
	}
	if o := site.Records["app.object"]["o"]; o.Scalars["published"] != "true" {
		t.Errorf("%+v", o)
	}
	for id, want := range map[string]string{"f": "Closed", "g": "Normal", "h": "7"} {
		if f := site.Records["staticcontentreference"][id]; f.Scalars["staticcontentsecuritytype"] != want {
			t.Errorf("%+v, want %s", f, want)
		}
	}
	link := site.Records["odaglink"]["l"]
	if link.Relations["templateapp"][0] != app || site.Records["odaglinkusage"]["u"].Relations["selectionapp"][0] != app {
		t.Errorf("%+v", link)
	}
	if p := site.Records["proxyservice"]["p"]; p.Scalars["name"] != "P" || strings.Join(p.Lists["hosts"], " ") != "a b" || p.Lists["port"][0] != "80" {
		t.Errorf("%+v", p)
	}
	if s := site.Records["transientobject"]["hubsection_x"]; s.Scalars["name"] != "HubSection_X" {
		t.Errorf("%+v", s)
	}
}

// The parents of files are the owners of lists that name them, and those that the file itself names. The owner may be
// read after the file, and be in any file of the snapshot.
func TestFilesBelongToWhatListsThem(t *testing.T) {
	site := files{
		"staticcontentreference.json": `[{"id":"F1","name":"logo"},{"id":"f2","contentLibrarys":[{"id":"L1"}],"extensions":[]},{"id":"f3"}]`,
		"contentlibrary.json":         `[{"id":"L1","references":[{"id":"f1","logicalPath":"/a"},{"id":"F2"}]},{"id":"l2","References":{"id":"f1"}},{"id":"l3","references":null}]`,
		"whatever.json":               `[{"id":"X","schemaPath":"Extension","references":["f1",7,{"id":"gone"},{}]}]`,
		"app.content.json":            `[{"id":"C","references":[{"id":"f3"}],"app":null}]`,
		"sharedcontent.json":          `[{"id":"S","references":[]}]`,
	}
	view := reading("staticcontentreference", "contentlibrarys>ContentLibrary", "extensions>Extension", "appcontents>App.Content", "sharedcontents>SharedContent")
	want := `{"entities":{"app.content":{"c":{}},"contentlibrary":{"l1":{},"l2":{},"l3":{}},"extension":{"x":{}},"sharedcontent":{"s":{}},` +
		`"staticcontentreference":{"f1":{"contentlibrarys":["l1","l2"],"extensions":["x"]},"f2":{"contentlibrarys":["l1"]},"f3":{"appcontents":["c"]}}},` +
		`"held":{"app.content":true,"contentlibrary":true,"extension":true,"sharedcontent":true,"staticcontentreference":true},"nested":{},"subjects":{}}`
	const gone = `warning Q0611 site/whatever.json:1:2: 1 reference of Extension.references to a StaticContentReference that is not in the snapshot >{"id":"X","schemaPath":"Extension","references":["f1",7,{"id":"gone"},{}]}<`
	out, found := site.project(t, view)
	if out != want {
		t.Errorf("got  %s\nwant %s", out, want)
	}
	expect(t, found, gone)
	loaded, found := site.load(t)
	expect(t, found, gone)
	if f := loaded.Records["staticcontentreference"]["f1"]; len(f.Relations["contentlibrarys"]) != 2 || f.Relations["extensions"][0] != loaded.Records["extension"]["x"] {
		t.Errorf("%+v", f.Relations)
	}
	// If no rule reads the parents of files, lists are ignored.
	if out, found := site.project(t, reading("staticcontentreference", "name")); len(found) > 0 || !strings.Contains(out, `"f1":{"name":"logo"}`) {
		t.Errorf("%s %s", out, show(found))
	}
}

// TestNamesIgnoreCase checks this for any spelling of field names.
func TestNamesIgnoreCase(t *testing.T) {
	for name, want := range map[string]bool{
		`"schemapath"`: true, `"SchemaPath"`: true, `"schema\u0050ath"`: true, `"schemaPaths"`: false, `"schemapats"`: false, `"ſchemapath"`: false, `""`: false,
		`"\u212aey"`: false,
	} {
		if got := foldsTo(jsonfile.Value{Raw: []byte(name)}, "schemapath"); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
	// A sign for kelvin folds to the letter.
	if !foldsTo(jsonfile.Value{Raw: []byte("\"\u212aey\"")}, "key") {
		t.Error("names fold as values do")
	}
}
