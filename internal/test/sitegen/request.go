package sitegen

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// witness is what a well-formed request is about, as far as it is known while
// rules are written for it.
type witness struct {
	user, resource *entity
	environment    map[string][]string
	context        string
}

// request makes a request up. The witness is nil where the request is malformed
// or names somebody or something unknown.
func (w *world) request() ([]byte, *witness) {
	action := pick(w.Rand, actionNames)
	if chance(w.Rand, 2) {
		action = "read"
	}
	r := object{"action": object{"name": asciiCase(w.Rand, action)}}
	x := &witness{}
	r["subject"], x.user = w.subject()
	r["resource"], x.resource = w.resource(x.user)
	var context object
	if context, x.context, x.environment = w.context(); len(context) > 0 || chance(w.Rand, 2) {
		r["context"] = context
	}
	switch {
	case chance(w.Rand, 60):
		delete(r, "action") // only the actions are asked for
	case chance(w.Rand, 25):
		return w.malformed(r), nil
	}
	if x.user == nil || x.resource == nil {
		x = nil
	}
	return encode(r), x
}

func (w *world) subject() (object, *entity) {
	s := object{"type": "user"}
	switch w.IntN(16) {
	case 0:
		s["id"] = pick(w.Rand, []string{"nobody", `ACME\nobody`, guid(w.Rand), "", `\x`, `ACME\`, `NONE\`})
		if chance(w.Rand, 2) {
			s["properties"] = object{}
		}
		return s, nil
	case 1, 2:
		e := w.stranger(recase(w.Rand, "NONE"))
		s["id"] = loginOf(e)
		if chance(w.Rand, 2) {
			s["properties"] = w.properties(e)
		} else {
			e.custom, e.attributes, e.lists = nil, nil, nil
			e.scalars = object{"userDirectory": e.scalars["userDirectory"], "userId": e.scalars["userId"]}
		}
		return s, e
	case 3, 4:
		e := w.stranger(w.word("userdirectory"))
		s["id"], s["properties"] = loginOf(e), w.properties(e)
		if directory, id, ok := strings.Cut(s["id"].(string), `\`); !ok || directory == "" || id == "" {
			return s, nil
		}
		return s, e
	default:
		e := pick(w.Rand, w.records["User"])
		s["id"] = recase(w.Rand, loginOf(e))
		if chance(w.Rand, 4) {
			s["id"] = recase(w.Rand, e.id)
		}
		if chance(w.Rand, 10) { // a forgery
			s["properties"] = w.properties(w.stranger("ACME"))
		}
		return s, e
	}
}

// stranger makes a user up who is not on record.
func (w *world) stranger(directory string) *entity {
	t, _ := w.schema.Type("User")
	e := w.entity(t, len(w.ids["User"]))
	e.scalars["userDirectory"] = directory
	e.id = ""
	if chance(w.Rand, 3) {
		e.id = guid(w.Rand)
	}
	return e
}

func loginOf(e *entity) string {
	return e.scalars["userDirectory"].(string) + `\` + e.scalars["userId"].(string)
}

func (w *world) resource(user *entity) (object, *entity) {
	r := object{}
	e := w.chooseResource(user)
	r["type"], r["id"] = asciiCase(w.Rand, e.kind.Name), recase(w.Rand, e.id)
	switch {
	case !e.recorded && !e.kind.Transient:
		if chance(w.Rand, 20) {
			break // nothing is said of it
		}
		r["properties"] = w.properties(e)
	case chance(w.Rand, 12): // a forgery, or nothing new
		r["properties"] = w.properties(w.entity(e.kind, len(w.ids[e.kind.Name])))
	case chance(w.Rand, 12):
		r["properties"] = object{}
	}
	if chance(w.Rand, 25) {
		r["id"] = guid(w.Rand)
		return r, nil
	}
	return r, e
}

// chooseResource returns an entity on record, a section, or a new entity, which
// often belongs to the subject.
func (w *world) chooseResource(user *entity) *entity {
	if len(w.focus) > 0 && chance(w.Rand, 2) {
		kind := pick(w.Rand, w.focus)
		if kind == "TransientObject" {
			return w.section()
		}
		if records := w.records[kind]; len(records) > 0 {
			return pick(w.Rand, records)
		}
	}
	switch w.IntN(16) {
	case 0:
		return w.section()
	case 1:
		kind := pick(w.Rand, []string{"App_x", "Application", "app_", "Q", "", "App.ObjectX"})
		return &entity{kind: schema.OpenType(kind), id: guid(w.Rand)}
	case 2, 3, 4:
		t := pick(w.Rand, w.inOrder())
		if t.Transient || chance(w.Rand, 2) {
			t, _ = w.schema.Type(pick(w.Rand, []string{"App", "App.Object", "Stream"}))
		}
		e := w.entity(t, len(w.ids[t.Name]))
		if _, owned := t.Relations["owner"]; owned && user != nil && (user.recorded || user.id != "") && chance(w.Rand, 2) {
			e.relations["owner"] = []*entity{user}
		}
		return e
	case 5, 6, 7:
		return pick(w.Rand, w.records[pick(w.Rand, []string{"App", "Stream"})])
	case 8, 9:
		return pick(w.Rand, w.records["App.Object"])
	default:
		return pick(w.Rand, w.records[pick(w.Rand, w.kinds)])
	}
}

func (w *world) section() *entity {
	t, _ := w.schema.Type("TransientObject")
	return &entity{kind: t, id: recase(w.Rand, pick(w.Rand, w.sections))}
}

func (w *world) context() (context object, from string, environment map[string][]string) {
	context, environment = object{}, map[string][]string{}
	if from = pick(w.Rand, []string{"", "hub", "hub", "qmc", "qmc"}); from != "" {
		context["request_context"] = from
	}
	given := object{}
	for _, name := range w.attending {
		if chance(w.Rand, 3) {
			continue
		}
		key := schema.Fold(name)
		values := []string{}
		for range w.IntN(3) {
			values = append(values, w.word("environment."+name))
		}
		environment[key] = append(environment[key], values...)
		switch {
		case len(values) == 1 && chance(w.Rand, 2):
			given[recase(w.Rand, name)] = values[0]
		case len(values) == 2 && chance(w.Rand, 4): // two spellings of a name are one
			given[strings.ToUpper(name)], given[strings.ToLower(name)] = values[0], values[1:]
		default:
			given[asciiCase(w.Rand, name)] = values
		}
	}
	if len(given) > 0 {
		context["environment"] = given
	}
	return context, from, environment
}
