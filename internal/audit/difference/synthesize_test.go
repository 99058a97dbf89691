package difference_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
)

// TestWithoutASite compares rules for all possible sites. It checks the kinds of difference; the counts are those
// of synthesized entities.
func TestWithoutASite(t *testing.T) {
	const read = 2
	one := func(condition string) []ruleset.Rule { return []ruleset.Rule{plain("x", "App_*", read, condition)} }
	stream := plain("stream", "App_*", read, `resource.stream.HasPrivilege("read")`)
	tests := []struct {
		name     string
		old, new []ruleset.Rule
		// want has kinds, actions and types; example is the first example.
		want, example string
	}{
		{"a constant", one(`user.group = "a"`), one(`user.group = "b"`), "gain read App, loss read App", "group = b | "},
		{"case", one(`user.group = "a"`), one(`user.group == "a"`), "loss read App", "group = A | "},
		{"a pattern", one(`user.name like "sa_*"`), one(`user.name like "s*"`), "gain read App", "name = s | "},
		{"a property against another", one(`user.group = "a"`), one(`user.group = "a" or user.group = resource.@Dep`), "gain read App", "group = other"},
		{"an owner", one(`false`), one(`resource.IsOwned() and resource.owner = user`), "gain read App", "| owner is "},
		{"not the owner", one(`!resource.owner.Empty()`), one(`!resource.owner.Empty() and !(resource.owner = user)`), "loss read App", "| owner is "},
		{"two groups at once", one(`user.group = "a" or user.group = "b"`), one(`user.group = "a" and user.group = "b"`), "loss read App", "group = a | "},
		{"two groups that were never needed together", one(`user.group = "a" and user.group = "b"`), one(`user.group = "a" and user.group = "b" and user.group = "c"`), "loss read App", "group = a, b | "},
		{"through a stream", []ruleset.Rule{stream}, []ruleset.Rule{stream, plain("y", "Stream_*", read, `user.group = resource.@Dep`)}, "gain read App, gain read Stream", ""},
		{"the streams' side is as before", []ruleset.Rule{plain("y", "Stream_*", read, `user.group = resource.@Dep`)}, []ruleset.Rule{stream, plain("y", "Stream_*", read, `user.group = resource.@Dep`)},
			"gain read App", ""},
		{"one app", nil, []ruleset.Rule{plain("y", "App_2b1c", read, `user.group = "a"`)}, "gain read App", "group = a | id = 2b1c"},
		{"anonymous", one(`true`), one(`!user.IsAnonymous()`), "loss read App", ""},
		{"the same in other words", one(`user.group = "a" and resource.name = "n"`), one(`!(user.group != "a" or resource.name != "n")`), "loss read App", "group = a, other | name = n"},
		{"the same in other words, of one value each", one(`user.name = "a" and resource.name = "n"`), one(`!(user.name != "a" or resource.name != "n")`), "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := compare(t, input(t, test.old, test.new, ""))
			var got []string
			example := ""
			for _, g := range r.Groups {
				for _, p := range g.Parts {
					got = append(got, g.Kind+" "+p.Action+" "+p.Type)
				}
				if example == "" {
					example = strings.Join(g.Examples[0].UserIs, ", ") + " | " + strings.Join(g.Examples[0].ResourceIs, ", ")
				}
			}
			slices.Sort(got)
			if strings.Join(slices.Compact(got), ", ") != test.want || !strings.Contains(example, test.example) {
				t.Errorf("%q, for example %q\nwant %s, for example %q\n%+v", got, example, test.want, test.example, r.LeftOut)
			}
			if len(r.LeftOut) > 0 || r.Proved != (test.want == "") {
				t.Errorf("left out: %+v, proved: %t", r.LeftOut, r.Proved)
			}
		})
	}
}

