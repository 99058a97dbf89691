package mix

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
)

// Rule is a rule in the form of the repository's API.
type Rule struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Category  string `json:"category"`
	Type      string `json:"type"`
	Filter    string `json:"resourceFilter"`
	Actions   int    `json:"actions"`
	Condition string `json:"rule"`
	Context   int    `json:"ruleContext"`
	Disabled  bool   `json:"disabled"`
}

// The bits of actions, and the contexts of rules.
const (
	read, update, exportData, changeOwner = 2, 4, 256, 64

	both, hub, qmc = 0, 1, 2
)

// Empty returns a single rule without a condition: the minimum cost of a decision.
func Empty() []Rule {
	return []Rule{{ID: "empty", Name: "Empty", Category: "Security", Type: "Custom", Filter: "*", Actions: read}}
}

// General is the number of rules about everybody at the beginning of Rules.
const General = 4

// Rules returns n rules. Half of them grant access to a stream for a group. A tenth each depends on an app's
// stream and two attributes of the user, on an object's app and two attributes, on one app and one user, on a
// group of app and user and two attributes, and on other types and actions. Of the last two tenths some are
// for the hub or the management console only. The owner's rights are those of a site.
func (w *World) Rules(n int) []Rule {
	r := w.random("rules")
	var rules []Rule
	add := func(name, filter string, actions int, context int, condition string) {
		rules = append(rules, newRule(r, name, filter, actions, context, condition))
	}
	add("Owner", "App_*,App.Object_*,Stream_*,ReloadTask_*", read|update|8, both, `resource.IsOwned() and resource.owner = user`)
	add("Published objects", "App.Object_*", read, both, `resource.published = "true" and resource.objectType != "app_appscript" and resource.app.HasPrivilege("read")`)
	add("Groups match", "App_*", read, both, `resource.@GroupAccess = user.group`)
	add("Tasks of apps", "ReloadTask_*", read, both, `resource.app.HasPrivilege("update")`)
	for i := General; i < n; i++ {
		person := fmt.Sprintf(`user.department = "%s" and user.title = "%s"`, w.department(r), title(r))
		switch i % 10 {
		case 0, 1, 2, 3, 4:
			add(fmt.Sprintf("Stream %d for a group", i), "Stream_"+w.Streams[i%len(w.Streams)], read, both, fmt.Sprintf(`user.group = "%s"`, w.group(r)))
		case 5:
			add(fmt.Sprintf("Apps of streams %d", i), "App_*", read, both, `resource.stream.HasPrivilege("read") and `+person)
		case 6:
			add(fmt.Sprintf("Objects of apps %d", i), "App.Object_*", read, both, `resource.app.HasPrivilege("read") and `+person)
		case 7:
			add(fmt.Sprintf("One app %d", i), "App_"+pick(r, w.Apps), read|update, both, fmt.Sprintf(`user.name = "User %d"`, r.IntN(len(w.Users))))
		case 8:
			context := []int{both, both, both, hub, qmc}[i/10%5]
			add(fmt.Sprintf("Group and person %d", i), "App_*", read, context, `resource.@GroupAccess = user.group and `+person)
		case 9:
			other := []struct {
				filter           string
				actions, context int
			}{{"Stream_*", changeOwner, qmc}, {"DataConnection_*", read, both}, {"ReloadTask_*", read | update, both}, {"App_*", exportData, both}}[i/10%4]
			add(fmt.Sprintf("Other %d", i), other.filter, other.actions, other.context, fmt.Sprintf(`user.group = "%s" and user.title = "%s"`, w.group(r), title(r)))
		}
	}
	return rules
}

// StreamRules returns a rule for apps and n rules that each grant access to a stream for a separate group.
func (w *World) StreamRules(n int) []Rule {
	r := w.random("stream rules")
	rules := []Rule{newRule(r, "Streams show their apps", "App_*", read, both, `resource.stream.HasPrivilege("read")`)}
	for i := range n {
		rules = append(rules, newRule(r, fmt.Sprintf("Stream %d", i), "Stream_"+w.Streams[i%len(w.Streams)], read, both, fmt.Sprintf(`user.group = "%s"`, w.groups[i%len(w.groups)])))
	}
	return rules
}

func newRule(r *rand.Rand, name, filter string, actions, context int, condition string) Rule {
	return Rule{
		ID: guid(r), Name: name, Category: "Security", Type: "Custom", Filter: filter,
		Actions: actions, Condition: condition, Context: context,
	}
}

// WriteRules writes rules as an export to a file.
func WriteRules(path string, rules []Rule) error {
	text, err := json.Marshal(rules)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}
