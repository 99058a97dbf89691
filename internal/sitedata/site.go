// Package sitedata owns the layout of what a bundle holds: the site's entities below
// data.site, and what the compiler says of the rules below data.qlik. It is the only
// package that spells their paths; its package handles is the only one that takes handles
// apart. The policy reads the same layout in policies/qlik/site.rego and request.rego.
//
//	site.entities.<type>.<handle>   entities on record: fields by name, as written under "=" + name
//	site.nested.<type>.<handle>     entities that only references describe
//	site.subjects.<login>           the handle of the user with a login
//	site.held.<type>                types that the snapshot holds
//	qlik.rules.<id>                 name, category, filter and state of a rule
//	qlik.view.<type>                the fields of a type that rules read
//	qlik.reads, qlik.sources        what rules read, and where their Rego is
//
// Types, handles and logins are case-folded. internal/snapshot writes the same layout as a
// stream (project.go). It knows nothing of rules or decisions.
package sitedata

import (
	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
)

const (
	site     = bundles.DataRoot
	entities = "entities"
	nested   = "nested"
	subjects = "subjects"
	held     = "held"

	userType = "user"
)

// Present reports whether the data hold the entities of a site.
func Present(d *bundles.Document) bool { return d.Has(site, entities) }

// Types returns the keys of the types with entities on record, sorted.
func Types(d *bundles.Document) []string { return d.Keys(site, entities) }

// SomeTypes returns at most n keys of types.
func SomeTypes(d *bundles.Document, n int) []string { return d.Some(n, site, entities) }

// Handles returns the handles of the entities of a type on record, sorted.
func Handles(d *bundles.Document, typ string) []string { return d.Keys(site, entities, typ) }

// HandlesSince is Handles, where those of earlier data are known.
func HandlesSince(d, earlier *bundles.Document, known []string, typ string) []string {
	return d.KeysSince(earlier, known, site, entities, typ)
}

// SomeHandles returns at most n handles of entities of a type on record.
func SomeHandles(d *bundles.Document, n int, typ string) []string {
	return d.Some(n, site, entities, typ)
}

// HasType reports whether the data hold entities of a type on record.
func HasType(d *bundles.Document, typ string) bool { return d.Has(site, entities, typ) }

// OnRecord reports whether an entity is on record.
func OnRecord(d *bundles.Document, typ, handle string) bool {
	return d.Has(site, entities, typ, handle)
}

// Field returns the value of a field of an entity, a string or a list of strings, on
// record or not; nil if it has no such field. The value as written has "=" before its name.
func Field(d *bundles.Document, typ, handle, name string) any {
	collection := entities
	if handles.OffRecord(handle) {
		collection = nested
	}
	v, _ := d.Lookup(site, collection, typ, handle, name)
	return v
}

// Related returns the handle of the entity to which a relation of an entity leads.
func Related(d *bundles.Document, typ, handle, relation string) (string, bool) {
	to, ok := Field(d, typ, handle, relation).(string)
	return to, ok
}

// Records returns the entities on record as an object by type and handle, nil if there are
// none.
func Records(d *bundles.Document) any {
	v, _ := d.Lookup(site, entities)
	return v
}

// Nested returns the entities that only references describe as an object by type and
// handle, nil if there are none.
func Nested(d *bundles.Document) any {
	v, _ := d.Lookup(site, nested)
	return v
}

// Logins returns the logins of users on record, sorted.
func Logins(d *bundles.Document) []string { return d.Keys(site, subjects) }

// SomeLogins returns at most n logins.
func SomeLogins(d *bundles.Document, n int) []string { return d.Some(n, site, subjects) }

// User returns the handle of the user on record with a login.
func User(d *bundles.Document, login string) (handle string, ok bool) {
	v, _ := d.Lookup(site, subjects, login)
	handle, ok = v.(string)
	return handle, ok
}

// SameUsers reports whether two documents share their users and logins.
func SameUsers(d, o *bundles.Document) bool {
	return d.Same(o, site, subjects) && d.Same(o, site, entities, userType)
}

// Add puts an entity on record.
func Add(d *bundles.Document, typ, handle string, fields map[string]any) error {
	return d.Put(fields, site, entities, typ, handle)
}

// AddNamed puts an entity on record of which only the name is known, unless it is there:
// the sections of hub and QMC are decided by their ids alone.
func AddNamed(d *bundles.Document, typ, handle, name string) error {
	if OnRecord(d, typ, handle) {
		return nil
	}
	return Add(d, typ, handle, map[string]any{"=id": name, "name": handle, "=name": name})
}

// Hold records that the data hold a type, whether or not an entity is of it.
func Hold(d *bundles.Document, typ string) error {
	if d.Has(site, held, typ) {
		return nil
	}
	return d.Put(true, site, held, typ)
}
