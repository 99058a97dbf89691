package solve

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// Witness is a user, a resource and a request that make formulas true. It contains only what the formulas need.
type Witness struct {
	User, Resource *Entity
	// After is the resource after each change in the formulas.
	After map[*Change]*Entity
	// Environment is the environment of the request.
	Environment map[string][]string
	// Context is hub or qmc, or "" if the request has none.
	Context string

	written spelling
	// anyID reports whether no rule names the id of the user.
	anyID bool
}

// Entity is an entity of a witness.
type Entity struct {
	// Type is the type as written in a request.
	Type string
	// Strings are the properties by case-folded name, including the attributes of users; Relations are by
	// case-folded name.
	Strings   map[string][]string
	Relations map[string][]*Entity
	// Many are the relations to sets.
	Many map[string]bool
	// unread are the properties that every entity has but no formula reads.
	unread map[string]bool
	// IsUser reports whether the entity is the user of the witness.
	IsUser bool
	// Filled are properties that every entity has and whose value is arbitrary.
	Filled map[string]bool
}

// Facts describes the witness in the syntax of conditions, one property per line, in order.
func (w *Witness) Facts() []string {
	list := append(w.facts(w.User, "user"), w.facts(w.Resource, "resource")...)
	for _, name := range slices.Sorted(maps.Keys(w.Environment)) {
		list = append(list, fact("user.environment."+w.written.name(name), w.Environment[name]))
	}
	return list
}

func fact(path string, strs []string) string {
	quoted := make([]string, len(strs))
	for i, t := range strs {
		quoted[i] = strconv.Quote(t)
	}
	return path + " = " + strings.Join(quoted, ", ")
}

// AnyID reports whether the id of the user only shows that relations lead to the user, so that any other id would
// be equivalent.
func (w *Witness) AnyID() bool { return w.anyID }

// shared reports whether the entity is the user and its id only shows that relations lead to the user.
func (w *Witness) shared(e *Entity) bool { return e == w.User && w.anyID }

