package explain

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/evaluate"
)

// change describes an edit: what it changes, where the data is maintained, and a sentence.
func (x *Explainer) change(q evaluate.Question, e edit) Change {
	out := Change{Kind: e.kind, Property: e.property(), Value: e.value, Where: Repository, Sentence: e.sentence()}
	if e.to != nil {
		to := entity(e.to)
		out.Target = &to
	}
	if e.owner == nil {
		out.Where, out.Field = InRequest, "context."+out.Property
		return out
	}
	owner := entity(e.owner)
	out.Entity, out.File, out.Field = &owner, e.owner.File, x.field(e.location)
	switch {
	case !e.owner.Recorded && e.owner == q.Subject:
		out.Where, out.Field = InRequest, "subject.properties."+out.Field
	case !e.owner.Recorded && e.owner == q.Resource:
		out.Where, out.Field = InRequest, "resource.properties."+out.Field
	case e.form == attribute:
		out.Where = UserDirectory
	}
	return out
}

// property is the name of the edited location as in a condition, without its entity.
func (e edit) property() string {
	switch {
	case e.kind == askFrom:
		return "request_context"
	case e.form == environment:
		return "environment." + e.name
	case e.form == custom:
		return "@" + e.name
	}
	return e.name
}

// field returns the field of an entity's JSON that holds a location.
func (x *Explainer) field(s location) string {
	t := x.schema.Lookup(s.owner.TypeName)
	switch s.form {
	case attribute:
		return "attributes"
	case custom:
		return "customProperties"
	case relation:
		return t.Relations[s.key()].Name
	case list, scalar:
		if p, listed := t.Properties[s.key()]; listed {
			return p.Name
		}
	case environment: // it has no entity
	}
	return s.key()
}

// sentence describes in words what to do.
func (e edit) sentence() string {
	add := e.kind == addValue
	switch {
	case e.kind == askFrom:
		return "send the request from the " + map[string]string{"hub": "hub", "qmc": "QMC"}[e.value]
	case e.form == environment && add:
		return fmt.Sprintf("send %q as session attribute %s", e.value, e.name)
	case e.form == environment:
		return fmt.Sprintf("do not send %q as session attribute %s", e.value, e.name)
	case e.form == attribute && e.location.key() == "group" && add:
		return fmt.Sprintf("put %s into the directory group %q", Named(entity(e.owner)), e.value)
	case e.form == attribute && e.location.key() == "group":
		return fmt.Sprintf("take %s out of the directory group %q", Named(entity(e.owner)), e.value)
	case e.form == list && add:
		return fmt.Sprintf("give %s the administrator role %q", Named(entity(e.owner)), e.value)
	case e.form == list:
		return fmt.Sprintf("take the administrator role %q from %s", e.value, Named(entity(e.owner)))
	case e.kind == relate && e.location.key() == "owner":
		return fmt.Sprintf("make %s the owner of %s", Named(entity(e.to)), Named(entity(e.owner)))
	case e.kind == relate && len(e.owner.Relations["stream"]) > 0:
		return fmt.Sprintf("move %s into %s", Named(entity(e.owner)), Named(entity(e.to)))
	case e.kind == relate:
		return fmt.Sprintf("publish %s into %s", Named(entity(e.owner)), Named(entity(e.to)))
	case e.kind == setValue && e.location.key() == "published" && e.value == "true":
		return fmt.Sprintf("publish %s", Named(entity(e.owner)))
	case e.kind == setValue && e.location.key() == "approved" && e.value == "true":
		return fmt.Sprintf("approve %s", Named(entity(e.owner)))
	case e.kind == setValue:
		return fmt.Sprintf("set %s of %s to %q", e.name, Named(entity(e.owner)), e.value)
	case add:
		return fmt.Sprintf("add %q to the %s of %s", e.value, e.what(), Named(entity(e.owner)))
	}
	return fmt.Sprintf("remove %q from the %s of %s", e.value, e.what(), Named(entity(e.owner)))
}

func (e edit) what() string {
	switch e.form {
	case custom:
		return "custom property @" + e.name
	case attribute:
		return "directory attribute " + e.name
	case list, scalar, relation, environment:
	}
	return e.name
}

// Named names an entity for people: a user by DIRECTORY\user, anything else by type and name,
// or by its id if it has no name.
func Named(e Entity) string {
	switch {
	case e.Login != "":
		return e.Login
	case e.Name != "" && e.Name != e.ID:
		return fmt.Sprintf("%s %q", e.Type, e.Name)
	}
	return strings.TrimSpace(e.Type + " " + e.ID)
}
