package ruleset

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// filterText returns a filter located at line 7, column 20.
func filterText(content string) *diag.Text {
	return &diag.Text{Label: "resourceFilter", Content: content, File: "f.json", Locate: func(offset int) diag.Position {
		return diag.Position{Offset: 100 + offset, Line: 7, Column: 20 + offset}
	}}
}

func TestParseFilter(t *testing.T) {
	for filter, want := range map[string]string{
		"*":                             "*[0:1]",
		"App*":                          "app*[0:4]",
		"App_*, App.Object_*":           "app_*[0:5] app.object_*[7:19]",
		" \t*\r\n":                      "*[2:3]",
		"Stream_AAEC8d41":               "stream_aaec8d41[0:15]",
		"QmcSection_App,HubSection_*":   "qmcsection_app[0:14] hubsection_*[15:27]",
		"App_a-b, App_a-b":              "app_a-b[0:7] app_a-b[9:16]",
		"LoadbalancingSelectList":       "loadbalancingselectlist[0:23]",
		"License.UserAccessGroup_507c9": "license.useraccessgroup_507c9[0:29]",
	} {
		parsed, found := ParseFilter(filterText(filter), diag.Rule{})
		expect(t, found, "")
		var items []string
		for _, item := range parsed.Items {
			star := ""
			if item.Prefix {
				star = "*"
			}
			items = append(items, fmt.Sprintf("%s%s[%d:%d]", item.Text, star, item.Range.Start, item.Range.End))
		}
		if got := strings.Join(items, " "); got != want {
			t.Errorf("%q: %s, want %s", filter, got, want)
		}
	}
}

func TestFilterFaults(t *testing.T) {
	for filter, c := range map[string]struct {
		want  string
		items int
	}{
		"":   {`error Q0120 f.json:7:20: the resource filter is empty`, 0},
		"  ": {"error Q0120 f.json:7:20: the resource filter is empty\n\t  \n\t^^", 0},
		"App_*,": {`
error Q0121 f.json:7:26: an item of the resource filter is empty
	App_*,
	      ^
	remove the empty item: App_*`, 1},
		", App_*, ,*": {`
error Q0121 f.json:7:20: an item of the resource filter is empty
	, App_*, ,*
	^
	remove the empty item:  App_*, ,*
error Q0121 f.json:7:28: an item of the resource filter is empty
	, App_*, ,*
	        ^
	remove the empty item: , App_*,*`, 2},
		"*App": {`
error Q0122 f.json:7:20: the filter item "*App" has a star before its end
	*App
	^^^^`, 0},
		"App*_*, *": {`
error Q0122 f.json:7:20: the filter item "App*_*" has a star before its end
	App*_*, *
	^^^^^^`, 1},
		"App***": {`
error Q0122 f.json:7:20: the filter item "App***" has a star before its end
	App***
	^^^^^^
	write one star: App*`, 0},
		"App_* Stream_*": {`
error Q0123 f.json:7:20: the filter item "App_* Stream_*" contains a space
	App_* Stream_*
	^^^^^^^^^^^^^^`, 0},
		"App_*,\u00a0*": {`
error Q0123 f.json:7:26: the filter item "\u00a0*" contains a space
	App_*,` + "\u00a0*\n\t      ^^^", 1},
	} {
		t.Run(filter, func(t *testing.T) {
			rule := diag.Rule{ID: "1", Name: "N"}
			parsed, found := ParseFilter(filterText(filter), rule)
			expect(t, found, c.want)
			if len(parsed.Items) != c.items || found[0].Rule != rule {
				t.Errorf("%+v %+v", parsed, found)
			}
		})
	}
}

func TestFilterOfBareTypes(t *testing.T) {
	text := filterText("app.object, App_*, Stream_, QmcSection_App, LoadbalancingSelectList, User*")
	parsed, found := ParseFilter(text, diag.Rule{})
	expect(t, found, "")
	expect(t, parsed.Check(schema.Default(), nil, text, diag.Rule{}), `
warning Q0124 f.json:7:20: the filter item "app.object" matches no resource
	app.object, App_*, Stream_, QmcSection_App, LoadbalancingSelectList, User*
	^^^^^^^^^^
	name all resources of the type: App.Object_*, App_*, Stream_, QmcSection_App, LoadbalancingSelectList, User*
warning Q0124 f.json:7:39: the filter item "Stream_" matches no resource
	app.object, App_*, Stream_, QmcSection_App, LoadbalancingSelectList, User*
	                   ^^^^^^^
	name all resources of the type: app.object, App_*, Stream_*, QmcSection_App, LoadbalancingSelectList, User*`)
}

