package mix

import (
	"encoding/json"
	"fmt"
)

// Request is a request for a resource of the site.
type Request struct {
	// User is the index of the subject among the world's users.
	User           int
	Type, ID       string
	Action, Origin string
	// Environment is the group in the session attributes, "" for none.
	Environment string
}

func userID(i int) string { return fmt.Sprintf("u%d", i) }

// Account returns the subject's DIRECTORY\user.
func (r Request) Account() string { return `ACME\` + userID(r.User) }

// JSON returns the request as a client sends it.
func (r Request) JSON() []byte {
	context := fields{"request_context": r.Origin}
	if r.Environment != "" {
		context["environment"] = fields{"group": []string{r.Environment}}
	}
	// Strings can always be marshalled.
	text, _ := json.Marshal(fields{
		"subject":  fields{"type": "user", "id": r.Account()},
		"action":   fields{"name": r.Action},
		"resource": fields{"type": r.Type, "id": r.ID},
		"context":  context,
	})
	return text
}

// Requests returns n requests to read resources of a type: App, App.Object, ReloadTask or Stream. Every third
// one is from the owner, so that about the same share is granted with all rule sets.
func (w *World) Requests(typeName string, n int) []Request {
	r := w.random("requests " + typeName)
	ids := map[string][]string{"App": w.Apps, "App.Object": w.Objects, "ReloadTask": w.Tasks, "Stream": w.Streams}[typeName]
	list := make([]Request, n)
	for i := range list {
		list[i] = Request{User: r.IntN(len(w.Users)), Type: typeName, ID: pick(r, ids), Action: "read", Origin: "hub"}
		if i%3 == 0 {
			list[i].User = w.owners[list[i].ID]
		}
	}
	return list
}
