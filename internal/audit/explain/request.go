package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// maxSuggestions is the maximum number of suggested values.
const maxSuggestions = 3

// rawRequest is the string parts of a request.
type rawRequest struct {
	Subject, Resource struct{ Type, ID string }
	Action            struct{ Name string }
}

// raw parses what can be parsed of a request.
func raw(request []byte) rawRequest {
	var r rawRequest
	o := members(request)
	for _, part := range []struct {
		name string
		to   map[string]*string
	}{
		{"subject", map[string]*string{"type": &r.Subject.Type, "id": &r.Subject.ID}},
		{"resource", map[string]*string{"type": &r.Resource.Type, "id": &r.Resource.ID}},
		{"action", map[string]*string{"name": &r.Action.Name}},
	} {
		for name, to := range part.to {
			_ = json.Unmarshal(members(o[part.name])[name], to) // a value that is not a string stays ""
		}
	}
	return r
}

// members returns the members of an object, or nil.
func members(text []byte) map[string]json.RawMessage {
	var o map[string]json.RawMessage
	_ = json.Unmarshal(text, &o)
	return o
}

// faults lists all errors of a request, in the order of its parts, including errors that the
// decision does not reach because of an earlier one.
func (x *Explainer) faults(request []byte) []Fault {
	o := members(request)
	if o == nil {
		return []Fault{{Message: "the request is not a JSON object"}}
	}
	var c checks
	r := raw(request)
	if subject := c.part(o, "subject", "type", "id"); subject != nil {
		if kind, ok := text(subject["type"]); ok && kind != "user" {
			c.fault("subject.type", fmt.Sprintf("the subject must be a user, not %s", quoted(kind)), "user")
		}
		subject["type"] = json.RawMessage(`"user"`)
		if x.reason(subject, someResource) == "unknown_subject" {
			c.found = append(c.found, x.unknownSubject(r.Subject.ID))
		}
	}
	if resource := c.part(o, "resource", "type", "id"); resource != nil {
		if x.reason(anonymous, resource) == "unknown_resource" {
			c.found = append(c.found, x.unknownResource(r.Resource.Type, r.Resource.ID))
		}
	}
	if action := c.part(o, "action", "name"); action != nil {
		if name, ok := text(action["name"]); ok {
			c.action(name)
		}
	}
	c.context(o)
	return c.found
}

// Replacements for the other part when one part is checked on its own. An anonymous subject is
// known everywhere; an unknown subject is detected before the resource.
var (
	anonymous    = members([]byte(`{"type": "user", "id": "NONE\\anonymous"}`))
	someResource = members([]byte(`{"type": "", "id": ""}`))
)

// reason returns why a request with these parts is invalid, "" if it is valid.
func (x *Explainer) reason(subject, resource map[string]json.RawMessage) string {
	request, _ := json.Marshal(map[string]any{ // the parts are JSON
		"subject": subject, "resource": resource, "action": map[string]string{"name": ruleset.ReadAction.Name()},
	})
	return x.evaluator.Read(request).Reason
}

