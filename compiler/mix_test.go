package compiler_test

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// mix returns n rules like those of a large site: half of them grant access to a stream for a group,
// and a tenth each depends on an app's stream and two attributes, on an object's app and two
// attributes, on one app and one user, on a group of app and user, and on other types and actions;
// some are for owners and published objects. A set of rules is a prefix of every larger one.
func mix(n int) []ruleset.Rule {
	titles := []string{"Manager", "Analyst", "Developer", "Admin", "Guest", "Auditor", "Buyer", "Clerk"}
	rules := []ruleset.Rule{
		newRule("owner", "App_*,App.Object_*,Stream_*", "read update delete", `resource.owner = user`),
		newRule("published", "App.Object_*", "read", `resource.published = "true" and resource.app.HasPrivilege("read")`),
		newRule("groups", "App_*", "read", `resource.@GroupAccess = user.@Group`),
	}
	for i := len(rules); i < n; i++ {
		dept, title, group := fmt.Sprintf("Dept %d", i%40), titles[i%len(titles)], fmt.Sprintf("Group %d", i%(n/4+1))
		var filter, actions, condition string
		switch i % 10 {
		case 0:
			filter, actions, condition = "App_*", "read", fmt.Sprintf(`resource.stream.HasPrivilege("read") and user.dept = %q and user.title = %q`, dept, title)
		case 1:
			filter, actions, condition = "App.Object_*", "read", fmt.Sprintf(`resource.app.HasPrivilege("read") and user.dept = %q and user.title = %q`, dept, title)
		case 2:
			filter, actions, condition = fmt.Sprintf("App_%08d-0000-0000-0000-000000000000", i), "read update", fmt.Sprintf(`user.userId = "user%d"`, i)
		case 3:
			filter, actions, condition = "App_*", "read", fmt.Sprintf(`resource.@GroupAccess = %q and user.dept = %q and user.title = %q`, group, dept, title)
		case 4:
			kinds := []string{"DataConnection_*", "ReloadTask_*", "Extension_*", "ContentLibrary_*"}
			filter, actions, condition = kinds[i/10%4], "read update", fmt.Sprintf(`user.@Department = %q`, dept)
		default:
			filter, actions, condition = fmt.Sprintf("Stream_%08d-0000-0000-0000-000000000000", i%(n/2+1)), "read", fmt.Sprintf(`user.group = %q`, group)
		}
		rules = append(rules, newRule(fmt.Sprintf("rule %06d", i), filter, actions, condition))
	}
	return rules
}
