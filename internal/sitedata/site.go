// Package sitedata defines the layout of a bundle's data: the site's entities below data.site,
// and the compiler's description of the rules below data.qlik. It is the only package that
// spells their paths; its subpackage handles is the only one that parses handles. The policy
// reads the same layout in policies/qlik/site.rego and request.rego.
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
// stream (project.go). The package knows nothing about rules or decisions.
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

// Present reports whether the data contains the entities of a site.
func Present(d *bundles.Document) bool { return d.Has(site, entities) }

// Types returns the keys of the types with existing entities, sorted.
func Types(d *bundles.Document) []string { return d.Keys(site, entities) }

// SomeTypes returns at most n keys of types.
func SomeTypes(d *bundles.Document, n int) []string { return d.Some(n, site, entities) }

// Handles returns the handles of the existing entities of a type, sorted.
func Handles(d *bundles.Document, typ string) []string { return d.Keys(site, entities, typ) }

// HandlesSince is Handles, using the result for earlier data.
func HandlesSince(d, earlier *bundles.Document, known []string, typ string) []string {
	return d.KeysSince(earlier, known, site, entities, typ)
}

// SomeHandles returns at most n handles of existing entities of a type.
func SomeHandles(d *bundles.Document, n int, typ string) []string {
	return d.Some(n, site, entities, typ)
}

// HasType reports whether the data contains existing entities of a type.
func HasType(d *bundles.Document, typ string) bool { return d.Has(site, entities, typ) }

// OnRecord reports whether an entity exists.
func OnRecord(d *bundles.Document, typ, handle string) bool {
	return d.Has(site, entities, typ, handle)
}

// Field returns the value of a field of an entity, existing or nested, a string or a list of
// strings; nil if it has no such field. The name of a value as written begins with "=".
func Field(d *bundles.Document, typ, handle, name string) any {
	collection := entities
	if handles.OffRecord(handle) {
		collection = nested
	}
	v, _ := d.Lookup(site, collection, typ, handle, name)
	return v
}

// Related returns the handle of the entity that a relation of an entity leads to.
func Related(d *bundles.Document, typ, handle, relation string) (string, bool) {
	to, ok := Field(d, typ, handle, relation).(string)
	return to, ok
}

// Records returns the existing entities as an object by type and handle, nil if there are none.
func Records(d *bundles.Document) any {
	v, _ := d.Lookup(site, entities)
	return v
}

// Nested returns the entities that only references describe as an object by type and handle,
// nil if there are none.
func Nested(d *bundles.Document) any {
	v, _ := d.Lookup(site, nested)
	return v
}

// Logins returns the logins of users, sorted.
func Logins(d *bundles.Document) []string { return d.Keys(site, subjects) }

// SomeLogins returns at most n logins.
func SomeLogins(d *bundles.Document, n int) []string { return d.Some(n, site, subjects) }

// User returns the handle of the user with a login.
func User(d *bundles.Document, login string) (handle string, ok bool) {
	v, _ := d.Lookup(site, subjects, login)
	handle, ok = v.(string)
	return handle, ok
}

// SameUsers reports whether two documents share their users and logins.
func SameUsers(d, o *bundles.Document) bool {
	return d.Same(o, site, subjects) && d.Same(o, site, entities, userType)
}

// Add adds an entity.
func Add(d *bundles.Document, typ, handle string, fields map[string]any) error {
	return d.Put(fields, site, entities, typ, handle)
}

// AddNamed adds an entity of which only the name is known, unless it exists: the sections of
// hub and QMC are decided by their ids alone.
func AddNamed(d *bundles.Document, typ, handle, name string) error {
	if OnRecord(d, typ, handle) {
		return nil
	}
	return Add(d, typ, handle, map[string]any{"=id": name, "name": handle, "=name": name})
}

// Hold records that the data contains a type, even if there are no entities of it.
func Hold(d *bundles.Document, typ string) error {
	if d.Has(site, held, typ) {
		return nil
	}
	return d.Put(true, site, held, typ)
}