// A name in a filter that differs from the product's gets a warning with the correct name.
func TestFilterNames(t *testing.T) {
	for filter, want := range map[string]string{
		"Streams_*":          `Q0125 there is no type "Streams"; did you mean Stream_*?`,
		"Apps_*":             `Q0125 there is no type "Apps"; did you mean App_*?`,
		"AppObject_*":        `Q0125 there is no type "AppObject"; did you mean App.Object_*?`,
		"DataConection*":     `Q0125 there is no type "DataConection"; did you mean DataConnection*?`,
		"Streem_1a":          `Q0125 there is no type "Streem"; did you mean Stream_1a?`,
		"QmcSection_Apps":    `Q0125 no section of the QMC is known as "QmcSection_Apps"; did you mean QmcSection_App?`,
		"qmcsection_sreams*": `Q0125 no section of the QMC is known as "qmcsection_sreams*"; did you mean QmcSection_Stream*?`,
		"Stream_Everyone":    `Q0126 the filter item "Stream_Everyone" matches no resource: what follows the underscore is an id`,
		"App.Object_sheet*":  `Q0126 the filter item "App.Object_sheet*" matches no resource: what follows the underscore is an id`,
		"App_12345678-0000-4000-8000-0000000000019": `Q0126 the filter item "App_12345678-0000-4000-8000-0000000000019" matches no resource: what follows the underscore is an id`,
		"App_12345678_0000*":                        `Q0126 the filter item "App_12345678_0000*" matches no resource: what follows the underscore is an id`,
		"*":                                         "",
		"App*":                                      "",
		"Proxy*":                                    "",
		"Q*":                                        "",
		"Qmc*":                                      "",
		"App_1234*":                                 "",
		"App_12345678-0000-*":                       "",
		"App_1C3A0000-0000-4000-8000-000000000001": "",
		"QmcSection_App":          "",
		"QmcSection_Cert*":        "",
		"QmcSection_Something":    "",
		"HubSection_Apps":         "",
		"Widget_*":                "",
		"LoadbalancingSelectList": "",
		"TransientObject_x":       "",
		"İ_*":                     "",
		"Ştream_*":                `Q0125 there is no type "Ştream"; did you mean Stream_*?`,
	} {
		text := filterText(filter)
		parsed, found := ParseFilter(text, diag.Rule{})
		expect(t, found, "")
		got := ""
		for _, d := range parsed.Check(schema.Default(), nil, text, diag.Rule{}) {
			got += string(d.Code) + " " + d.Summary
		}
		if got != want {
			t.Errorf("%s: %s, want %s", filter, got, want)
		}
	}
}

// A type with entities on the site is known, and suggested for similar names.
func TestFilterNamesOfTheSite(t *testing.T) {
	for filter, want := range map[string]string{
		"Strean_*":  "",
		"STREAN*":   "",
		"Gadgets_*": `Q0125 there is no type "Gadgets"; did you mean gadget_*?`,
		"Apps_*":    `Q0125 there is no type "Apps"; did you mean App_*?`,
	} {
		text := filterText(filter)
		parsed, found := ParseFilter(text, diag.Rule{})
		expect(t, found, "")
		got := ""
		for _, d := range parsed.Check(schema.Default(), []string{"app", "strean", "gadget"}, text, diag.Rule{}) {
			got += string(d.Code) + " " + d.Summary
		}
		if got != want {
			t.Errorf("%s: %s, want %s", filter, got, want)
		}
	}
}

// FuzzFilter checks that a filter without findings is equal to its items, joined, except for spaces and
// case; and that every finding lies within the text.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"*", "App*, App_1", ",", " , ", "A**,b c", "\u00a0", "İ*,ſ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		parsed, found := ParseFilter(filterText(content), diag.Rule{})
		for _, d := range found {
			if d.Subject.Start < 0 || d.Subject.Start > d.Subject.End || d.Subject.End > len(content) {
				t.Errorf("%q: %+v", content, d)
			}
		}
		var items []string
		for _, item := range parsed.Items {
			written := content[item.Range.Start:item.Range.End]
			if item.Prefix {
				item.Text += "*"
			}
			if schema.Fold(written) != item.Text {
				t.Errorf("%q is read as %q", written, item.Text)
			}
			items = append(items, written)
		}
		strip := strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace
		if len(found) == 0 && strip(content) != strings.Join(items, ",") {
			t.Errorf("%q is read as %q", content, items)
		}
	})
}
