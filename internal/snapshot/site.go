package snapshot

// Site is a whole joined site in memory: every relation is a pointer. It is for callers that look at
// few entities in depth, such as the independent evaluator; bundles are made by streaming (Project)
// instead.
type Site struct {
	// Records are the existing entities by type key and id key (schema.Fold of each): those in
	// their own type's collection.
	Records map[string]map[string]*Entity
	// Users are the existing users by schema.Fold(userDirectory + `\` + userId).
	Users map[string]*Entity
}

// Entity is one entity of a site. Names are case-folded by schema.Fold. A value that is missing, null
// or an empty list has no key.
type Entity struct {
	// Type is the type's key.
	Type string
	// TypeName is the type as the schema spells it or, outside the schema, as in the entity's
	// schemaPath.
	TypeName string
	// ID is the id as written. Two entities are the same if type and case-folded id are equal and
	// the id is not "".
	ID string
	// Recorded reports whether the entity is in its own type's collection.
	Recorded bool
	// File is the path of the file that contains the entity, or "".
	File string
	// Scalars, Lists, Custom and Attributes hold the strings as written; lists are sorted without
	// duplicates. Booleans and numbers are strings too.
	Scalars    map[string]string
	Lists      map[string][]string
	Custom     map[string][]string
	Attributes map[string][]string
	Relations  map[string][]*Entity
}

// Login returns the login of a user as written, DIRECTORY\user; "" for an entity without one.
func (e *Entity) Login() string {
	directory, user := e.Scalars["userdirectory"], e.Scalars["userid"]
	if directory+user == "" {
		return ""
	}
	return directory + `\` + user
}
