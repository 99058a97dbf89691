// Package naming finds the users and resources of a site by what people call them: a login in
// any case, an id or a name. It returns them as a request spells them, with suggestions for
// names that the site does not have.
//
//	records.go      the entities of a site: Records, from a bundle (bundle.go) or in memory (site.go)
//	names.go        Names, and the notes about a request
//	types.go        the types of resources
//	users.go        users
//	resources.go    resources
//
// The package decides nothing, and does not change what a request describes by properties.
package naming

import "cmp"

// Record is an existing entity with its name.
type Record struct {
	ID, Name string
	// Login is DIRECTORY\user; "" for entities that are not users.
	Login string
}

// Subject returns the id of a user in requests.
func (r Record) Subject() string { return cmp.Or(r.Login, r.ID) }

// Records are the entities of a site. Types, ids and logins ignore case.
type Records interface {
	// Present reports whether there is a site.
	Present() bool
	// Types returns the keys of the types that have entities, in order.
	Types() []string
	// All returns the entities of a type, in order of their ids.
	All(typ string) []Record
	// Find returns the entity of a type with an id.
	Find(typ, id string) (Record, bool)
	// User returns the user with a login.
	User(login string) (Record, bool)
	// Relates reports whether Related knows a relation of a type.
	Relates(typ, relation string) bool
	// Related returns the lower-case ids of the entities that a relation of an entity leads to.
	// A bundle has only the relations of its view.
	Related(typ, id, relation string) []string
}
