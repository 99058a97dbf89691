package partition_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

func rule(id, filter, condition string) string {
	return fmt.Sprintf(`{"id": %q, "name": %[1]q, "resourceFilter": %q, "rule": %q, "actions": 2, "category": "Security", "ruleContext": 0}`, id, filter, condition)
}

func list(items ...string) []byte { return []byte("[" + strings.Join(items, ",") + "]") }

// acme has three users, a stream on record, a stream that exists only as a nested object, and five apps.
func acme(rules ...string) sitegen.Case {
	user := func(id, group string) string {
		return fmt.Sprintf(`{"id": %q, "userDirectory": "ACME", "userId": %[1]q, "attributes": [{"attributeType": "group", "attributeValue": %q}]}`, id, group)
	}
	app := func(id, stream, owner, access string) string {
		return fmt.Sprintf(`{"id": %q, "name": %[1]q, "stream": {"id": %q, "name": "stale"}, "owner": {"id": %q}, "customProperties": [{"value": %q, "definition": {"name": "Access"}}]}`, id, stream, owner, access)
	}
	return sitegen.Case{Rules: list(rules...), Files: map[string][]byte{
		"user.json":   list(user("anna", "sales"), user("bert", "hr"), user("carl", "legal"), `{"id": "no\\login"}`),
		"stream.json": list(`{"id": "s", "name": "S", "owner": {"id": "anna"}}`),
		"app.json": list(app("a1", "s", "bert", "sales"), app("a2", "s", "carl", "nobody"), app("a3", "s", "carl", "else"),
			app("a4", "gone", "bert", "sales"), app("a5", "gone", "gone", "x")),
	}}
}

func fold(t *testing.T, c sitegen.Case, q partition.Question) *partition.Model {
	t.Helper()
	m, err := partition.Build(t.Context(), &testsite.Open(t, c).Bundle.Data, q)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// describe lists classes with the names of their members.
func describe(p partition.Partition, names []string) string {
	var all []string
	for _, c := range p.Classes {
		var members []string
		for _, n := range c.Members {
			members = append(members, names[n])
		}
		all = append(all, strings.Join(members, " "))
	}
	slices.Sort(all)
	return strings.Join(all, " | ")
}

func TestFolding(t *testing.T) {
	const everybody = `acme\anna acme\bert acme\carl NONE\anonymous`
	tests := []struct {
		name     string
		rules    []string
		subjects string
		apps     string
	}{
		{"no rule", nil, everybody, "a1 a2 a3 a4 a5"},
		{"a rule on another type", []string{rule("r", "DataConnection_*", `user.group = "hr" and resource.name = "x"`)}, everybody, "a1 a2 a3 a4 a5"},
		{"a constant on each side", []string{rule("r", "App_*", `user.group = "hr" and resource.name like "*1"`)}, `acme\anna acme\carl NONE\anonymous | acme\bert`, "a1 | a2 a3 a4 a5"},
		{"texts of both sides, as far as the other side has them", []string{rule("r", "App_*", `user.group = resource.@Access`)}, `acme\anna | acme\bert acme\carl NONE\anonymous`, "a1 a4 | a2 a3 a5"},
		{"the one text of both sides", []string{rule("r", "App_*", `user.group != resource.@Access`)}, `acme\anna | acme\bert acme\carl NONE\anonymous`, "a1 a4 | a2 a3 a5"},
		{"who is anonymous", []string{rule("r", "App_*", `!user.IsAnonymous()`)}, `NONE\anonymous | acme\anna acme\bert acme\carl`, "a1 a2 a3 a4 a5"},
		{"an owner tells nobody apart", []string{rule("r", "App_*", `resource.owner = user`)}, everybody, "a1 a2 a3 a4 a5"},
		{"having an owner does", []string{rule("r", "App_*", `resource.owner.name.Empty()`)}, everybody, "a1 a2 a3 a4 a5"},
		{"rights on the stream", []string{rule("r", "App_*", `resource.stream.HasPrivilege("read")`), rule("s", "Stream_*", `resource.id = "s" and user.group = "hr"`)},
			`acme\anna acme\carl NONE\anonymous | acme\bert`, "a1 a2 a3 | a4 a5"},
		{"the session", []string{rule("r", "App_*", `user.environment.os = resource.@Access and user.environment.os != "x"`)}, everybody, "a1 a2 a3 a4 | a5"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := partition.Question{Types: []string{"app"}, Actions: testsite.EveryAction(), Session: partition.Session{Environment: map[string][]string{"OS": {"X"}}}}
			m := fold(t, acme(test.rules...), q)
			if got := describe(m.Subjects.Partition, m.Subjects.IDs); got != test.subjects {
				t.Errorf("subjects %s\nwant       %s", got, test.subjects)
			}
			if got := describe(m.Resources["app"].Partition, m.Resources["app"].Handles); got != test.apps {
				t.Errorf("apps %s\nwant %s", got, test.apps)
			}
		})
	}
}

