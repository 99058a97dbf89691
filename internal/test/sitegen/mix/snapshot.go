package mix

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

type fields map[string]any

// roles are those of every twentieth user; each of them is that of every hundredth user.
var roles = []string{"RootAdmin", "ContentAdmin", "SecurityAdmin", "DeploymentAdmin", "AuditAdmin"}

// Write writes the site as a snapshot to an existing directory.
func (w *World) Write(dir string) error {
	r := w.random("site")
	return errors.Join(
		list(dir, "user", w.Users, func(i int, id string) fields { return w.user(r, i, id) }),
		list(dir, "stream", w.Streams, w.stream),
		list(dir, "app", w.Apps, func(i int, id string) fields { return w.app(r, i, id) }),
		list(dir, "app.object", w.Objects, func(i int, id string) fields {
			return fields{
				"id": id, "name": fmt.Sprintf("Object %d", i), "owner": w.owner(id), "app": fields{"id": w.Apps[w.appOf[i]]},
				"published": i%2 == 0, "approved": i%4 == 0, "objectType": "sheet",
			}
		}),
		list(dir, "reloadtask", w.Tasks, func(i int, id string) fields {
			return fields{"id": id, "name": fmt.Sprintf("Task %d", i), "app": fields{"id": w.Apps[w.appOf[len(w.Objects)+i]]}}
		}),
	)
}

func (w *World) owner(id string) fields { return fields{"id": w.Users[w.owners[id]]} }

func (w *World) user(r *rand.Rand, i int, id string) fields {
	attribute := func(kind, value string) fields { return fields{"attributeType": kind, "attributeValue": value} }
	held := []string{}
	if i%20 == 0 {
		held = append(held, roles[i/20%len(roles)])
	}
	return fields{
		"id": id, "userDirectory": "ACME", "userId": userID(i), "name": fmt.Sprintf("User %d", i), "roles": held,
		"attributes": []fields{
			attribute("group", w.group(r)), attribute("group", w.group(r)),
			attribute("department", w.department(r)), attribute("office", office(r)), attribute("title", title(r)),
		},
		"customProperties": crossed(r, "Left"),
	}
}

func (w *World) stream(i int, id string) fields {
	name := fmt.Sprintf("Stream %d", i)
	if i == 0 {
		name = "Everyone"
	}
	return fields{"id": id, "name": name, "owner": w.owner(id)}
}

func (w *World) app(r *rand.Rand, i int, id string) fields {
	access := fields{"value": w.group(r), "definition": fields{"name": "GroupAccess"}}
	app := fields{
		"id": id, "name": fmt.Sprintf("App %d", i), "owner": w.owner(id), "published": true,
		"customProperties": append(crossed(r, "Right"), access),
	}
	if stream := pick(r, w.Streams); i%10 > 0 {
		app["stream"] = fields{"id": stream}
	}
	return app
}

// crossed returns a fifth of the custom properties that the rules of the kind Cross compare; two values in a
// thousand are equal.
func crossed(r *rand.Rand, side string) []fields {
	var list []fields
	for i := range crossedEach {
		list = append(list, fields{
			"value": fmt.Sprintf("Value %d", r.IntN(500)), "definition": fields{"name": fmt.Sprintf("%s%d", side, i*5+r.IntN(5))},
		})
	}
	return list
}

// list writes the file of a type, one entity per line.
func list(dir, name string, ids []string, entity func(i int, id string) fields) (err error) {
	f, err := os.Create(filepath.Join(dir, name+".json"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriterSize(f, 1<<16)
	separator := "[\n"
	for i, id := range ids {
		line, err := json.Marshal(entity(i, id))
		if err != nil {
			return err
		}
		_, _ = out.WriteString(separator) // a bufio.Writer returns its first error on Flush
		_, _ = out.Write(line)
		separator = ",\n"
	}
	_, _ = out.WriteString("\n]\n")
	return out.Flush()
}
