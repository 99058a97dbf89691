package difference_test

import (
	"encoding/json"
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

// TestComparedColumnsMeet compares conditions that compare columns with each other and that differ in a test of one
// column. The values that tests name for a column must also be tried for the columns that it is compared with.
// Otherwise no synthesized user meets both.
func TestComparedColumnsMeet(t *testing.T) {
	one := func(condition string) []ruleset.Rule { return []ruleset.Rule{plain("x", "App_*", 2, condition)} }
	for _, test := range []struct{ old, new, want string }{
		{`user.userDirectory = resource.owner.userDirectory and user.userDirectory = "CORP"`,
			`user.userDirectory = resource.owner.userDirectory and (user.userDirectory = "CORP" or user.userDirectory = "EXT")`, "gain"},
		{`user.name = resource.name and user.name = "a"`, `user.name = resource.name and user.name = "b"`, "gain loss"},
		{`user.name = resource.name`, `user.name = resource.name and user.name != "guest"`, "loss"},
		{`user.name = resource.name`, `user.name = resource.name and !(user.name = "guest")`, "loss"},
		{`user.name = resource.name`, `user.name = resource.name and !(user.name like "g*")`, "loss"},
		{`user.name = resource.name`, `user.name = resource.name and !(user.name matches "g[0-9]+")`, "loss"},
		{`user.group = resource.@Dept and user.group != "Sales"`, `user.group = resource.@Dept`, "gain"},
		{`user.name = resource.name and resource.name = resource.@A`, `user.name = resource.name and resource.name = resource.@A and resource.@A != "z"`, "loss"},
		{`user.name = resource.name and user.name = "a"`, `user.name == resource.name and user.name = "a"`, "loss"},
		{`user.name = resource.name and !(user.name == resource.name)`, `user.name = resource.name and !(user.name == resource.name) and user.name !== "Corp" and resource.name !== "Corp"`, "loss"},
		{`user.name like "a*" and resource.name like "a*"`, `user.name like "a*" and resource.name like "a*" and user.name = resource.name`, "loss"},
		{`user.name = resource.name and !(user.userId = resource.name) and !(user.name = user.userId)`, `user.name = resource.name and !(user.userId = resource.name)`, ""},
		{`user.name != resource.name and user.userId != resource.name and user.name != user.userId and !user.name.Empty() and !user.userId.Empty() and !resource.name.Empty()`, `false`, "loss"},
		{`user.userDirectory = resource.owner.userDirectory`, `user.userDirectory = resource.owner.userDirectory and !user.IsAnonymous()`, "loss"},
		// Values of one column that a pattern and an exact test distinguish.
		{`user.name like "a*"`, `user.name = "a"`, "loss"},
		{`user.name like "s*"`, `!user.name.Empty()`, "gain"},
		{`user.name matches "a|b"`, `user.name = "a"`, "loss"},
		{`user.name == "AB" or user.name == "ab"`, `user.name = "ab"`, "gain"},
		{`user.name = "true" or user.name = "false"`, `!user.name.Empty()`, "gain"},
		{`user.name = "something else" or user.name = "some text"`, `!user.name.Empty()`, "gain"},
		{`resource.id == "a"`, `resource.id == "b"`, "gain loss"},
	} {
		r := compare(t, input(t, one(test.old), one(test.new), ""))
		if got := strings.Join(kinds(r), " "); got != test.want {
			t.Errorf("%s\nto %s: %q, want %q; left out %+v", test.old, test.new, got, test.want, r.LeftOut)
		}
	}
}

// TestSessionAttributesMeetColumns compares a property with the value of a session attribute.
func TestSessionAttributesMeetColumns(t *testing.T) {
	in := input(t, []ruleset.Rule{plain("x", "App_*", 2, `false`)}, []ruleset.Rule{plain("x", "App_*", 2, `user.environment.os = resource.@System`)}, "")
	in.Environment = map[string][]string{"OS": {"Windows"}}
	if r := compare(t, in); r.Gain.Cells == 0 || len(r.LeftOut) > 0 {
		t.Errorf("%+v, left out %+v", r.Gain, r.LeftOut)
	}
}

// TestRightsOfManyRules has a changed rule that tests a right. Several rules grant this right, but only one of them
// grants it to users that the changed rule does not exclude.
func TestRightsOfManyRules(t *testing.T) {
	with := func(condition string) []ruleset.Rule {
		rules := []ruleset.Rule{plain("x", "App_*", 2, condition)}
		for _, name := range []string{"a", "b", "c", "d"} {
			rules = append(rules, plain("s"+name, "Stream_*", 2, fmt.Sprintf("user.name = %q", name)))
		}
		return rules
	}
	asks := `resource.stream.HasPrivilege("read") and user.name != "a" and user.name != "b" and user.name != "c"`
	r := compare(t, input(t, with(asks), with("false"), ""))
	if !slices.Equal(kinds(r), []string{"loss"}) || len(r.LeftOut) > 0 {
		t.Errorf("%q, left out %+v", kinds(r), r.LeftOut)
	}
}

// kinds returns the kinds of difference in a report, without duplicates.
func kinds(r *difference.Report) []string {
	var list []string
	for _, g := range r.Groups {
		list = append(list, g.Kind)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// alphabet has the strings that random conditions name, and a few that they match only by case or patterns.
var alphabet = []string{"a", "A", "ab", "b", "x"}

// everyone writes a site with all users and apps of the alphabet: a user for each name and set of at most two groups,
// and an app for each name, set of at most two departments and directory of the owner. Each of these can also be
// missing.
func everyone(t *testing.T) string {
	t.Helper()
	type object map[string]any
	var users, apps []object
	sets := [][]string{nil}
	for i, a := range alphabet {
		sets = append(sets, []string{a})
		for _, b := range alphabet[:i] {
			sets = append(sets, []string{b, a})
		}
	}
	for i, directory := range []string{"a", "b", "x"} {
		for j, name := range slices.Concat([]string{""}, alphabet) {
			for k, set := range sets {
				user := object{"id": fmt.Sprint("u", i, "-", j, "-", k), "userDirectory": directory, "userId": fmt.Sprint(i, "-", j, "-", k)}
				if name != "" {
					user["name"] = name
				}
				var groups []object
				for _, g := range set {
					groups = append(groups, object{"attributeType": "group", "attributeValue": g})
				}
				user["attributes"] = groups
				users = append(users, user)
				app := object{"id": fmt.Sprint("app", i, "-", j, "-", k)}
				if name != "" {
					app["name"] = name
				}
				if i < 2 { // the third have none
					app["owner"] = object{"id": fmt.Sprint("u", i, "-0-0")}
				}
				var departments []object
				for _, d := range set {
					departments = append(departments, object{"value": d, "definition": object{"name": "Dep"}})
				}
				app["customProperties"] = departments
				apps = append(apps, app)
			}
		}
	}
	site := t.TempDir()
	for name, list := range map[string][]object{"user.json": users, "app.json": apps} {
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(site, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return site
}

// TestComparisonsMissNothing compares random pairs of rules that compare attributes of users and resources with each
// other and with constants. If the site of all combinations shows a kind of difference, the comparison without a site
// shows it too, or reports that it left something out.
func TestComparisonsMissNothing(t *testing.T) {
	rounds := 100
	if !exact.Enabled() {
		rounds = 40
	}
	random := rand.New(rand.NewPCG(11, 3))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	test := func() string {
		user, resource := pick("user.name", "user.group", "user.userDirectory"), pick("resource.name", "resource.@Dep", "resource.owner.userDirectory")
		operator := pick("=", "=", "==", "!=", "!==")
		switch random.IntN(6) {
		case 0, 1, 2:
			return user + " " + operator + " " + resource
		case 3:
			return pick(user, resource) + " " + pick(`like "a*"`, `like "*b"`, `matches "a.?"`)
		default:
			return fmt.Sprintf("%s %s %q", pick(user, resource), operator, pick("a", "A", "ab", "b"))
		}
	}
	clause := func() string {
		if random.IntN(3) == 0 {
			return "!(" + test() + ")"
		}
		return test()
	}
	site := everyone(t)
	differ, whole := 0, 0
	for range rounds {
		base := clause() + pick(" and ", " and ", " or ") + clause()
		edited := pick(base+" and "+clause(), base+" or "+clause(), base+" and ("+clause()+" or "+clause()+")")
		old, new := []ruleset.Rule{plain("x", "App_*", 2, base)}, []ruleset.Rule{plain("x", "App_*", 2, edited)}
		if random.IntN(2) == 0 {
			old, new = new, old
		}
		if random.IntN(4) == 0 { // another rule that replaces some
			other := plain("y", "App_*", 2, test()+" and "+test())
			old, new = append(old, other), append(new, other)
		}
		over, synthesized := compare(t, input(t, old, new, site)), compare(t, input(t, old, new, ""))
		differ += len(kinds(over))
		if len(synthesized.LeftOut) > 0 {
			continue
		}
		whole++
		for _, kind := range kinds(over) {
			if !slices.Contains(kinds(synthesized), kind) {
				t.Errorf("%s\nto %s: a %s with a site, but not without it", old[0].Condition.Content, new[0].Condition.Content, kind)
			}
		}
	}
	t.Logf("%d kinds of difference in %d rounds, %d of them without anything left out", differ, rounds, whole)
	if differ < rounds/2 || whole < rounds/3 {
		t.Errorf("only %d kinds of difference, and only %d rounds without anything left out", differ, whole)
	}
}
