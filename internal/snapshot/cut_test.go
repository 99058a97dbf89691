package snapshot

import "testing"

// A value that ConvertTo-Json truncated is one error per file, wherever it is in a field.
func TestCutOff(t *testing.T) {
	const depth = `: ConvertTo-Json cut the export off here >`
	for name, c := range map[string]struct {
		site files
		want string
	}{
		"custom properties": {files{"app.json": `[{"id":"a","customProperties":["@{id=1; value=x}","@{id=2}"]},{"id":"b","customProperties":["@{id=3}"]}]`},
			`error Q0617 site/app.json:1:32` + depth + `"@{id=1; value=x}"<`},
		"definitions": {files{"app.json": `[{"id":"a","customProperties":[{"value":"x","definition":"@{name=Dept}"}]}]`},
			`error Q0617 site/app.json:1:58` + depth + `"@{name=Dept}"<`},
		"relations":           {files{"app.json": `[{"id":"a","stream":"@{id=s; name=S}"}]`}, `error Q0617 site/app.json:1:21` + depth + `"@{id=s; name=S}"<`},
		"lists":               {files{"user.json": `[{"id":"a","roles":"System.Object[]"}]`}, `error Q0617 site/user.json:1:20` + depth + `"System.Object[]"<`},
		"attributes":          {files{"user.json": `[{"id":"a","attributes":["System.Collections.Hashtable"]}]`}, `error Q0617 site/user.json:1:26` + depth + `"System.Collections.Hashtable"<`},
		"a name is no object": {files{"app.json": `[{"id":"a","name":"@{x}"}]`}, ""},
		"nor is an open type": {files{"tag.json": `[{"id":"a","what":"@{x}"}]`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, found := c.site.load(t)
			expect(t, found, c.want)
		})
	}
}

// Lists of one item, empty lists and wrapped lists, as PowerShell writes them, are read as lists.
func TestListsOfPowerShell(t *testing.T) {
	site, found := files{
		"user.json":                   `{"id":"u","userId":"u","userDirectory":"D","roles":"RootAdmin","attributes":{"attributeType":"group","attributeValue":"Sales"},"customProperties":null}`,
		"app.json":                    `{"value":[{"id":"a","customProperties":{"value":[{"value":"x","definition":{"name":"Dept"}}],"Count":1}},{"id":"b","customProperties":[]}],"Count":2}`,
		"staticcontentreference.json": `[{"id":"f","extensions":{"id":"e"},"contentLibrarys":null}]`,
		"extension.json":              `null`,
	}.load(t)
	expect(t, found, `warning Q0611 site/staticcontentreference.json:1:25: 1 reference of StaticContentReference.Extensions to a Extension that is not in the snapshot >{"id":"e"}<`)
	u, a := site.Records["user"]["u"], site.Records["app"]["a"]
	if u == nil || a == nil || len(site.Records["app"]) != 2 {
		t.Fatal(site.Records)
	}
	if u.Lists["roles"][0] != "RootAdmin" || u.Attributes["group"][0] != "Sales" || a.Custom["dept"][0] != "x" ||
		len(site.Records["staticcontentreference"]["f"].Relations["extensions"]) != 1 {
		t.Errorf("%+v %+v", u, a)
	}
}
