package snapshot

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// need returns the need of a field that rules read.
func need(typ, name string, readers ...string) schema.Need {
	return schema.Need{Field: schema.Field{Type: typ, Name: name}, Readers: readers}
}

// TestPartialExports shows the findings about collections without a field that rules read. They are the same for both
// forms.
func TestPartialExports(t *testing.T) {
	files := map[string]files{
		"no app has the field":                 {"app.json": `[{"id":"a","name":"A"},{"id":"b","name":"B"}]`},
		"null and an empty list were exported": {"app.json": `[{"id":"a","CUSTOMPROPERTIES":[],"stream":null,"owner":{}},{"id":"b","customProperties":null,"Stream":null,"owner":null}]`},
		"some have it":                         {"app.json": `[{"id":"a","customProperties":[],"stream":null,"owner":null},{"id":"b","stream":null,"owner":null},{"id":"c","stream":null,"owner":null}]`},
		"nothing on record":                    {"app.json": `[]`, "stream.json": `[{"id":"s"}]`},
		"nested entities do not count": {"app.object.json": `[{"id":"o","app":{"id":"x","customProperties":[],"stream":null,"owner":null}}]`,
			"app.json": `[{"id":"a","stream":null,"owner":null}]`},
		"a field that is written twice counts once": {"app.json": `[{"id":"a","customProperties":[],"CustomProperties":[],"stream":null,"owner":null},{"id":"b","stream":null,"owner":null}]`},
	}
	wants := map[string]string{
		"no app has the field": `error Q0615 site/app.json:1:2: no App in the snapshot has the fields customProperties, owner and stream, which rules read >{<`,
		"some have it":         `warning Q0616 site/app.json:1:62: 2 of 3 entities of the type App do not have the field customProperties, which the rules "a", "b" and "c" read >{<`,
		"nested entities do not count": `error Q0615 site/app.json:1:2: no App in the snapshot has the field customProperties, which the rules "a", "b" and "c" read >{<
warning Q0611 site/app.object.json:1:18: 1 reference of App.Object.app to a App that is not in the snapshot >{"id":"x","customProperties":[],"stream":null,"owner":null}<`,
		"a field that is written twice counts once": `warning Q0616 site/app.json:1:84: 1 of 2 entities of the type App do not have the field customProperties, which the rules "a", "b" and "c" read >{<`,
	}
	for name, site := range files {
		t.Run(name, func(t *testing.T) {
			s, found := site.open(t)
			expect(t, found, "")
			s.Require([]schema.Need{need("App", "stream", "s"), need("App", "customProperties", "b", "c")})
			s.Require([]schema.Need{need("App", "owner", "o"), need("App", "customProperties", "a", "b")})
			_, found = s.Load(nil)
			expect(t, found, wants[name])
			var out bytes.Buffer
			found, err := s.Project(t.Context(), reading("app.object", "app>App"), &out, nil)
			if err != nil || found.HasErrors() != (out.Len() == 0) {
				t.Errorf("%v, %d bytes written", err, out.Len())
			}
			expect(t, found, wants[name])
		})
	}
}

// The parents of files are in lists of other entities or, in some exports, in the file itself.
func TestPartialLists(t *testing.T) {
	beside := need("Extension", "references", "files")
	beside.Beside = schema.Field{Type: "StaticContentReference", Name: "Extensions"}
	for name, c := range map[string]struct {
		site files
		want string
	}{
		"neither side": {files{"extension.json": `[{"id":"e"}]`, "staticcontentreference.json": `[{"id":"f"}]`},
			`error Q0615 site/extension.json:1:2: no Extension in the snapshot has the field references, which the rule "files" reads >{<`},
		"the list":             {files{"extension.json": `[{"id":"e","references":[]}]`, "staticcontentreference.json": `[{"id":"f"}]`}, ""},
		"the file":             {files{"extension.json": `[{"id":"e"}]`, "staticcontentreference.json": `[{"id":"f","extensions":[]}]`}, ""},
		"no files":             {files{"extension.json": `[{"id":"e"}]`}, ""},
		"nothing lists a file": {files{"staticcontentreference.json": `[{"id":"f"}]`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, found := c.site.open(t)
			expect(t, found, "")
			s.Require([]schema.Need{beside})
			_, found = s.Load(nil)
			expect(t, found, c.want)
		})
	}
}

// If a file is missing, so are its fields, if rules read them through references and the references do not contain
// them.
func TestPartialWithoutAFile(t *testing.T) {
	through := func(typ, name string) schema.Need { n := need(typ, name, "r"); n.Through = true; return n }
	const dangling = `warning Q0612 site/app.json:1:%d: %s to the type Stream, which has no file%s >%s<`
	const read = `, and which the rule "r" reads`
	for name, c := range map[string]struct {
		site  files
		needs []schema.Need
		want  string
	}{
		"references do not say it": {files{"app.json": `[{"id":"a","stream":{"id":"s","name":"S"}},{"id":"b","stream":"t"}]`},
			[]schema.Need{through("Stream", "customProperties"), through("Stream", "name"), need("App", "stream", "r")},
			`warning Q0612 site/app.json:1:21: 2 references to the type Stream, which has no file, and which the rule "r" reads >{"id":"s","name":"S"}<
error Q0615 site/app.json:1:21: no Stream in the snapshot has the field customProperties, which the rule "r" reads >{<`},
		"references say it": {files{"app.json": `[{"id":"a","stream":{"id":"s","customProperties":[]}}]`},
			[]schema.Need{through("Stream", "customProperties"), need("App", "stream", "r")},
			fmt.Sprintf(dangling, 21, "1 reference", read, `{"id":"s","customProperties":[]}`)},
		"rules read it of the resource alone": {files{"app.json": `[{"id":"a","stream":{"id":"s"}}]`},
			[]schema.Need{need("Stream", "customProperties", "r"), need("App", "stream", "r")},
			fmt.Sprintf(dangling, 21, "1 reference", "", `{"id":"s"}`)},
		"rules do not read the reference": {files{"app.json": `[{"id":"a","stream":{"id":"s"}}]`},
			[]schema.Need{through("Stream", "customProperties")},
			fmt.Sprintf(dangling, 21, "1 reference", read, `{"id":"s"}`)},
		"no reference": {files{"app.json": `[{"id":"a","stream":null}]`}, []schema.Need{through("Stream", "customProperties"), need("App", "stream", "r")}, ""},
		"an empty file": {files{"app.json": `[{"id":"a","stream":{"id":"s"}}]`, "stream.json": `[]`}, []schema.Need{through("Stream", "customProperties"), need("App", "stream", "r")},
			`warning Q0611 site/app.json:1:21: 1 reference of App.stream to a Stream that is not in the snapshot >{"id":"s"}<`},
	} {
		t.Run(name, func(t *testing.T) {
			s, found := c.site.open(t)
			expect(t, found, "")
			s.Require(c.needs)
			_, found = s.Load(nil)
			expect(t, found, c.want)
		})
	}
}

func TestReadBy(t *testing.T) {
	for want, rules := range map[string][]string{
		`the rule "a" reads`:                         {"a"},
		`the rules "a" and "b" read`:                 {"a", "b"},
		`the rules "a", "b", "c" and 2 more read`:    {"a", "b", "c", "d", "e"},
		`the rules "a \"quoted\"", "b" and "c" read`: {`a "quoted"`, "b", "c"},
	} {
		if got := readBy(rules); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
