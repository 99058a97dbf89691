package snapshot

// Site is a whole site in memory, joined: every relation is a pointer. It
// serves whoever asks about few entities in depth, such as the reference
// evaluator; a bundle is made by streaming (Project) instead.
type Site struct {
	// Records are the entities on record by type key and id key (schema.Fold of
	// each): those in their own type's collection.
	Records map[string]map[string]*Entity
	// Users are the users on record by schema.Fold(userDirectory + `\` + userId).
	Users map[string]*Entity
}

// Entity is one entity of a site. Names are schema.Fold of Qlik's; a value that
// is missing, null or an empty list has no key.
type Entity struct {
	// Type is the type's key.
	Type string
	// TypeName is the type as the schema spells it or, outside the schema, as
	// the entity's schemaPath does.
	TypeName string
	// ID is the id as written; two entities are the same if type and folded id
	// are and the id is not "".
	ID string
	// Recorded says that the entity stands in its own type's collection.
	Recorded bool
	// File is the path of the file that the entity is on record in, or "".
	File string
	// Scalars, Lists, Custom and Attributes hold the texts as written, lists
	// sorted and without doubles. Booleans and numbers are texts already.
	Scalars    map[string]string
	Lists      map[string][]string
	Custom     map[string][]string
	Attributes map[string][]string
	Relations  map[string][]*Entity
}
