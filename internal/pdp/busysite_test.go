package pdp_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

const busyUsers, busyStreams, busyGroups = 1000, 100, 60

func busyUser(i int) string { return fmt.Sprintf(`acme\u%d`, i%busyUsers) }

// busyApp is the id of an app; neighbours have little in common.
func busyApp(i, apps int) string { return fmt.Sprintf("app%06d", i*7919%apps) }

// busySite compiles a site with a number of apps, in streams that groups may read, with owners and a
// custom property, and about sixty rules.
func busySite(t testing.TB, apps int) string {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	group := func() string { return fmt.Sprintf("group %d", r.IntN(busyGroups)) }
	user := func() object { return object{"id": fmt.Sprintf("user%d", r.IntN(busyUsers))} }
	var users, streams, list []object
	for i := range busyUsers {
		attribute := func(kind, value string) object { return object{"attributeType": kind, "attributeValue": value} }
		users = append(users, object{
			"id": fmt.Sprintf("user%d", i), "userDirectory": "ACME", "userId": fmt.Sprintf("u%d", i), "name": fmt.Sprintf("User %d", i), "roles": []string{},
			"attributes": []object{attribute("group", group()), attribute("group", group()), attribute("title", fmt.Sprintf("Title %d", i%5))},
		})
	}
	for i := range busyStreams {
		streams = append(streams, object{"id": fmt.Sprintf("stream%d", i), "name": fmt.Sprintf("Stream %d", i), "owner": user()})
	}
	for i := range apps {
		app := object{"id": fmt.Sprintf("app%06d", i), "name": fmt.Sprintf("App %d", i), "owner": user(), "published": i%10 != 0}
		if i%10 != 0 {
			app["stream"] = object{"id": fmt.Sprintf("stream%d", r.IntN(busyStreams))}
		}
		if i%3 == 0 {
			app["customProperties"] = []object{{"value": group(), "definition": object{"name": "GroupAccess"}}}
		}
		list = append(list, app)
	}
	var rules []object
	add := func(filter string, actions int, condition string) {
		rules = append(rules, object{
			"id": fmt.Sprintf("00000000-0000-0000-0000-%012d", len(rules)), "name": fmt.Sprintf("Rule %d", len(rules)), "category": "Security", "type": "Custom",
			"resourceFilter": filter, "actions": actions, "rule": condition, "ruleContext": 0, "disabled": false,
		})
	}
	add("App_*,Stream_*", 14, `resource.IsOwned() and resource.owner = user`)
	add("App_*", 2, `resource.stream.HasPrivilege("read")`)
	add("App_*", 2, `resource.@GroupAccess = user.group`)
	add("App_*", 4, `resource.stream.HasPrivilege("update") and user.title = "Title 1"`)
	add("App_*", 2, `resource.name like "*99" and user.title = "Title 2"`)
	for i := range busyGroups {
		add(fmt.Sprintf("Stream_stream%d", i), 2, fmt.Sprintf(`user.group = "group %d"`, i))
	}
	c := sitegen.Case{Files: map[string][]byte{}}
	for name, content := range map[string]any{"user.json": users, "stream.json": streams, "app.json": list} {
		c.Files[name] = []byte(text(content))
	}
	c.Rules = []byte(text(rules))
	return compileSite(t, c)
}
