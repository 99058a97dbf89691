package evaluate

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Question is an AuthZEN access evaluation request, understood (docs/formats.md,
// section 3).
type Question struct {
	// Reason is unknown_subject, unknown_resource or invalid_request where the
	// request cannot be judged, and then the other fields mean nothing; else "".
	Reason string
	// Subject and Resource are on record or as the request describes them.
	Subject, Resource *snapshot.Entity
	// HasAction is false for a request without the key action: it is invalid,
	// yet all actions on its resource are told.
	HasAction bool
	Action    ruleset.Action
	// Context is "hub", "qmc" or "".
	Context string
	// Environment holds the values of its attributes by the fold of their names.
	Environment map[string][]string
}

// Attribute returns the values of user.environment.<name>. The attribute context says
// where the request comes from, unless the request itself sends it.
func (q Question) Attribute(name string) []string {
	key := schema.Fold(name)
	if values := q.Environment[key]; len(values) > 0 || key != "context" {
		return values
	}
	switch q.Context {
	case "hub":
		return []string{"AppAccess"}
	case "qmc":
		return []string{"ManagementAccess"}
	}
	return nil
}

// object is a JSON object. Numbers in it are json.Number, in the text's form.
type object = map[string]any

func decodeObject(input []byte) (object, bool) {
	dec := json.NewDecoder(bytes.NewReader(input))
	dec.UseNumber()
	var o object
	if dec.Decode(&o) != nil || o == nil {
		return nil, false
	}
	return o, !dec.More() && onlySpace(input[dec.InputOffset():])
}

func onlySpace(rest []byte) bool { return len(bytes.TrimSpace(rest)) == 0 }

// Read understands a request, given as JSON. Of several things wrong with it
// the reason that comes first in the order of the page is given.
func (e *Evaluator) Read(input []byte) Question {
	invalid := Question{Reason: invalidRequest}
	top, ok := decodeObject(input)
	if !ok {
		return invalid
	}
	subject, okSubject := party(top["subject"])
	resource, okResource := party(top["resource"])
	if !okSubject || !okResource || subject.kind != "user" {
		return invalid
	}
	var q Question
	var action any
	if action, q.HasAction = top["action"]; q.HasAction {
		if q.Action, ok = readAction(action); !ok {
			return invalid
		}
	}
	if q.Context, q.Environment, ok = readContext(top); !ok {
		return invalid
	}
	q.Subject, q.Resource = e.findSubject(subject), e.findResource(resource)
	switch {
	case q.HasAction && q.Subject == nil:
		q.Reason = unknownSubject
	case q.HasAction && q.Resource == nil:
		q.Reason = unknownResource
	case q.Subject == nil || q.Resource == nil:
		return invalid
	}
	return q
}

// described is the subject or the resource of a request.
type described struct {
	kind, id   string
	properties object
}

// party reads a subject or a resource: type and id are texts, properties, where
// there are any, an object.
func party(v any) (described, bool) {
	o, _ := v.(object)
	kind, okKind := o["type"].(string)
	id, okID := o["id"].(string)
	properties, okProperties := optionalObject(o, "properties")
	return described{kind, id, properties}, okKind && okID && okProperties
}

func optionalObject(o object, key string) (object, bool) {
	v, present := o[key]
	if !present {
		return nil, true
	}
	inner, ok := v.(object)
	return inner, ok
}

func readAction(v any) (ruleset.Action, bool) {
	o, _ := v.(object)
	name, okName := o["name"].(string)
	_, okProperties := optionalObject(o, "properties")
	action, known := actionNamed(name)
	return action, okName && okProperties && known
}

// actionNamed returns the action of a name. Ignoring case is by fold, as for
// everything else: a name with a long s is none.
func actionNamed(name string) (ruleset.Action, bool) {
	for _, a := range ruleset.AllActions {
		if a.Name() == schema.Fold(name) {
			return a, true
		}
	}
	return 0, false
}

// readContext reads where the subject comes from and the environment. Names
// of the environment that are equal but for case unite.
func readContext(top object) (from string, environment map[string][]string, ok bool) {
	context, ok := optionalObject(top, "context")
	if !ok {
		return "", nil, false
	}
	if v, present := context["request_context"]; present {
		if from, _ = v.(string); from != "hub" && from != "qmc" {
			return "", nil, false
		}
	}
	given, ok := optionalObject(context, "environment")
	environment = map[string][]string{}
	for name, v := range given {
		values, isText := listOfText(v)
		ok = ok && isText
		key := schema.Fold(name)
		environment[key] = compact(append(environment[key], values...))
	}
	return from, environment, ok
}

// listOfText reads a text or a list of text.
func listOfText(v any) ([]string, bool) {
	items, isList := v.([]any)
	if !isList {
		items = []any{v}
	}
	var values []string
	for _, item := range items {
		text, ok := item.(string)
		if !ok {
			return nil, false
		}
		values = append(values, text)
	}
	return values, true
}

// findSubject returns the user that the subject is: on record, by DIR\id or
// by GUID, or else by the directory and the id in the subject's own id, with
// what its properties say of it. Who is neither on record nor described must be
// anonymous. nil is an unknown subject.
func (e *Evaluator) findSubject(s described) *snapshot.Entity {
	if user := e.userOnRecord(s.id); user != nil {
		return user
	}
	directory, id, isLogin := cutLogin(s.id)
	if !isLogin || len(s.properties) == 0 && schema.Fold(directory) != "none" {
		return nil
	}
	user := e.describe("User", s.properties)
	user.Scalars["userdirectory"], user.Scalars["userid"] = directory, id
	return user
}

// cutLogin splits DIR\id at the first backslash. Neither part may be empty.
func cutLogin(id string) (directory, user string, ok bool) {
	directory, user, ok = strings.Cut(id, `\`)
	return directory, user, ok && directory != "" && user != ""
}

// findResource returns the resource on record, or else the one that the
// properties describe, or else, where the site has no entity of that type at
// all, one of which type and id are known. nil is an unknown resource.
func (e *Evaluator) findResource(r described) *snapshot.Entity {
	if entity := e.record(r.kind, r.id); entity != nil {
		return entity
	}
	if len(r.properties) == 0 && len(e.site.Records[schema.Fold(r.kind)]) > 0 {
		return nil
	}
	entity := e.describe(r.kind, r.properties)
	entity.ID, entity.Scalars["id"] = r.id, r.id
	return entity
}

// record returns the entity on record of that type and id, or nil.
func (e *Evaluator) record(kind, id string) *snapshot.Entity {
	return e.site.Records[schema.Fold(kind)][schema.Fold(id)]
}
