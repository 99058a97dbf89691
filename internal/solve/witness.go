package solve

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// Witness is a user, a resource and a request that make formulas true. It has what the
// formulas need and nothing else.
type Witness struct {
	User, Resource *Entity
	// Environment holds what is sent with the request.
	Environment map[string][]string
	// Context is hub, qmc or "", where the request does not say.
	Context string
}

// Entity is an entity of a witness.
type Entity struct {
	// Type is the type as a request writes it.
	Type string
	// Texts are the properties by folded name, those of users that are no fields
	// among them; Relations are by folded name.
	Texts     map[string][]string
	Relations map[string][]*Entity
	// Many are the relations to sets.
	Many map[string]bool
}

// witness reads a model.
func (s *Scope) witness(m sat.Model) *Witness {
	w := &Witness{User: s.entity(s.user, m), Resource: s.entity(s.resource, m), Environment: map[string][]string{}}
	for name, v := range s.environment {
		if texts := s.textsOf(v, m); len(texts) > 0 {
			w.Environment[name] = texts
		}
	}
	switch {
	case m.Value(s.hub):
		w.Context = "hub"
	case m.Value(s.qmc):
		w.Context = "qmc"
	}
	w.Resource.Type = s.typeName()
	if texts := w.Resource.Texts["resourcetype"]; len(texts) > 0 && s.typeValue() != nil {
		w.Resource.Type = texts[0]
		delete(w.Resource.Texts, "resourcetype")
	}
	return w
}

func (s *Scope) textsOf(v *value, m sat.Model) []string {
	var texts []string
	for i, bit := range v.bits {
		if m.Value(bit) {
			texts = append(texts, s.components[v].texts[i].Written)
		}
	}
	slices.Sort(texts)
	return texts
}

func (s *Scope) entity(n *node, m sat.Model) *Entity {
	e := &Entity{Type: n.typ, Texts: map[string][]string{}, Relations: map[string][]*Entity{}, Many: map[string]bool{}}
	for name, v := range n.values {
		if texts := s.textsOf(v, m); len(texts) > 0 {
			e.Texts[name] = texts
		}
	}
	// What no formula reads, every entity has all the same.
	for _, name := range []string{"id", "userid", "userdirectory"} {
		if n.values[name] == nil && (name == "id" || n.typ == "user") {
			e.Texts[name] = []string{s.filled(n, name)}
		}
	}
	for _, step := range n.steps {
		for _, child := range n.children[step] {
			e.Many[step] = child.step.Many
			if m.Value(s.exists(child)) {
				e.Relations[step] = append(e.Relations[step], s.entity(child, m))
			}
		}
	}
	return e
}

func (s *Scope) filled(n *node, name string) string {
	if name == "userdirectory" {
		return "EXAMPLE"
	}
	return fmt.Sprintf("%s-%d", strings.ReplaceAll(n.String(), ".", "-"), n.id)
}

// Request returns the witness as an AuthZEN access evaluation request, indented.
func (w *Witness) Request(action ruleset.Action) []byte {
	user := w.User.properties("user")
	subject := map[string]any{"type": "user", "id": w.User.first("userdirectory") + `\` + w.User.first("userid")}
	delete(user, "userdirectory")
	delete(user, "userid")
	subject["properties"] = user
	resource := w.Resource.properties("")
	delete(resource, "id")
	described := map[string]any{"type": w.Resource.Type, "id": w.Resource.first("id"), "properties": resource}
	if len(resource) == 0 {
		delete(described, "properties")
	}
	context := map[string]any{}
	if w.Context != "" {
		context["request_context"] = w.Context
	}
	if len(w.Environment) > 0 {
		context["environment"] = w.Environment
	}
	request := map[string]any{"subject": subject, "action": map[string]any{"name": action.Name()}, "resource": described}
	if len(context) > 0 {
		request["context"] = context
	}
	text, err := json.MarshalIndent(request, "", "  ")
	if err != nil {
		panic(err) // texts and lists of texts
	}
	return text
}

func (e *Entity) first(name string) string {
	if texts := e.Texts[name]; len(texts) > 0 {
		return texts[0]
	}
	return ""
}

// properties returns the entity in the short form of a request.
func (e *Entity) properties(as string) map[string]any {
	p, custom, attributes := map[string]any{}, map[string][]string{}, map[string][]string{}
	for name, texts := range e.Texts {
		at, isCustom := strings.CutPrefix(name, "@")
		switch {
		case isCustom:
			custom[at] = texts
		case (e.Type == "user" || e.Type == "User" || as == "user") && !isField(name):
			attributes[name] = texts
		case len(texts) == 1:
			p[name] = texts[0]
		default:
			p[name] = texts
		}
	}
	for name, list := range map[string]map[string][]string{"custom": custom, "attributes": attributes} {
		if len(list) > 0 {
			p[name] = list
		}
	}
	for name, list := range e.Relations {
		all := make([]any, len(list))
		for i, other := range list {
			all[i] = other.properties("")
		}
		if p[name] = any(all); !e.Many[name] {
			p[name] = all[0]
		}
	}
	return p
}

// isField says whether a property of a user is a field of its own; all others are
// attributes of the directory.
func isField(name string) bool {
	return slices.Contains([]string{"id", "name", "userid", "userdirectory", "userdirectoryconnectorname", "roles"}, name)
}
