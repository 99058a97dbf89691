package evaluate

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Question is a parsed AuthZEN access evaluation request (docs/formats.md, section 3).
type Question struct {
	// Reason is unknown_subject, unknown_resource or invalid_request if the request cannot be
	// evaluated, in which case the other fields have no meaning; else "".
	Reason string
	// Subject and Resource are the existing entities, or as the request describes them.
	Subject, Resource *snapshot.Entity
	// HasAction is false for a request without the key action: it is invalid, but all actions
	// on its resource can be listed.
	HasAction bool
	Action    ruleset.Action
	// Context is "hub", "qmc" or "".
	Context string
	// Environment holds the values of its attributes by case-folded name.
	Environment map[string][]string
}

// Attribute returns the values of user.environment.<name>. The attribute context is the context
// of the request, unless the request itself sends that attribute.
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

// object is a JSON object. Its numbers are json.Number, as written.
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

// Read parses a request in JSON. If it has several errors, the reason is the first one in the
// order of docs/formats.md.
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

// party parses a subject or a resource: type and id are strings, properties, if there are any,
// an object.
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

// actionNamed returns the action with the given name. Case is ignored by folding, as
// everywhere: a name with U+017F (long s) does not match.
func actionNamed(name string) (ruleset.Action, bool) {
	for _, a := range ruleset.AllActions {
		if a.Name() == schema.Fold(name) {
			return a, true
		}
	}
	return 0, false
}

// readContext parses the context of the subject and the environment. Names of the environment
// that differ only in case are united.
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

// listOfText parses a string or a list of strings.
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

// findSubject returns the user that the subject is: the existing one, by DIR\id or by GUID, or
// else a user with the directory and the id in the subject's own id and the properties that the
// request describes. A subject that neither exists nor is described must be anonymous. nil is
// an unknown subject.
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

// findResource returns the existing resource, or else the one that the properties describe, or
// else, if the site has no entity of that type at all, one with type and id only. nil is an
// unknown resource.
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

// record returns the existing entity of that type and id, or nil.
func (e *Evaluator) record(kind, id string) *snapshot.Entity {
	return e.site.Records[schema.Fold(kind)][schema.Fold(id)]
}
