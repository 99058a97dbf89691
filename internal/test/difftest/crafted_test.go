package difftest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// chain returns rules that grant actions because of each other on the same resource, so that the least
// fixpoint is reached in three steps.
func chain(r *rand.Rand) []any {
	probe := func() string { return probes[r.IntN(len(probes))] }
	rule := func(id, condition string, action int) any {
		return map[string]any{
			"id": id, "name": "Chain", "rule": condition, "resourceFilter": "*", "actions": action, "category": "Security", "ruleContext": 0,
		}
	}
	return []any{
		rule("chain-1", `resource.HasPrivilege("changeowner") or `+probe(), 256),
		rule("chain-2", `resource.HasPrivilege("exportdata")`, 128),
		rule("chain-3", `resource.HasPrivilege("changerole") and `+probe(), 64),
	}
}

// crafted returns requests for rare situations: an unknown user with the id of an existing one, sets of
// entities of which one belongs to the subject, entities with the same id but different content, numbers
// that are equal but written differently, and a line feed.
func crafted(c sitegen.Case, r *rand.Rand) [][]byte {
	users, _ := decode(c.Files["user.json"]).([]any)
	apps, _ := decode(c.Files["app.json"]).([]any)
	if len(users) < 2 || len(apps) == 0 {
		return nil
	}
	id := func(of []any) any { return of[r.IntN(len(of))].(map[string]any)["id"] }
	var requests [][]byte
	ask := func(subject, resource map[string]any) {
		subject["type"] = "user"
		action := []string{"read", "read", "changeowner", "changerole", "exportdata"}[r.IntN(5)]
		context := []any{map[string]any{}, map[string]any{"request_context": "hub"}, map[string]any{"request_context": "qmc", "environment": map[string]any{"context": []any{}}},
			map[string]any{"request_context": "hub", "environment": map[string]any{"CONTEXT": []any{"ManagementAccess", "x"}}}}[r.IntN(4)]
		requests = append(requests, encode(map[string]any{"subject": subject, "resource": resource, "action": map[string]any{"name": action}, "context": context}))
	}
	number := func() any { return json.Number([]string{"1", "1.0", "1e0", "10e-1"}[r.IntN(4)]) }
	for i := range 6 {
		ask(map[string]any{"id": `GHOST\x`, "properties": map[string]any{"name": number(), "custom": map[string]any{"Dept": number()}}},
			map[string]any{"type": "App", "id": fmt.Sprint("new-", i), "properties": map[string]any{
				"name": number(), "custom": map[string]any{"Dept": number()}, "owner": map[string]any{"name": number(), "id": "o"},
			}})
		user, other := id(users), id(users)
		ask(map[string]any{"id": `GHOST\x`, "properties": map[string]any{"id": user, "name": "Ghost"}},
			map[string]any{"type": "App", "id": id(apps)})
		ask(map[string]any{"id": `GHOST\x`, "properties": map[string]any{"id": "ghost"}},
			map[string]any{"type": "App", "id": fmt.Sprint("new-", i), "properties": map[string]any{"owner": []any{"GHOST", user, map[string]any{"id": "ghost", "name": "Other"}}[r.IntN(3)]}})
		ask(map[string]any{"id": user},
			map[string]any{"type": "StaticContentReference", "id": fmt.Sprint("new-", i), "properties": map[string]any{
				"staticContentSecurityType": []any{json.Number("0"), json.Number("0.0"), "open", "Open", "0", "3"}[r.IntN(6)],
				"extensions":                []any{map[string]any{"id": "e1", "owner": user}, map[string]any{"id": "e2", "owner": other}},
				"contentLibrarys":           []any{map[string]any{"id": "e1", "owner": other}, map[string]any{"owner": user}}[:1+r.IntN(2)],
			}})
		ask(map[string]any{"id": other},
			map[string]any{"type": "App", "id": fmt.Sprint("new-", i), "properties": map[string]any{
				"name":  []any{"line\nfeed", "e\nd", "sales", "Sea", never}[r.IntN(5)],
				"owner": map[string]any{"id": "gone", "name": "A"},
				"stream": map[string]any{"id": "gone", "name": "line\nfeed", "owner": map[string]any{
					"id": []any{"GONE", "gone", user, nil}[r.IntN(4)], "name": "B",
				}},
			}})
	}
	return requests
}