// TestProofs compares equivalent rules that are written differently, with too many combinations of values to try, and
// rules about types that no schema has.
func TestProofs(t *testing.T) {
	const read = 2
	var some, none []string
	for i := range 12 {
		some = append(some, fmt.Sprintf("user.@p%d = \"v\"", i))
		none = append(none, fmt.Sprintf("user.@p%d != \"v\"", i))
	}
	any := plain("x", "App_*", read, strings.Join(some, " or "))
	not := plain("x", "App_*", read, "!("+strings.Join(none, " and ")+")")
	one := plain("x", "App_*", read, strings.Join(some[1:], " or "))
	prefix := plain("x", "*", read, `user.name = "a"`)
	parts := []ruleset.Rule{plain("x", "*", read, `user.name = "a" and resource.name like "b*"`), plain("y", "*", read, `user.name = "a" and !(resource.name like "b*")`)}
	for _, test := range []struct {
		name     string
		old, new []ruleset.Rule
		proved   bool
		want     string
	}{
		{"lists", []ruleset.Rule{any}, []ruleset.Rule{not}, false, "loss"},
		{"one value less", []ruleset.Rule{any}, []ruleset.Rule{one}, false, "loss"},
		{"all types", []ruleset.Rule{prefix}, parts, true, ""},
		{"all types but for one", []ruleset.Rule{prefix}, parts[:1], false, "loss"},
		{"only the text", []ruleset.Rule{any}, []ruleset.Rule{plain("x", "App_*", read, "("+any.Condition.Content+")")}, true, ""},
	} {
		r := compare(t, input(t, test.old, test.new, ""))
		if strings.Join(kinds(r), " ") != test.want || r.Proved != test.proved || len(r.LeftOut) > 0 {
			t.Errorf("%s: %q, proved %t, left out %+v", test.name, kinds(r), r.Proved, r.LeftOut)
		}
	}
}

// TestNothingIsCalledEqualThatDiffers compares random conditions over a few values. The comparison without a site shows
// every kind of difference that some site shows, and leaves nothing out.
func TestNothingIsCalledEqualThatDiffers(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons; the tests of scenarios run the same code")
	}
	rounds := 25
	if !exact.Enabled() {
		rounds = 8
	}
	random := rand.New(rand.NewPCG(7, 7))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	var condition func(depth int) string
	condition = func(depth int) string {
		if depth == 0 || random.IntN(4) == 0 {
			return pick(`user.group = "a"`, `user.group = "b"`, `user.group != "a"`, `user.name == "A"`, `resource.name = "n"`, `resource.@Dep = user.group`,
				`resource.owner = user`, `resource.owner.Empty()`, `resource.stream.name = "s"`, `!resource.stream.Empty()`, `user.IsAnonymous()`)
		}
		text := "(" + condition(depth-1) + pick(" and ", " or ") + condition(depth-1) + ")"
		return pick("", "", "!") + text
	}
	differ := 0
	for range rounds {
		site := t.TempDir()
		var users, apps []string
		for i := range 5 {
			var groups []string
			for _, g := range []string{"a", "b", "x"} {
				if random.IntN(2) == 0 {
					groups = append(groups, fmt.Sprintf(`{"attributeType": "group", "attributeValue": %q}`, g))
				}
			}
			users = append(users, fmt.Sprintf(`{"id": "u%d", "userDirectory": "ACME", "userId": "u%[1]d", "name": %q, "attributes": [%s]}`, i, pick("A", "a", "x"), strings.Join(groups, ",")))
			app := fmt.Sprintf(`{"id": "app%d", "name": %q`, i, pick("n", "x"))
			app += pick("", fmt.Sprintf(`, "owner": {"id": "u%d"}`, random.IntN(5))) + pick("", `, "stream": {"id": "s"}`, `, "stream": {"id": "t"}`)
			app += pick("", fmt.Sprintf(`, "customProperties": [{"value": %q, "definition": {"name": "Dep"}}]`, pick("a", "b", "x")))
			apps = append(apps, app+"}")
		}
		for name, list := range map[string][]string{"user.json": users, "app.json": apps, "stream.json": {`{"id": "s", "name": "s"}`, `{"id": "t", "name": "t"}`}} {
			if err := os.WriteFile(filepath.Join(site, name), []byte("["+strings.Join(list, ",")+"]"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		old, new := []ruleset.Rule{plain("x", "App_*", 2, condition(2))}, []ruleset.Rule{plain("x", "App_*", 2, condition(2))}
		over, synthesized := compare(t, input(t, old, new, site)), compare(t, input(t, old, new, ""))
		if len(synthesized.LeftOut) > 0 {
			t.Errorf("%s to %s: left out %+v", old[0].Condition.Content, new[0].Condition.Content, synthesized.LeftOut)
		}
		for _, kind := range []string{difference.Gain, difference.Loss} {
			is := func(g difference.Group) bool { return g.Kind == kind }
			if !slices.ContainsFunc(over.Groups, is) {
				continue
			}
			differ++
			if !slices.ContainsFunc(synthesized.Groups, is) {
				t.Errorf("%s to %s: a %s with a site, but not without it", old[0].Condition.Content, new[0].Condition.Content, kind)
			}
		}
	}
	if differ < rounds/2 {
		t.Errorf("only %d kinds of difference in %d rounds", differ, rounds)
	}
}