// Pairs that meet an identity test are exceptional, also if a right on another entity depends on the test.
func TestExceptionalPairs(t *testing.T) {
	m := fold(t, acme(
		rule("owner", "App_*,Stream_*", `resource.owner = user`),
		rule("stream", "App_*", `resource.stream.HasPrivilege("read")`),
	), partition.Question{Types: []string{"app"}, Actions: 2})
	apps := m.Resources["app"]
	exceptional := map[string][]string{}
	for resource, subjects := range apps.Exceptional {
		for _, n := range subjects {
			exceptional[apps.Handles[resource]] = append(exceptional[apps.Handles[resource]], m.Subjects.Handles[n])
		}
	}
	// Anna owns the stream s, which contains a1, a2 and a3.
	if got, want := fmt.Sprint(exceptional), "map[a1:[anna bert] a2:[anna carl] a3:[anna carl] a4:[bert]]"; got != want {
		t.Errorf("exceptional %s\nwant        %s", got, want)
	}
	// The other stream is not on record, but a right can depend on it.
	streams := m.Resources["stream"]
	if streams.Recorded != 1 || len(streams.Handles) != 2 || !slices.Equal(m.Order, []string{"stream", "app"}) {
		t.Errorf("%d of the streams %q are on record; the order is %q", streams.Recorded, streams.Handles, m.Order)
	}
	number, ok := apps.Number("a4")
	if targets := apps.Targets(apps.Rights[0], number); !ok || !slices.Equal(targets, []int32{1}) {
		t.Errorf("a4 leads to %v", targets)
	}
}

// Rules that grant only other actions do not distinguish anybody, unless a rule for the selected actions tests such a
// right.
func TestActionsThatCount(t *testing.T) {
	rules := []string{
		strings.Replace(rule("update", "App_*", `user.group = "hr"`), `"actions": 2`, `"actions": 4`, 1),
		rule("read", "App_*", `resource.name = "a1"`),
	}
	q := partition.Question{Types: []string{"app"}, Actions: 2}
	if n := len(fold(t, acme(rules...), q).Subjects.Classes); n != 1 {
		t.Errorf("%d classes of subjects, though only updates tell them apart", n)
	}
	rules = append(rules, rule("asks", "App_*", `resource.HasPrivilege("update")`))
	if n := len(fold(t, acme(rules...), q).Subjects.Classes); n != 2 {
		t.Errorf("%d classes of subjects, though a rule on reading asks for updates", n)
	}
}

func TestBundlesThatCannotBeFolded(t *testing.T) {
	one := func(test string) string {
		return `{"qlik": {"reads": {"tests": [` + test + `], "rules": [{"id": "r", "actions": 2, "tests": [0]}], "classes": [{"key": "app", "named": true, "rules": [0]}]}}}`
	}
	for text, want := range map[string]string{
		`{}`:                                  "",
		`{"qlik": {"reads": {"tests": "x"}}}`: "json: cannot unmarshal string into Go struct field Reads.tests of type []reads.Test",
		`{"qlik": {"reads": {"rules": [{"id": "r", "tests": [0]}]}}}`:                                                          `the rule "r" names a test that is not there`,
		`{"qlik": {"reads": {"classes": [{"key": "app", "rules": [1]}]}}}`:                                                     `the class "app" names a rule that is not there`,
		one(`{"kind": "new", "left": {"root": "user"}}`):                                                                       `the test 0 is of the unknown kind "new"`,
		one(`{"kind": "present"}`):                                                                                             "the test 0 has nothing that it looks at",
		one(`{"kind": "common", "left": {"root": "user", "property": "x"}}`):                                                   "the test 0 compares nothing",
		one(`{"kind": "matches", "left": {"root": "user"}, "texts": ["("]}`):                                                   "the test 0: error parsing regexp: missing closing ): `(`",
		one(`{"kind": "privilege", "action": 2, "left": {"root": "resource", "steps": [{"relation": "app", "type": "app"}]}}`): `rights on "app" depend on themselves`,
	} {
		var data bundles.Document
		if err := data.PutJSON(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		full := partition.ErrBundle.Error()
		if want != "" {
			full += ": data.qlik.reads: " + want
		}
		_, err := partition.Build(t.Context(), &data, partition.Question{Types: []string{"app"}, Actions: 2})
		if !errors.Is(err, partition.ErrBundle) || err.Error() != full {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, full)
		}
	}
}

// A query about one subject does not partition the others.
func TestOneSubject(t *testing.T) {
	o := testsite.Open(t, acme(rule("r", "App_*", `user.group = "hr"`)))
	q := partition.Question{Types: []string{"app"}, Actions: 2, Subject: "bert"}
	m, err := partition.Build(t.Context(), &o.Bundle.Data, q)
	if err != nil || !slices.Equal(m.Subjects.IDs, []string{`acme\bert`}) || len(m.Subjects.Classes) != 1 {
		t.Errorf("%v, %v", m, err)
	}
	q.Subject = "nobody"
	if _, err := partition.Build(t.Context(), &o.Bundle.Data, q); err == nil {
		t.Error("the empty name is a subject")
	}
}
