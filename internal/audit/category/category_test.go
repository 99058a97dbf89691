package category_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/category"
)

func files(t *testing.T, content map[string]string) func(string) (string, bool) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		if err := os.WriteFile(filepath.Join(dir, strings.ToLower(name)+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(typeName string) (string, bool) {
		name := filepath.Join(dir, strings.ToLower(typeName)+".json")
		_, err := os.Stat(name)
		return name, err == nil
	}
}

func read(t *testing.T, c ruleset.Category, content map[string]string) *category.Facts {
	t.Helper()
	f, err := category.ReadFacts(c, files(t, content))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const users = `[
 {"id": "U1", "userId": "anna", "userDirectory": "ACME", "roles": ["RootAdmin", "Other"]},
 {"id": "u2", "userId": "bert", "userDirectory": "ACME", "roles": [], "inactive": true},
 {"id": "u3", "userId": "carl", "userDirectory": "ACME", "roles": []},
 {"id": "u4", "userId": "dora", "userDirectory": "ACME", "roles": []},
 {"id": "u5", "userId": "emil", "userDirectory": "ACME", "roles": [], "blacklisted": true, "removedExternally": true}]`

const (
	professional = "License.ProfessionalAccessGroup"
	analyzer     = "License.AnalyzerAccessGroup"
	capacity     = "License.AnalyzerTimeAccessType"
)

// rows returns the rows of a section, without the section.
func rows(all []category.Row, section string) []category.Row {
	var some []category.Row
	for _, r := range all {
		if r.Section == section {
			r.Section = ""
			some = append(some, r)
		}
	}
	return some
}

// The rows answer the questions of the vendor's playbook about License rules, one section each.
func TestLicense(t *testing.T) {
	f := read(t, ruleset.License, map[string]string{
		"User":                           users,
		"License.AnalyzerAccessType":     `[{"id": "x", "user": {"id": "U3"}}]`,
		"License.ProfessionalAccessType": `[]`,
		"License.AccessTypeInfo":         `{"availableTokens": 7, "professionalAccessType": {"total": 3, "allocated": 3}, "analyzerAccessType": {"available": 4}, "loginAccessType": {"tokenCost": 2}, "userAccessType": null}`,
	})
	pairs := []category.Pair{
		{Subject: `ACME\anna`, Type: professional, Resource: "p", Rules: []string{"Makers"}},
		{Subject: `ACME\anna`, Type: analyzer, Resource: "a", Rules: []string{"Staff"}},
		{Subject: `ACME\bert`, Type: analyzer, Resource: "a", Rules: []string{"Staff"}},
		{Subject: `ACME\carl`, Type: analyzer, Resource: "a", Rules: []string{"Staff"}},
		{Subject: `ACME\carl`, Type: professional, Resource: "p2", Rules: []string{"Carl"}},
		{Subject: `NONE\anonymous`, Type: capacity, Resource: "t", Rules: []string{"Visitors"}},
		{Subject: `ACME\anna`, Type: "Stream", Resource: "s", Rules: []string{"other"}},
	}
	got := category.License(pairs, f, nil)
	for section, want := range map[string][]category.Row{
		"fits": {
			{What: "professional", Count: 2, Rules: []string{"Carl", "Makers"}},
			{What: "analyzer", Count: 3, Rules: []string{"Staff"}},
			{What: "login"},
			{What: "capacity", Rules: []string{"Visitors"}},
		},
		// Carl has an analyzer access, which he uses first.
		"demand":    {{What: "professional", Count: 1}, {What: "analyzer", Count: 2}, {What: "login"}, {What: "capacity"}},
		"free":      {{What: "professional"}, {What: "analyzer", Count: 4}, {What: "login", Count: 3}},
		"short":     {{What: "professional", Count: 1}},
		"conflict":  {{What: `ACME\anna`, ID: "U1", Count: -1, Names: []string{"professional", "analyzer"}, Rules: []string{"Makers", "Staff"}}},
		"leaver":    {{What: `ACME\bert`, ID: "u2", Count: -1, Names: []string{"analyzer", "inactive"}, Rules: []string{"Staff"}}},
		"anonymous": {{What: `NONE\anonymous`, Count: -1, Names: []string{"capacity"}, Rules: []string{"Visitors"}}},
		"admin":     {{What: `ACME\anna`, ID: "U1", Count: -1, Names: []string{"professional", "analyzer", "RootAdmin"}, Rules: []string{"Makers", "Staff"}}},
		// Emil is blocked, so he is not listed as denied.
		"denied": {{What: "users", Count: 1, Names: []string{`ACME\dora`}}},
		"takes":  nil,
	} {
		if have := rows(got, section); !reflect.DeepEqual(have, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", section, have, want)
		}
	}
	takes := rows(category.License(pairs, f, []string{"analyzer", "professional"}), "takes")
	want := []category.Row{
		{What: "professional", Names: []string{"inferred"}}, {What: "analyzer", Count: 2, Names: []string{"inferred"}},
		{What: "login", Names: []string{"inferred"}}, {What: "capacity", Names: []string{"inferred"}},
	}
	if !reflect.DeepEqual(takes, want) {
		t.Errorf("takes: %+v", takes)
	}
}

// The rows answer the questions of administrators about Sync rules.
func TestPlacement(t *testing.T) {
	f := read(t, ruleset.Sync, map[string]string{
		"App": `[{"id": "A1", "name": "Budget"}, {"id": "a2", "name": "Plan"}, {"id": "a3", "name": "Old"}]`,
		"ServerNodeConfiguration": `[{"id": "N1", "name": "Central", "isCentral": true, "engineEnabled": true, "schedulerEnabled": true},
			{"id": "n2", "name": "Sales", "engineEnabled": true, "schedulerEnabled": false}, {"id": "n3", "name": "Broken", "engineEnabled": false}, {"id": "n4", "name": "Plain"}]`,
		"VirtualProxyConfig": `[{"id": "v1", "prefix": "sales", "loadBalancingServerNodes": [{"id": "N2"}, {"id": "n3"}]}, {"id": "v2", "description": "Reload", "loadBalancingServerNodes": []}]`,
	})
	pairs := []category.Pair{
		{Subject: "n1", Type: "App", Resource: "A1", Rules: []string{"Central"}}, {Subject: "n1", Type: "App", Resource: "a2", Rules: []string{"Central", "Pin"}},
		{Subject: "n2", Type: "App", Resource: "a1", Rules: []string{"Default"}}, {Subject: "n4", Type: "App", Resource: "a1", Rules: []string{"Default", "Pin"}},
		{Subject: "n3", Type: "App", Resource: "a2", Rules: []string{"Default"}}, {Subject: "n4", Type: "Stream", Resource: "s", Rules: []string{"Central"}},
	}
	got := category.Placement(pairs, f, []string{"Central", "Default", "Pin", "Unused"})
	for section, want := range map[string][]category.Row{
		"central": {{What: "Central", ID: "N1", Count: 2, Rules: []string{"Central", "Pin"}}},
		"node": {
			{What: "Broken", ID: "n3", Count: 1, Names: []string{"no engine"}, Rules: []string{"Default"}},
			{What: "Plain", ID: "n4", Count: 1, Rules: []string{"Default", "Pin"}},
			{What: "Sales", ID: "n2", Count: 1, Names: []string{"no scheduler"}, Rules: []string{"Default"}},
		},
		"reload":  {{What: "Central", ID: "N1", Count: 2}, {What: "Plain", ID: "n4", Count: 1}},
		"proxy":   {{What: "sales", ID: "v1", Count: 1}},
		"closed":  {{What: "Old", ID: "a3", Count: -1, Names: []string{"sales"}}, {What: "Plan", ID: "a2", Count: -1, Names: []string{"sales"}}},
		"nowhere": {{What: "Old", ID: "a3", Count: -1}},
		"single":  {{What: "Plan", ID: "a2", Count: -1, Names: []string{"Broken"}, Rules: []string{"Default"}}},
		"idle":    {{What: "Pin", Count: -1}, {What: "Unused", Count: -1}},
	} {
		if have := rows(got, section); !reflect.DeepEqual(have, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", section, have, want)
		}
	}
}

// A row without a count has an empty column.
func TestCells(t *testing.T) {
	for _, r := range []category.Row{{Section: "idle", What: "Pin", Count: -1}, {Section: "free", What: "analyzer", Count: 0}} {
		cells := r.Cells()
		if len(cells) != len(category.Columns) || (cells[3] == nil) != (r.Count < 0) {
			t.Errorf("%+v is %v", r, cells)
		}
	}
}

// A file that cannot be read is an error that names it. A missing file is not an error.
func TestBrokenFacts(t *testing.T) {
	for name, content := range map[string]map[string]string{
		"invalid JSON":  {"User": `[{]`},
		"wrong type":    {"App": `[{"id": 1}]`},
		"no object":     {"License.AccessTypeInfo": `"x"`},
		"wrong tokens":  {"License.AccessTypeInfo": `{"availableTokens": "x"}`},
		"wrong numbers": {"License.AccessTypeInfo": `{"userAccessType": {"total": "x"}}`},
	} {
		c := ruleset.License
		if content["App"] != "" {
			c = ruleset.Sync
		}
		if _, err := category.ReadFacts(c, files(t, content)); err == nil || !strings.Contains(err.Error(), ".json") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if f := read(t, ruleset.License, map[string]string{"License.AccessTypeInfo": `[{"analyzerAccessType": {"available": 2}}]`}); f.Free["analyzer"] != 2 {
		t.Errorf("a single object instead of a list: %v", f.Free)
	}
}
