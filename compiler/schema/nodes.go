package schema

import (
	"cmp"
	"maps"
	"slices"
)

// NodeType is the type of nodes, the subjects of Sync rules.
const NodeType = "ServerNodeConfiguration"

// AccountType is the type of users in a schema in which nodes take their place.
const AccountType = "Account"

// ForNodes returns the schema of a site in which nodes take the place of users, so that code
// for users works for nodes: the type User is that of nodes, under both names. Users, which are
// still owners, have the type AccountType. Few properties of a node are documented, so any name
// is allowed.
func (s *Schema) ForNodes() *Schema {
	node := *s.Lookup(NodeType)
	node.Name, node.Open, node.Custom = "User", true, true
	account := *s.Lookup("User")
	account.Name = AccountType
	swapped := &Schema{byName: map[string]*Type{}, accounts: AccountType}
	for _, t := range s.types {
		switch t.Key() {
		case "user":
			t = &node
		case Fold(NodeType):
			t = &account
		default:
			t = t.retargeted("User", AccountType)
		}
		swapped.types = append(swapped.types, t)
		swapped.byName[t.Key()] = t
	}
	swapped.byName[Fold(NodeType)] = &node
	slices.SortFunc(swapped.types, func(a, b *Type) int { return cmp.Compare(a.Key(), b.Key()) })
	return swapped
}

// retargeted returns the type with the relations to one type redirected to another.
func (t *Type) retargeted(from, to string) *Type {
	other := *t
	other.Relations = maps.Clone(t.Relations)
	for key, r := range other.Relations {
		if Fold(r.Target) == Fold(from) {
			r.Target = to
			other.Relations[key] = r
		}
	}
	return &other
}
