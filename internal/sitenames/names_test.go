package sitenames

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

func rule(t *testing.T, file, text string) ruleset.Rule {
	t.Helper()
	rules, found := ruleset.Decode(file, []byte(text))
	if found.HasErrors() || len(rules) != 1 {
		t.Fatal(found)
	}
	return rules[0]
}

func files(t *testing.T) *Files {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stream.json")
	const streams = `[{"id": "s-1", "name": "Finance"}, {"id": "s-2", "name": "Sales: EMEA"}, {"id": "s-3", "name": "Twice"}, {"id": "s-4", "name": "Twice"}]`
	if err := os.WriteFile(path, []byte(streams), 0o600); err != nil {
		t.Fatal(err)
	}
	return &Files{Paths: func(typ string) (string, bool) { return path, typ == "Stream" }}
}

func TestPlaceholders(t *testing.T) {
	variables := map[string]string{"group.admins": "ADM Admins", "bad": `x" or true`}
	for _, test := range []struct{ name, filter, condition, want string }{
		{"none", "Stream_*", "true", "Stream_* true"},
		{"a name", "Stream_${stream:Finance}", `resource.id = "${Stream:Sales: EMEA}"`, `Stream_s-1 resource.id = "s-2"`},
		{"a value", "App_*", `user.group = "${group.admins}"`, `App_* user.group = "ADM Admins"`},
		{"two", "Stream_${stream:Finance}, Stream_${stream:Sales: EMEA}", `user.group = "a\"${group.admins}"`, `Stream_s-1, Stream_s-2 user.group = "a\"ADM Admins"`},
		{"missing", "Stream_${stream:Finanz}", "true", `a.qrule:3:17: the site has no entity of the type Stream that is named "Finanz"; did you mean "Finance"?`},
		{"ambiguous", "Stream_${stream:Twice}", "true", `named "Twice": use an id (s-3, s-4)`},
		{"a type", "Stream_${steram:Finance}", "true", `did you mean "Stream"?`},
		{"no value", "App_*", `user.group = "${group.admin}"`, `a.qrule:6:15: there is no value for ${group.admin}; did you mean "group.admins"?`},
		{"a value that would end the text", "App_*", `user.group = "${bad}"`, "contains a quote"},
		{"outside of a text", "App_*", `user.group = ${group.admins}`, "must be inside quotes"},
		{"behind a text", "App_*", `user.name = "\\" and user.group = ${group.admins}`, "must be inside quotes"},
		{"open", "App_*", `user.group = "${group.admins"`, "${ has no }"},
	} {
		r := rule(t, "a.qrule", "---\nname: a\nfilter: \""+test.filter+"\"\nactions: [read]\n---\n"+test.condition+"\n")
		resolved, err := Resolve(t.Context(), []ruleset.Rule{r}, variables, files(t))
		var got string
		var wrong *Error
		switch {
		case errors.As(err, &wrong):
			got = wrong.Error()
		case err != nil:
			t.Fatal(err)
		default:
			got = resolved[0].Filter.Content + " " + resolved[0].Condition.Content
		}
		if !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	r := rule(t, "a.qrule", "---\nname: a\nfilter: \"Stream_${stream:Finance}\"\nactions: [read]\n---\ntrue\n")
	if _, err := Resolve(t.Context(), []ruleset.Rule{r}, nil, nil); err == nil || !strings.Contains(err.Error(), "there is no site") {
		t.Errorf("without a site: %v", err)
	}
}

// Places in a resolved text are those in the file.
func TestPlacesOfResolvedTexts(t *testing.T) {
	r := rule(t, "a.qrule", "---\nname: a\nfilter: App_*\nactions: [read]\n---\nresource.id = \"${stream:Finance}\" and user.name = \"x\"\n")
	resolved, err := Resolve(t.Context(), []ruleset.Rule{r}, nil, files(t))
	if err != nil {
		t.Fatal(err)
	}
	before, after := r.Condition, resolved[0].Condition
	for _, word := range []string{"resource", "and", "user", `"x"`} {
		want, got := before.Locate(strings.Index(before.Content, word)), after.Locate(strings.Index(after.Content, word))
		if want != got {
			t.Errorf("%s stands at %+v, want %+v", word, got, want)
		}
	}
	if got, want := after.Locate(strings.Index(after.Content, "s-1")+2), before.Locate(strings.Index(before.Content, "${")); got != want {
		t.Errorf("the id stands at %+v, want %+v", got, want)
	}
}

func TestOverlays(t *testing.T) {
	root := t.TempDir()
	for _, file := range []string{"security/a.qrule", "security/b.qrule", "@prod/security/b.qrule", "@test/security/c.qrule"} {
		path := filepath.Join(root, filepath.FromSlash(file))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for file, only := range map[string]string{"security/d.qrule": "[dev, Prod]", "security/e.qrule": "test", "security/g.qrule": "[other]"} {
		text := "---\nname: d\nfilter: App_*\nactions: [read]\nonly: " + only + "\n---\ntrue\n"
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(file)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for site, want := range map[string]string{
		"":     "security/a.qrule security/b.qrule",
		"dev":  "security/a.qrule security/b.qrule security/d.qrule",
		"prod": "@prod/security/b.qrule security/a.qrule security/d.qrule",
		"Test": "@test/security/c.qrule security/a.qrule security/b.qrule security/e.qrule",
	} {
		var got []string
		for _, path := range Paths(root, site) {
			name, _ := filepath.Rel(root, path)
			got = append(got, filepath.ToSlash(name))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s has %v, want %s", site, got, want)
		}
	}
	below := filepath.Join(root, "@prod", "security")
	if got := Paths(below, "prod"); len(got) != 1 || got[0] != below {
		t.Errorf("a folder without files for one site is read as %v", got)
	}
}

// A draft has ids where names are known, and says where one is not; values stay open.
func TestDraft(t *testing.T) {
	r := rule(t, "a.qrule", "---\nname: a\nfilter: \"Stream_${stream:Finance}\"\nactions: [read]\n---\nuser.group = \"${admins}\" and resource.id = \"${stream:Finanz}\"\n")
	draft, found, err := Draft(t.Context(), r, files(t))
	if err != nil || draft.Filter.Content != "Stream_s-1" || strings.Contains(draft.Condition.Content, "${admins}") || len(found) != 1 {
		t.Fatalf("%s, %s, %v, %v", draft.Filter.Content, draft.Condition.Content, found, err)
	}
	f := found[0]
	if got := f.Text.Content[f.Subject.Start:f.Subject.End]; got != "${stream:Finanz}" || !strings.Contains(f.Summary, `did you mean "Finance"?`) {
		t.Errorf("%s: %s", got, f.Summary)
	}
	if draft, found, err = Draft(t.Context(), r, nil); err != nil || len(found) != 0 || draft.Filter.Content != "Stream_"+unknown {
		t.Errorf("without a site: %s, %v, %v", draft.Filter.Content, found, err)
	}
}
