package difftest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// probes are conditions that report whether a path has a value, so that granted_by shows most of what an
// engine has read of a description.
var probes = []string{
	`!resource.id.Empty()`, `!resource.name.Empty()`, `!resource.description.Empty()`, `!resource.published.Empty()`, `!resource.type.Empty()`,
	`!resource.@GroupAccess.Empty()`, `!resource.@Dept.Empty()`, `!resource.@2nd.Empty()`, `!resource.stream.Empty()`, `!resource.stream.name.Empty()`,
	`!resource.stream.id.Empty()`, `!resource.app.Empty()`, `!resource.app.name.Empty()`, `!resource.app.stream.owner.name.Empty()`,
	`!resource.owner.name.Empty()`, `!resource.owner.userId.Empty()`, `!resource.owner.roles.Empty()`, `!resource.owner.group.Empty()`,
	`!resource.contentLibrarys.name.Empty()`, `!resource.extensions.Empty()`, `!resource.size.Empty()`, `!resource.kind.Empty()`, `!resource.flags.Empty()`,
	`resource.IsOwned()`, `resource.owner = user`, `resource.app.stream.owner != user`, `resource.name like "*e*"`, `resource.owner.name like "*a*"`,
	`resource.name = resource.owner.name`, `resource.stream.name !== resource.name`, `resource.id = user.id`, `resource.name matches ".*[A-Z].*"`,
	`!user.id.Empty()`, `!user.name.Empty()`, `!user.roles.Empty()`, `!user.group.Empty()`, `!user.department.Empty()`, `!user.@GroupAccess.Empty()`,
	`!user.environment.os.Empty()`, `user.environment.os like "*e*"`, `user.environment.group == user.group`, `user.IsAnonymous()`, `user.name like "*a*"`,
	`user.userDirectory = "none"`, `user.roles != user.group`, `user.@Dept == resource.@Dept`,
	`resource.owner = resource.stream.owner`, `resource.owner !== resource.app.owner`, `resource.extensions.owner != user`, `resource.extensions.owner = user`,
	`resource.extensions.owner != resource.contentLibrarys.owner`, `resource.name like "?*n?*d"`, `resource.stream.name like "*e?f*d"`,
	`user.environment.context == "AppAccess"`, `user.environment.Context != "managementaccess"`, `user.environment.context.Empty()`,
	`resource.userDirectory.name.Empty()`, `resource.StaticContentSecurityType == "Open"`,
	`resource.name matches "s|e.*|.*a"`, `resource.owner.name matches "a|b|.*[0-9]"`,
}

// mixed are conditions that compare an entity with a string, which is an error unless an option allows it.
var mixed = []string{
	`resource.owner = "anna"`, `!(resource.owner = user.userId)`, `resource.owner != "a"`, `resource.owner !== user.name`, `"Sales" = resource.stream`,
	`resource.stream like "*a*"`, `!(resource.app.owner matches ".*a.*")`, `resource = "new-1"`, `user = "anna"`, `user != resource.name`,
	`!(resource.extensions.owner = user.userId and resource.owner = "anna")`, `resource.extensions.owner != user.group`, `resource.extensions == user.name`,
	`user.name = "x" or !(resource.owner.name = "a" or resource.owner = user.environment.group)`, `resource.userDirectory = "ACME"`, `!(resource.userDirectory != "ACME")`,
}

// withMixed adds a rule for each of them if the option allows it.
func withMixed(c sitegen.Case, o options) sitegen.Case {
	rules, _ := exported(c.Rules).([]any)
	for i, condition := range mixed {
		if o.entityText == resolve.EntityTextError && !strings.Contains(condition, "userDirectory") {
			continue
		}
		rules = append(rules, map[string]any{
			"id": fmt.Sprintf("mixed-%02d", i), "name": "Mixed", "rule": condition, "resourceFilter": "*", "actions": 1, "category": "Security", "ruleContext": 0,
		})
	}
	c.Rules = encode(rules)
	return c
}

// withProbes returns a case with a rule for every probe, with small changes in half of the descriptions in
// its requests, and with crafted requests.
func withProbes(c sitegen.Case, seed uint64) sitegen.Case {
	r := rand.New(rand.NewPCG(seed, 0x70726f62))
	rules, _ := exported(c.Rules).([]any)
	for i, probe := range probes {
		rules = append(rules, map[string]any{
			"id": fmt.Sprintf("probe-%02d", i), "name": "Probe", "rule": probe, "resourceFilter": "*", "actions": 2, "category": "Security", "ruleContext": 0,
		})
	}
	c.Rules = encode(append(rules, chain(r)...))
	c.Requests = slices.Clone(c.Requests)
	for i, request := range c.Requests {
		whole, _ := decode(request).(map[string]any)
		for _, part := range []string{"subject", "resource"} {
			inner, _ := whole[part].(map[string]any)
			if described, _ := inner["properties"].(map[string]any); len(described) > 0 && r.IntN(2) == 0 {
				inner["properties"] = twist(r, described)
				c.Requests[i] = encode(whole)
			}
		}
	}
	c.Requests = append(c.Requests, crafted(c, r)...)
	return c
}

// never is the date that the repository writes for an event that has not happened.
const never = "1753-01-01T00:00:00.000Z"

// twist changes one position of a JSON value: its form, its spelling or whether it exists.
func twist(r *rand.Rand, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 || r.IntN(8) == 0 {
			return any([]any{nil, []any{v}, []any{nil, v}, map[string]any{}, []any{v, v}}[r.IntN(5)])
		}
		keys := slices.Sorted(maps.Keys(v))
		key := keys[r.IntN(len(keys))]
		v = maps.Clone(v)
		switch r.IntN(6) {
		case 0:
			v[strings.ToUpper(key)] = twist(r, v[key])
		case 1:
			v[strings.ToLower(key)] = "other"
		default:
			v[key] = twist(r, v[key])
		}
		return v
	case []any:
		if len(v) == 0 || r.IntN(4) == 0 {
			return append(slices.Clone(v), []any{nil, "", "more", never, map[string]any{}}[r.IntN(5)])
		}
		v = slices.Clone(v)
		i := r.IntN(len(v))
		v[i] = twist(r, v[i])
		return v
	}
	return []any{nil, "", never, true, 7, []any{v}, []any{v, "more"}, []any{nil, v}, []any{v, v}, []any{[]any{v}}, map[string]any{"id": v}, map[string]any{"name": v}}[r.IntN(12)]
}
