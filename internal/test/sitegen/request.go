package sitegen

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// witness is the subject and the resource of a well-formed request, as far as they are known when rules are
// written for it.
type witness struct {
	user, resource *entity
	environment    map[string][]string
	context        string
}

// request generates a request. The witness is nil if the request is malformed or names something unknown.
func (w *world) request() ([]byte, *witness) {
	action := pick(w.rand, actionNames)
	if chance(w.rand, 2) {
		action = "read"
	}
	r := object{"action": object{"name": asciiCase(w.rand, action)}}
	x := &witness{}
	r["subject"], x.user = w.subject()
	r["resource"], x.resource = w.resource(x.user)
	var context object
	if context, x.context, x.environment = w.context(); len(context) > 0 || chance(w.rand, 2) {
		r["context"] = context
	}
	switch {
	case chance(w.rand, 60):
		delete(r, "action") // only the actions are requested
	case chance(w.rand, 25):
		return w.malformed(r), nil
	}
	if x.user == nil || x.resource == nil {
		x = nil
	}
	return encode(r), x
}

func (w *world) subject() (object, *entity) {
	s := object{"type": "user"}
	switch w.rand.IntN(16) {
	case 0:
		s["id"] = pick(w.rand, []string{"nobody", `ACME\nobody`, guid(w.rand), "", `\x`, `ACME\`, `NONE\`})
		if chance(w.rand, 2) {
			s["properties"] = object{}
		}
		return s, nil
	case 1, 2:
		e := w.stranger(recase(w.rand, "NONE"))
		s["id"] = loginOf(e)
		if chance(w.rand, 2) {
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
		e := pick(w.rand, w.records["User"])
		s["id"] = recase(w.rand, loginOf(e))
		if chance(w.rand, 4) {
			s["id"] = recase(w.rand, e.id)
		}
		if chance(w.rand, 10) { // a forged property
			s["properties"] = w.properties(w.stranger("ACME"))
		}
		return s, e
	}
}

// stranger generates a user who does not exist in the snapshot.
func (w *world) stranger(directory string) *entity {
	t, _ := w.schema.Type("User")
	e := w.entity(t, len(w.hints.ids["User"]))
	e.scalars["userDirectory"] = directory
	e.id = ""
	if chance(w.rand, 3) {
		e.id = guid(w.rand)
	}
	return e
}

func loginOf(e *entity) string {
	return e.scalars["userDirectory"].(string) + `\` + e.scalars["userId"].(string)
}

func (w *world) resource(user *entity) (object, *entity) {
	r := object{}
	e := w.chooseResource(user)
	r["type"], r["id"] = asciiCase(w.rand, e.kind.Name), recase(w.rand, e.id)
	switch {
	case !e.recorded && !e.kind.Transient:
		if chance(w.rand, 20) {
			break // without a description
		}
		r["properties"] = w.properties(e)
	case chance(w.rand, 12): // a forged property, or nothing new
		r["properties"] = w.properties(w.entity(e.kind, len(w.hints.ids[e.kind.Name])))
	case chance(w.rand, 12):
		r["properties"] = object{}
	}
	if chance(w.rand, 25) {
		r["id"] = guid(w.rand)
		return r, nil
	}
	return r, e
}

// chooseResource returns an existing entity, a section, or a new entity, which often belongs to the subject.
func (w *world) chooseResource(user *entity) *entity {
	if len(w.hints.focus) > 0 && chance(w.rand, 2) {
		kind := pick(w.rand, w.hints.focus)
		if kind == "TransientObject" {
			return w.section()
		}
		if records := w.records[kind]; len(records) > 0 {
			return pick(w.rand, records)
		}
	}
	switch w.rand.IntN(16) {
	case 0:
		return w.section()
	case 1:
		kind := pick(w.rand, []string{"App_x", "Application", "app_", "Q", "", "App.ObjectX"})
		return &entity{kind: schema.OpenType(kind), id: guid(w.rand)}
	case 2, 3, 4:
		t := pick(w.rand, w.inOrder())
		if t.Transient || chance(w.rand, 2) {
			t, _ = w.schema.Type(pick(w.rand, []string{"App", "App.Object", "Stream"}))
		}
		e := w.entity(t, len(w.hints.ids[t.Name]))
		if _, owned := t.Relations["owner"]; owned && user != nil && (user.recorded || user.id != "") && chance(w.rand, 2) {
			e.relations["owner"] = []*entity{user}
		}
		return e
	case 5, 6, 7:
		return pick(w.rand, w.records[pick(w.rand, []string{"App", "Stream"})])
	case 8, 9:
		return pick(w.rand, w.records["App.Object"])
	default:
		return pick(w.rand, w.records[pick(w.rand, w.kinds)])
	}
}

func (w *world) section() *entity {
	t, _ := w.schema.Type("TransientObject")
	return &entity{kind: t, id: recase(w.rand, pick(w.rand, w.hints.sections))}
}

func (w *world) context() (context object, from string, environment map[string][]string) {
	context, environment = object{}, map[string][]string{}
	if from = pick(w.rand, []string{"", "hub", "hub", "qmc", "qmc"}); from != "" {
		context["request_context"] = from
	}
	given := object{}
	for _, name := range w.hints.attending {
		if chance(w.rand, 3) {
			continue
		}
		key := schema.Fold(name)
		values := []string{}
		for range w.rand.IntN(3) {
			values = append(values, w.word("environment."+name))
		}
		environment[key] = append(environment[key], values...)
		switch {
		case len(values) == 1 && chance(w.rand, 2):
			given[recase(w.rand, name)] = values[0]
		case len(values) == 2 && chance(w.rand, 4): // two spellings of a name are one name
			given[strings.ToUpper(name)], given[strings.ToLower(name)] = values[0], values[1:]
		default:
			given[asciiCase(w.rand, name)] = values
		}
	}
	if len(given) > 0 {
		context["environment"] = given
	}
	return context, from, environment
}
