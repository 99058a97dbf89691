package schema

import (
	"cmp"
	"maps"
	"slices"
)

// NodeType is the type of nodes, the subjects of Sync rules.
const NodeType = "ServerNodeConfiguration"

// AccountType is the type of users where nodes take their place.
const AccountType = "Account"

// ForNodes returns the schema of a site in which nodes take the place of users, so that
// what is made for users works for nodes: the type User is that of nodes, under both
// names. Users, who are still owners, are of the type AccountType. Of the properties of a
// node few are documented, so that any may be there.
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

// retargeted returns the type with the relations to one type led to another.
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