func (w *Witness) facts(e *Entity, path string) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(e.Strings)) {
		if !e.Filled[name] && !(name == "id" && w.shared(e)) {
			list = append(list, fact(path+"."+w.written.name(name), e.Strings[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Relations)) {
		for _, other := range e.Relations[name] {
			at := path + "." + w.written.name(name)
			if other.IsUser {
				list = append(list, at+" = user")
				continue
			}
			found := w.facts(other, at)
			if len(found) == 0 {
				found = []string{at + " exists"}
			}
			list = append(list, found...)
		}
	}
	return list
}

// witness converts a model.
func (s *Scope) witness(m sat.Model) *Witness {
	w := &Witness{User: s.entity(s.user, m), Resource: s.entity(s.resource, m), After: map[*Change]*Entity{}, Environment: map[string][]string{}, written: s.world.written}
	for name, v := range s.environment {
		if strs := s.stringsOf(v, m); len(strs) > 0 {
			w.Environment[name] = strs
		}
	}
	switch {
	case m.Value(s.hub):
		w.Context = "hub"
	case m.Value(s.qmc):
		w.Context = "qmc"
	}
	for _, n := range s.changedNodes {
		w.After[n.change] = s.changedEntity(n, m)
	}
	s.hide(w, m)
	w.identify(w.Resource)
	s.typed(w.Resource)
	for _, n := range s.changedNodes {
		w.identify(w.After[n.change])
		s.typed(w.After[n.change])
	}
	return w
}

// typed sets the type of the resource as written in a request.
func (s *Scope) typed(e *Entity) {
	e.Type = s.typeName()
	if strs := e.Strings["resourcetype"]; len(strs) > 0 && s.typeValue() != nil {
		e.Type = strs[0]
		delete(e.Strings, "resourcetype")
	}
}

// hide marks identifying values that are arbitrary: strings that no rule names and no other entity has.
func (s *Scope) hide(w *Witness, m sat.Model) {
	count := map[string]int{}
	identifies := func(v *value) bool { return v.required() }
	for _, v := range s.values {
		if identifies(v) {
			for _, t := range s.stringsOf(v, m) {
				count[v.name+"="+t]++
			}
		}
	}
	// n is the node of, or a node before one of its changes.
	var mark func(n, of *node, e *Entity)
	mark = func(n, of *node, e *Entity) {
		if n.change != nil {
			mark(n.before, of, e)
		}
		for name, v := range n.values {
			if of.holder(name) != n {
				continue
			}
			strs := s.stringsOf(v, m)
			if identifies(v) && len(strs) == 1 && count[name+"="+strs[0]] == 1 && !s.literal(v, m) {
				e.Filled[name] = true
			}
		}
		for _, step := range n.steps {
			if of.holder(step) != n {
				continue // unchanged
			}
			at := 0
			for _, child := range n.children[step] {
				if m.Value(s.exists(child)) {
					mark(child, child, e.Relations[step][at])
					at++
				}
			}
		}
	}
	w.anyID = !s.user.has("id") || !s.literal(s.user.values["id"], m)
	mark(s.user, s.user, w.User)
	mark(s.resource, s.resource, w.Resource)
	for _, n := range s.changedNodes {
		mark(n, n, w.After[n.change])
	}
}

// identify gives the same login to the user and to the entities that are the user.
func (w *Witness) identify(e *Entity) {
	if e.Type == "user" && !w.User.Filled["id"] && schema.Fold(e.first("id")) == schema.Fold(w.User.first("id")) {
		e.IsUser = true
		for _, name := range []string{"userid", "userdirectory"} {
			switch {
			case e.unread[name]:
				e.Strings[name], e.Filled[name] = w.User.Strings[name], w.User.Filled[name]
			case w.User.unread[name]:
				w.User.Strings[name], w.User.Filled[name] = e.Strings[name], e.Filled[name]
				w.User.unread[name] = false
			}
		}
	}
	for _, list := range e.Relations {
		for _, other := range list {
			w.identify(other)
		}
	}
}

// literal reports whether a value has a string that a rule names, or that matches a pattern in a rule.
func (s *Scope) literal(v *value, m sat.Model) bool {
	for i, bit := range v.bits {
		if t := s.components[v].strs[i]; m.Value(bit) && (t.Literal || slices.Contains(t.Matches, true)) {
			return true
		}
	}
	return false
}

func (s *Scope) stringsOf(v *value, m sat.Model) []string {
	var strs []string
	for i, bit := range v.bits {
		if m.Value(bit) {
			text, c := s.components[v].strs[i].Written, s.components[v]
			if written := s.world.written.strs[text]; written != "" && written != never && !c.spelt {
				text = written // another spelling is equivalent
			}
			strs = append(strs, text)
		}
	}
	slices.Sort(strs)
	return strs
}

func (s *Scope) entity(n *node, m sat.Model) *Entity {
	e := &Entity{Type: n.typ, Strings: map[string][]string{}, Relations: map[string][]*Entity{}, Many: map[string]bool{}, Filled: map[string]bool{}, unread: map[string]bool{}}
	for name, v := range n.values {
		if strs := s.stringsOf(v, m); len(strs) > 0 {
			e.Strings[name] = strs
		}
	}
	// Every entity has these properties, even if no formula reads them.
	for _, name := range []string{"id", "userid", "userdirectory"} {
		if n.values[name] == nil && (name == "id" || n.typ == "user") {
			e.Strings[name], e.Filled[name], e.unread[name] = []string{s.filled(n, name)}, true, true
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
	path := strings.ReplaceAll(n.String(), ".", "-")
	if name == "userdirectory" {
		return strings.ToUpper("EXAMPLE-" + path)
	}
	return fmt.Sprintf("%s-%d", path, n.id+1)
}

// Request returns the witness as an AuthZEN access evaluation request, indented.
func (w *Witness) Request(action ruleset.Action) []byte { return w.request(w.Resource, action) }

// RequestAfter is Request for the resource after a change.
func (w *Witness) RequestAfter(c *Change, action ruleset.Action) []byte {
	return w.request(w.After[c], action)
}

func (w *Witness) request(of *Entity, action ruleset.Action) []byte {
	user := w.User.properties("user")
	subject := map[string]any{"type": "user", "id": w.User.first("userdirectory") + `\` + w.User.first("userid")}
	delete(user, "userdirectory")
	delete(user, "userid")
	subject["properties"] = user
	resource := of.properties("")
	delete(resource, "id")
	described := map[string]any{"type": of.Type, "id": of.first("id"), "properties": resource}
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
		panic(err) // strings and lists of strings can be encoded
	}
	return text
}

func (e *Entity) first(name string) string {
	if strs := e.Strings[name]; len(strs) > 0 {
		return strs[0]
	}
	return ""
}

// properties returns the properties of an entity in the short form of a request.
func (e *Entity) properties(as string) map[string]any {
	p, custom, attributes := map[string]any{}, map[string][]string{}, map[string][]string{}
	for name, strs := range e.Strings {
		at, isCustom := strings.CutPrefix(name, "@")
		switch {
		case isCustom:
			custom[at] = strs
		case (e.Type == "user" || e.Type == "User" || as == "user") && !isField(name):
			attributes[name] = strs
		case len(strs) == 1:
			p[name] = strs[0]
		default:
			p[name] = strs
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

// isField reports whether a property of a user is a field of the user; all others are attributes of the directory.
func isField(name string) bool {
	return slices.Contains([]string{"id", "name", "userid", "userdirectory", "userdirectoryconnectorname", "roles"}, name)
}
