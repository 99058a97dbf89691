package sitegen

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// A real export: 74 rules of a site. Five of its conditions are constants, and some rules depend on rights
// that no rule grants.
func TestARealExportGetsASiteAroundIt(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, many sites")
	}
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS names no folder with site-export/systemrule.json")
	}
	export, err := os.ReadFile(filepath.Join(corpus, "site-export", "systemrule.json"))
	if err != nil {
		t.Fatal(err)
	}
	size := Size{Users: 20, Streams: 8, Apps: 20, Objects: 30, Others: 8, Requests: 8000}
	c, err := FromExport(1, export, size)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", c.Coverage)
	if c.Coverage.Both*10 < c.Coverage.Rules*8 || !bytes.Equal(c.Rules, export) {
		t.Errorf("%+v", c.Coverage)
	}
}

func TestASmallExportGetsASiteAroundIt(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons, one after the other")
	}
	export := []byte(`[
		{"id":"1","name":"groups","category":"Security","ruleContext":0,"actions":2,"resourceFilter":"Stream_11111111-1111-1111-1111-111111111111",
		 "rule":"user.squad = \"Red Team\" or user.environment.place like \"office-*\" or user.@clearance matches \"L[1-3]|top\""},
		{"id":"2","name":"apps","category":"Security","ruleContext":0,"actions":2,"resourceFilter":"App_*, Gadget_g-1, Thing_*, QmcSection_Things",
		 "rule":"(resource.@Area = user.@Area or resource.name matches \"a.?(b+)c*\\\\d{2}\") and \"x\" != resource.colour and !resource.stream.Empty()"},
		{"id":"3","name":"broken","category":"Security","ruleContext":0,"actions":2,"resourceFilter":"App_*","rule":"user.name = "}]`)
	size := Small
	size.Requests = 1000
	c, err := FromExport(3, export, size)
	if err != nil {
		t.Fatal(err)
	}
	if c.Coverage != (Coverage{Rules: 2, EverTrue: 2, EverFalse: 2, Both: 2}) {
		t.Errorf("%+v", c.Coverage)
	}
	for file, want := range map[string]string{
		"stream.json": `"11111111-1111-1111-1111-111111111111"`, "user.json": `"clearance"`, "app.json": `"Area"`, "gadget.json": `"g-1"`, "thing.json": `"colour"`,
	} {
		if !bytes.Contains(bytes.ToLower(c.Files[file]), bytes.ToLower([]byte(want))) {
			t.Errorf("%s holds no %s", file, want)
		}
	}
	if _, err := FromExport(3, []byte(`{`), Small); err == nil {
		t.Error("no error for an export that is none")
	}
}
