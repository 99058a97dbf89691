package evaluate

import "testing"

// The meaning of some comparisons in the product is unknown. An option selects the interpretation.
func TestReadings(t *testing.T) {
	idOrName, never := Options{EntityText: EntityTextIDOrName}, Options{EntityText: EntityTextNever}
	stored := Options{SessionAttributes: SessionStored}
	for _, test := range []struct {
		options   Options
		filter    string
		condition string
		changes   []string
		want      bool
	}{
		{idOrName, "App_*", `resource.owner = "u-anna"`, nil, true},
		{idOrName, "App_*", `resource.owner = "Anna"`, nil, true},
		{idOrName, "App_*", `"anna a" = resource.owner`, nil, true},
		{idOrName, "App_*", `resource.owner = "bob"`, nil, false},
		{idOrName, "App_*", `resource.stream = "Sales"`, nil, true},
		{never, "App_*", `resource.owner = "Anna"`, nil, false},
		{never, "App_*", `!(resource.owner = "Anna")`, nil, false},
		{Options{}, "App_*", `user.environment.a.b = resource.owner`, nil, false},
		{stored, "App_*", `user.group = "Sent"`, []string{`context.environment.group="Sent"`}, true},
		{stored, "App_*", `user.group = "Finance"`, []string{`context.environment.group="Sent"`}, false},
		{stored, "App_*", `user.resourcetype = "sent"`, []string{`context.environment.resourcetype="sent"`}, true},
		{stored, "App_*", `user.resourcetype = "person"`, nil, true},
		{Options{}, "App_*", `user.group = "Sent"`, []string{`context.environment.group="Sent"`}, false},
	} {
		d := evaluator(t, acme(t), test.options, ruleOn("r", test.filter, read, test.condition)).Decide(ask(t, test.changes...))
		if d.Allow != test.want {
			t.Errorf("%s with %+v and %q: %t, want %t (%v)", test.condition, test.options, test.changes, d.Allow, test.want, d.Err)
		}
	}
}

// resource.userDirectory is a string of a User and a relation of a UserSyncTask. If the filter matches both, the
// comparison with a string is not an error. If it only matches the task, no type has a string to compare.
func TestComparisonsThatSomeTypeCanRead(t *testing.T) {
	task := []string{`resource.type="UserSyncTask"`, `resource.id="t-1"`, `resource.properties={"userDirectory":{"id":"d-1","name":"x"}}`}
	for filter, readable := range map[string]bool{"User*": true, "User_*, UserSyncTask_*": true, "UserSyncTask_*": false} {
		d := evaluator(t, acme(t), Options{}, ruleOn("r", filter, read, `resource.userDirectory = "x"`)).Decide(ask(t, task...))
		if (d.Err == nil) != readable || d.Allow {
			t.Errorf("%s: %+v", filter, d)
		}
	}
}
