package snapshot

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

func TestFilesAreTypesByName(t *testing.T) {
	site, found := files{
		"USER.JSON":       `[{"id":"u"}]`,
		"app.object.json": `[{"id":"o"}]`,
		"license.json":    `[{"id":"l"}]`,
		"task.json":       `[{"id":"t","schemaPath":"ReloadTask"},{"id":"x","SchemaPath":"externalprogramtask"},{"id":"d","schemaPath":""},{"id":"n","schemaPath":null}]`,
		"notes.txt":       `no entities`,
		".json":           `nothing`,
	}.load(t)
	expect(t, found, `
info Q0613 site/task.json:1:85: the type task is not in the schema >{<`)
	var got []string
	for key, byID := range site.Records {
		for id, e := range byID {
			if e.Type != key || !e.Recorded {
				t.Errorf("%s %s: %+v", key, id, e)
			}
			got = append(got, e.TypeName+" "+id)
		}
	}
	want := "App.Object o, ExternalProgramTask x, License l, ReloadTask t, User u, task d, task n"
	if got := sorted(got); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRulesFile(t *testing.T) {
	s, _ := files{"SystemRule.json": `[]`, "app.json": `[]`}.open(t)
	if path, ok := s.RulesFile(); !ok || filepath.ToSlash(path) != "site/SystemRule.json" {
		t.Errorf("%q %t", path, ok)
	}
	s, _ = files{"app.json": `[]`}.open(t)
	if path, ok := s.RulesFile(); ok {
		t.Errorf("found %q", path)
	}
}

func TestOpenReports(t *testing.T) {
	_, found := files{"old/app.json": `[]`, "app.json": `[]`}.open(t)
	expect(t, found, "warning Q0604: the folder site/old is not read")
	for name, c := range map[string]struct {
		site files
		want string
	}{
		"nothing":          {files{"notes.txt": "none"}, "warning Q0614: no entities were found in the folder site"},
		"rules alone":      {files{"SystemRule.json": "[]"}, "warning Q0614: no entities were found in the folder site"},
		"one too deep":     {files{"export/app.json": "[]"}, "warning Q0604: the folder site/export is not read\nwarning Q0614: no entities were found in the folder site"},
		"rules and a type": {files{"systemrule.json": "[]", "app.json": "[]"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, found := c.site.open(t)
			expect(t, found, c.want)
		})
	}
	_, found = Open("nowhere", schema.Default())
	if len(found) != 1 || found[0].Code != codeUnreadable || !strings.HasPrefix(found[0].Summary, "cannot read nowhere: ") {
		t.Errorf("%+v", found)
	}
	if err := os.Symlink("nowhere", filepath.Join("site", "user.json")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	_, found = Open("site", nil)
	if len(found) != 2 || found[1].Code != codeUnreadable {
		t.Errorf("%+v", found)
	}
}

// TestFilesThatVanish checks that a file that cannot be read any more is reported once.
func TestFilesThatVanish(t *testing.T) {
	s, _ := files{"app.json": `[]`, "app.object.json": `[]`}.open(t)
	for _, name := range []string{"app.json", "app.object.json"} {
		if err := os.Remove(filepath.Join("site", name)); err != nil {
			t.Fatal(err)
		}
	}
	_, found := s.Load(nil)
	if len(found) != 2 || found[0].Code != codeUnreadable || found[1].Code != codeUnreadable {
		t.Errorf("%+v", found)
	}
	if runtime.GOOS == "windows" {
		t.Skip("a folder cannot stand in for a file that fails to be read")
	}
	if err := os.Mkdir(filepath.Join("site", "app.json"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, found = s.Load(nil)
	if len(found) != 2 || found[0].Summary != "cannot read site/app.json: is a directory" {
		t.Errorf("%+v", found)
	}
	if got := reason(errors.New("late")); got != "late" {
		t.Error(got)
	}
}

// TestBrokenFiles checks that every broken file of a snapshot is reported with its position in one run, and that
// nothing is written.
func TestBrokenFiles(t *testing.T) {
	out, found := files{
		"app.json":              "[\n{\"id\": \"a\"},\n{\"id\": \"b\"",
		"app.content.json":      `7`,
		"app.object.json":       "[{\"id\": \"a\"}]\n[]",
		"contentlibrary.json":   ``,
		"dataconnection.json":   strings.Repeat("[", 100_000),
		"extension.json":        "[{\"id\": \"é\",\"name\": \"\xff\"}]",
		"odaglink.json":         `[{"id": "a", "name": "x", "name": "y"}]`,
		"stream.json":           "\xff\xfe[\x00{\x00",
		"sharedcontent.json":    "\xff\xfe[\x00\x00\xd8",
		"reloadtask.json":       `[{"id": a}]`,
		"odagrequest.json":      `[{"id": "a"} {"id": "b"}]`,
		"user.json":             `[{"id": "a"}]`,
		"systemrule.json":       "[\x00",
		"cloudcredentials.json": `"text"`,
	}.project(t, schema.View{})
	expect(t, found, `
error Q0603 site/app.content.json:1:1: the file is not a list ><
error Q0603 site/app.json:3:11: the file ends in the middle of the JSON document ><
error Q0603 site/app.object.json:2:1: there is text after the end of the JSON document ><
error Q0603 site/cloudcredentials.json:1:1: the file is not a list ><
error Q0603 site/contentlibrary.json:1:1: the file is empty ><
error Q0603 site/dataconnection.json:1:10001: the file is not JSON that Qlik writes: it is nested more than 10,000 deep ><
error Q0602 site/extension.json:1:22: the file is not valid UTF-8 ><
error Q0603 site/odaglink.json:1:27: the field "name" is given twice ><
error Q0603 site/odagrequest.json:1:14: the file is not valid JSON: invalid character '{' after array element (expecting ',' or ']') ><
error Q0603 site/reloadtask.json:1:9: the file is not valid JSON: invalid character 'a' at start of value ><
error Q0602 site/sharedcontent.json:1:2: the file is broken UTF-16: unpaired surrogate 0xD800 ><
error Q0603 site/stream.json:1:3: the file ends in the middle of the JSON document ><
error Q0602 site/systemrule.json:1:2: the file is UTF-16 without a byte-order mark, or no text at all ><`)
	if out != "" {
		t.Errorf("written: %s", out)
	}
}

// TestBrokenEntities checks that an invalid entity is reported with its position and does not hide errors in others.
func TestBrokenEntities(t *testing.T) {
	site, found := files{
		"app.json": `[
 7, {}, {"id": 7}, {"id": ""}, {"id": null}, {"id": "a\u001f0"}, {"id": "a\u0085"},
 {"id": "b", "schemaPath": 7}, {"id": "b", "schemaPath": "A\u0000"},
 {"id": "c", "stream": 7}, {"id": "c", "stream": ["s"]}, {"id": "c", "stream": {"id": 7}}, {"id": "c", "owner": "\u0001"},
 {"id": "d", "customProperties": {}}, {"id": "d", "customProperties": [7]}, {"id": "d", "customProperties": [{"value": "x"}]},
 {"id": "d", "customProperties": [{"value": "x", "definition": "y"}]}, {"id": "d", "customProperties": [{"value": ["x"], "definition": {"name": "n"}}]},
 {"id": "d", "customProperties": [{"definition": {"name": "n"}}]}, {"id": "d", "customProperties": [{"value": "x", "definition": {"name": 7}}]},
 {"id": "e", "name": ["x"]}, {"id": "E"}, {"ID": "e"}]`,
		"staticcontentreference.json": `[{"id": "s", "extensions": [7, {"id": false}, "x"]}]`,
		"user.json": `[{"id": "u", "userId": "Anna", "userDirectory": "ACME"}, {"id": "v", "userId": "anna", "userDirectory": "acme"},
 {"id": "w", "attributes": [{"attributeType": "group"}]}, {"id": "x", "roles": ["a", {"b": 1}]}]`,
	}.load(t)
	expect(t, found, `
error Q0605 site/app.json:2:2: an entity was expected here >7<
error Q0606 site/app.json:2:5: the entity has no id >{<
error Q0606 site/app.json:2:16: the id is not a string, or contains control characters >7<
error Q0606 site/app.json:2:20: the entity has no id >{<
error Q0606 site/app.json:2:32: the entity has no id >{<
error Q0606 site/app.json:2:53: the id is not a string, or contains control characters >"a\u001f0"<
error Q0606 site/app.json:2:73: the id is not a string, or contains control characters >"a\u0085"<
error Q0609 site/app.json:3:28: the schemaPath is not the name of a type >7<
error Q0609 site/app.json:3:58: the schemaPath is not the name of a type >"A\u0000"<
error Q0609 site/app.json:4:24: App.stream does not lead to an entity >7<
error Q0609 site/app.json:4:50: App.stream does not lead to an entity >["s"]<
error Q0609 site/app.json:4:87: App.stream does not lead to an entity >7<
error Q0609 site/app.json:4:113: App.owner does not lead to an entity >"\u0001"<
error Q0609 site/app.json:5:34: App.customProperties has an entry that is not a name with a value >{}<
error Q0609 site/app.json:5:72: App.customProperties has an entry that is not a name with a value >7<
error Q0609 site/app.json:5:110: App.customProperties has an entry that is not a name with a value >{"value": "x"}<
error Q0609 site/app.json:6:35: App.customProperties has an entry that is not a name with a value >{"value": "x", "definition": "y"}<
error Q0609 site/app.json:6:115: App.customProperties has an entry that is not a name with a value >["x"]<
error Q0609 site/app.json:7:35: App.customProperties has an entry that is not a name with a value >{"definition": {"name": "n"}}<
error Q0609 site/app.json:7:101: App.customProperties has an entry that is not a name with a value >{"value": "x", "definition": {"name": 7}}<
warning Q0610 site/app.json:8:22: App.name is a list or an object and is ignored >["x"]<
error Q0607 site/app.json:8:30: two entities of the type App have the id "E" >{"id": "E"}<
	site/app.json:8:2: the other one
error Q0607 site/app.json:8:43: two entities of the type App have the id "e" >{"ID": "e"}<
	site/app.json:8:2: the other one
error Q0609 site/staticcontentreference.json:1:29: StaticContentReference.extensions does not lead to an entity >7<
error Q0609 site/staticcontentreference.json:1:39: StaticContentReference.extensions does not lead to an entity >false<
warning Q0612 site/staticcontentreference.json:1:47: 1 reference to the type Extension, which has no file >"x"<
error Q0608 site/user.json:1:58: two users are "acme\\anna" >{"id": "v", "userId": "anna", "userDirectory": "acme"}<
	site/user.json:1:2: the other one
error Q0609 site/user.json:2:29: User.attributes has an entry that is not a name with a value >{"attributeType": "group"}<
warning Q0610 site/user.json:2:86: User.roles is a list or an object and is ignored >{"b": 1}<`)
	if n := len(site.Records["app"]); n != 1 {
		t.Errorf("%d apps", n)
	}
}

// TestProjectReportsTheSame checks that both forms report the same errors in what the view reads.
func TestProjectReportsTheSame(t *testing.T) {
	site := files{
		"app.json":  `[{"id": "a", "stream": 7}, {"id": "b"}, {"id": "B"}, {"id": "c", "stream": "gone"}]`,
		"user.json": `[{"id": "u", "userId": "Anna", "userDirectory": "ACME"}, {"id": "v", "userId": "anna", "userDirectory": "acme"}, {"id": "U", "userId": "Anna", "userDirectory": "ACME"}]`,
	}
	out, projected := site.project(t, everything())
	_, loaded := site.load(t)
	if out != "" {
		t.Errorf("written: %s", out)
	}
	expect(t, projected, `
error Q0609 site/app.json:1:24: App.stream does not lead to an entity >7<
error Q0607 site/app.json:1:41: two entities of the type App have the id "b" >{"id": "B"}<
	site/app.json:1:28: the other one
warning Q0612 site/app.json:1:76: 1 reference to the type Stream, which has no file >"gone"<
error Q0608 site/user.json:1:58: two users are "acme\\anna" >{"id": "v", "userId": "anna", "userDirectory": "acme"}<
	site/user.json:1:2: the other one
error Q0607 site/user.json:1:114: two entities of the type User have the id "u" >{"id": "U", "userId": "Anna", "userDirectory": "ACME"}<
	site/user.json:1:2: the other one`)
	if a, b := strings.ToLower(show(projected)), strings.ToLower(show(loaded)); a != b {
		t.Errorf("projected:\n%sloaded:\n%s", a, b)
	}
}

// TestManyAreCounted checks that errors everywhere in a site are not reported entity by entity.
func TestManyAreCounted(t *testing.T) {
	apps := strings.Repeat(`{"name": "x"},`, 999) + `{"id": "a"}`
	objects := ""
	for i := range 1000 {
		objects += strings.Replace(`{"id": "#", "app": "gone", "owner": {"id": "nobody"}},`, "#", "o"+string(rune('a'+i%26))+strings.Repeat("x", i/26), 1)
	}
	_, found := files{"app.json": "[" + apps + "]", "app.object.json": "[" + objects + `{"id": "last"}]`}.load(t)
	if n := found.Count(1); n != listed {
		t.Errorf("%d errors are listed", n)
	}
	if want := "Export the collection in full. The same is wrong in 989 more places of the file."; !strings.HasSuffix(found[0].Detail, want) {
		t.Errorf("%s", found[0].Detail)
	}
	expect(t, found[listed:], `
warning Q0611 site/app.object.json:1:22: 1000 references of App.Object.app to a App that is not in the snapshot >"gone"<
	site/app.object.json:1:77: another one
	site/app.object.json:1:132: another one
warning Q0612 site/app.object.json:1:39: 1000 references to the type User, which has no file >{"id": "nobody"}<`)
}

func TestUTF16(t *testing.T) {
	const text = `[{"id": "a", "name": "Größe 🙂"}, {"id": 7}]`
	for name, order := range map[string]binary.AppendByteOrder{"little endian": binary.LittleEndian, "big endian": binary.BigEndian} {
		content := order.AppendUint16(nil, 0xfeff)
		for _, unit := range utf16.Encode([]rune(text)) {
			content = order.AppendUint16(content, unit)
		}
		t.Run(name, func(t *testing.T) {
			site, found := files{"app.json": string(content)}.load(t)
			expect(t, found, "error Q0606 site/app.json:1:41: the id is not a string, or contains control characters >7<")
			if got := site.Records["app"]["a"].Scalars["name"]; got != "Größe 🙂" {
				t.Errorf("%q", got)
			}
			// mark, 40 characters, one of which takes four bytes
			if p, _ := found[0].Position(); p.Offset != 2+2*40+2 {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestCorpus(t *testing.T) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS names no folder with a real site")
	}
	dir := filepath.Join(corpus, "site-export") // contains only rules
	s, found := Open(dir, nil)
	expect(t, found, "warning Q0614: no entities were found in the folder "+dir)
	site, found := s.Load(nil)
	expect(t, found, "")
	rules := site.Records["systemrule"]
	if e := rules["f9fc3d92-3276-45b8-97fc-7a047ff63587"]; len(rules) != 74 || e.Scalars["category"] != "Security" || e.Scalars["resourcefilter"] != "*" {
		t.Errorf("%d rules, %+v", len(rules), e)
	}
}

// meter is a Progress that adds up.
type meter struct {
	total, read    int64
	started, ended int
}

func (m *meter) Start(_ string, total int64) { m.started++; m.total += total }
func (m *meter) Add(n int64)                 { m.read += n }
func (m *meter) Done()                       { m.ended++ }

// TestProgress checks that the announced size is read: twice for collections that others refer to.
func TestProgress(t *testing.T) {
	s, _ := files{"app.json": `[{"id": "a"}]`, "app.object.json": `[{"id": "o", "app": "a"}]`}.open(t)
	m := &meter{}
	if _, err := s.Project(context.Background(), schema.View{}, io.Discard, m); err != nil {
		t.Fatal(err)
	}
	if want := int64(2*13 + 25); m.total != want || m.read != want || m.started != 1 || m.ended != 1 {
		t.Errorf("%+v, want %d", m, want)
	}
}

func TestProjectStops(t *testing.T) {
	s, _ := files{"app.json": `[{"id": "a"}]`}.open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if found, err := s.Project(ctx, schema.View{}, io.Discard, nil); !errors.Is(err, context.Canceled) || found != nil {
		t.Errorf("%v %v", found, err)
	}
	full := errors.New("disk full")
	if _, err := s.Project(context.Background(), schema.View{}, failing{full}, nil); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
