package sitedata_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
)

func TestHandles(t *testing.T) {
	for handle, want := range map[string]struct {
		id        string
		offRecord bool
	}{
		"a1": {"a1", false},
		string(handles.Nested("0", []byte("a1"))):     {"a1", true},
		string(handles.Nested("12ab", []byte(`x\y`))): {`x\y`, true},
		string(handles.Nested("12ab", nil)):           {"", true},
		handles.Request("new"):                        {"new", true},
		handles.Subject:                               {"", true},
	} {
		if id := handles.ID(handle); id != want.id || handles.OffRecord(handle) != want.offRecord {
			t.Errorf("%q: id %q, off record %t, want %v", handle, id, handles.OffRecord(handle), want)
		}
	}
}

// TestLayout reads data as bundles have them, spelled out here a second time.
func TestLayout(t *testing.T) {
	nested := string(handles.Nested("0", []byte("s9")))
	var d bundles.Document
	put := func(path, document string) {
		t.Helper()
		if err := d.PutJSON(strings.NewReader(document), strings.Split(path, "/")...); err != nil {
			t.Fatal(err)
		}
	}
	put("site/entities", `{"user": {"u1": {"name": "anna"}}, "app": {"a1": {"name": "sales", "=name": "Sales", "stream": "s1", "tags": ["x"]}}}`)
	put("site/nested/stream/"+nested, `{"name": "hidden"}`)
	put("site/subjects", `{"acme\\anna": "u1"}`)
	put("qlik/rules/r1", `{"name": "Rule", "disabled": false}`)
	put("qlik/view/app", `{"name": "App", "relations": {"stream": {"type": "stream", "many": true}}, "scalars": {"name": ["", "="]}, "lists": {"tags": [""]}}`)

	if types := sitedata.Types(&d); !slices.Equal(types, []string{"app", "user"}) || !sitedata.Present(&d) {
		t.Errorf("types %v", types)
	}
	if handles := sitedata.Handles(&d, "app"); !slices.Equal(handles, []string{"a1"}) {
		t.Errorf("apps %v", handles)
	}
	if name := sitedata.Field(&d, "stream", nested, "name"); name != "hidden" {
		t.Errorf("the name of an entity off record is %v", name)
	}
	if to, ok := sitedata.Related(&d, "app", "a1", "stream"); to != "s1" || !ok {
		t.Errorf("the stream is %q", to)
	}
	if to, ok := sitedata.Related(&d, "app", "a1", "tags"); ok {
		t.Errorf("a list leads to %q", to)
	}
	if handle, ok := sitedata.User(&d, `acme\anna`); handle != "u1" || !ok {
		t.Errorf("the user is %q", handle)
	}
	if handle, ok := sitedata.User(&d, `acme\ben`); ok {
		t.Errorf("an unknown login is %q", handle)
	}
	if target, many, ok := sitedata.Relation(&d, "app", "stream"); target != "stream" || !many || !ok {
		t.Errorf("the relation leads to %q, several %t, %t", target, many, ok)
	}
	if _, _, ok := sitedata.Relation(&d, "app", "owner"); ok {
		t.Error("a relation that rules do not read has a target")
	}
	if disabled, known := sitedata.RuleDisabled(&d, "r1"); disabled || !known {
		t.Errorf("disabled %t, known %t", disabled, known)
	}
	if _, known := sitedata.RuleDisabled(&d, "r2"); known || sitedata.RuleText(&d, "r2", "name") != "" {
		t.Error("an unknown rule is known")
	}
	var rule struct{ Name string }
	if err := sitedata.DecodeRule(&d, "r1", &rule); err != nil || rule.Name != "Rule" {
		t.Errorf("the rule is %v, %v", rule, err)
	}
	if err := sitedata.DecodeReads(&d, &rule); err == nil {
		t.Error("reads that are not there are decoded")
	}
}

func TestAddNamedKeepsWhatIsThere(t *testing.T) {
	var d bundles.Document
	for _, name := range []string{"QmcSection_App", "qmcsection_app"} {
		if err := sitedata.AddNamed(&d, "transientobject", "qmcsection_app", name); err != nil {
			t.Fatal(err)
		}
	}
	if name := sitedata.Field(&d, "transientobject", "qmcsection_app", "=name"); name != "QmcSection_App" {
		t.Errorf("the name is %v", name)
	}
}