func (x *Explainer) unknownSubject(id string) Fault {
	f := Fault{Path: "subject.id", Message: fmt.Sprintf("no user %s is on record, and the request does not describe one", quoted(id))}
	directory, name, isLogin := strings.Cut(id, `\`)
	if !isLogin {
		f.Message = fmt.Sprintf(`%s is neither DIRECTORY\user nor the id of a user on record`, quoted(id))
		name = id
	} else if directory == "" || name == "" {
		f.Message = fmt.Sprintf(`%s is no DIRECTORY\user: a part is empty`, quoted(id))
	}
	users := x.records("User")
	f.Suggestions = suggestions(users, func(u *snapshot.Entity) bool {
		return schema.Fold(u.Scalars["userid"]) == schema.Fold(name) || schema.Fold(u.Scalars["name"]) == schema.Fold(id)
	}, func(u *snapshot.Entity) Suggestion { return Suggestion{entity(u).Login, u.Scalars["name"]} })
	if len(f.Suggestions) == 0 {
		f.Suggestions = similar(id, users, func(u *snapshot.Entity) string { return entity(u).Login })
	}
	return f
}

func (x *Explainer) unknownResource(typeName, id string) Fault {
	t := x.schema.Lookup(typeName)
	f := Fault{Path: "resource.id", Message: fmt.Sprintf("no %s with the id %s is on record, and the request does not describe one", t.Name, quoted(id))}
	records := x.records(typeName)
	f.Suggestions = suggestions(records, func(e *snapshot.Entity) bool { return schema.Fold(e.Scalars["name"]) == schema.Fold(id) },
		func(e *snapshot.Entity) Suggestion { return Suggestion{e.ID, Named(entity(e))} })
	for _, other := range slices.Sorted(maps.Keys(x.site.Records)) {
		if e := x.site.Records[other][schema.Fold(id)]; e != nil {
			f.Path, f.Message = "resource.type", fmt.Sprintf("%s is the id of %s, which is not of the type %s", quoted(id), Named(entity(e)), t.Name)
			f.Suggestions = append(f.Suggestions, Suggestion{e.TypeName, Named(entity(e))})
		}
	}
	if len(f.Suggestions) == 0 {
		f.Suggestions = similar(id, records, func(e *snapshot.Entity) string { return e.ID })
	}
	return f
}

// suggestions returns the first matching entities.
func suggestions(all []*snapshot.Entity, meant func(*snapshot.Entity) bool, tell func(*snapshot.Entity) Suggestion) []Suggestion {
	var list []Suggestion
	for _, e := range all {
		if len(list) < maxSuggestions && meant(e) {
			list = append(list, tell(e))
		}
	}
	return list
}

// similar suggests the value that is most similar to a misspelt one.
func similar(wrong string, all []*snapshot.Entity, value func(*snapshot.Entity) string) []Suggestion {
	var values []string
	for _, e := range all {
		values = append(values, value(e))
	}
	if meant, ok := diag.Suggest(wrong, values); ok {
		return []Suggestion{{Value: meant}}
	}
	return nil
}

// checks collects the errors of a request.
type checks struct{ found []Fault }

func (c *checks) fault(path, message string, meant ...string) {
	f := Fault{Path: path, Message: message}
	for _, m := range meant {
		f.Suggestions = append(f.Suggestions, Suggestion{Value: m})
	}
	c.found = append(c.found, f)
}

// part checks that a part is an object with the named string fields, and returns it.
func (c *checks) part(o map[string]json.RawMessage, name string, strs ...string) map[string]json.RawMessage {
	value, present := o[name]
	inner := members(value)
	if inner == nil {
		c.fault(name, "the "+name+" is "+missing(present, "an object"))
		return nil
	}
	for _, t := range strs {
		if _, ok := text(inner[t]); !ok {
			_, present := inner[t]
			c.fault(name+"."+t, fmt.Sprintf("the %s of the %s is %s", t, name, missing(present, "a string")), spelling(inner, t)...)
		}
	}
	if p, present := inner["properties"]; present && members(p) == nil {
		c.fault(name+".properties", "the properties of the "+name+" are not an object")
	}
	return inner
}

// spelling suggests the name of a member that differs only in case.
func spelling(o map[string]json.RawMessage, name string) []string {
	for _, other := range slices.Sorted(maps.Keys(o)) {
		if other != name && strings.EqualFold(other, name) {
			return []string{fmt.Sprintf("%s instead of %s", name, other)}
		}
	}
	return nil
}

func missing(present bool, kind string) string {
	if present {
		return "not " + kind
	}
	return "missing"
}

func (c *checks) action(name string) {
	if _, ok := ruleset.ParseAction(name); ok {
		return
	}
	var names []string
	for _, a := range ruleset.AllActions {
		names = append(names, a.Name())
	}
	message := fmt.Sprintf("unknown action %s; the actions are %s", quoted(name), strings.Join(names, ", "))
	if meant, ok := diag.Suggest(name, names); ok {
		c.fault("action.name", message, meant)
		return
	}
	c.fault("action.name", message)
}

func (c *checks) context(o map[string]json.RawMessage) {
	value, present := o["context"]
	if !present {
		return
	}
	inner := members(value)
	if inner == nil {
		c.fault("context", "the context is not an object")
		return
	}
	if from, present := inner["request_context"]; present {
		if name, _ := text(from); name != "hub" && name != "qmc" {
			c.fault("context.request_context", fmt.Sprintf("the request context must be hub, qmc or absent, not %s", from), "hub", "qmc")
		}
	}
	value, present = inner["environment"]
	if !present {
		return
	}
	attributes := members(value)
	if attributes == nil {
		c.fault("context.environment", "the environment is not an object")
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		var list []json.RawMessage
		if json.Unmarshal(attributes[name], &list) != nil || list == nil {
			list = []json.RawMessage{attributes[name]}
		}
		if slices.ContainsFunc(list, func(v json.RawMessage) bool { _, ok := text(v); return !ok }) {
			c.fault("context.environment."+name, "a session attribute must be a string or a list of strings")
		}
	}
}

// text returns the string in a value, and whether it is one.
func text(value json.RawMessage) (string, bool) {
	var t *string
	if len(value) == 0 || json.Unmarshal(value, &t) != nil || t == nil {
		return "", false
	}
	return *t, true
}

// quoted quotes a string of the request, unchanged if it is printable.
func quoted(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}
