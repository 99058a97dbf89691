package schema

import "testing"

// If nodes replace users, owners are accounts, in types of the schema and in others, and a node may have
// any property.
func TestForNodes(t *testing.T) {
	s := Default()
	n := s.ForNodes()
	node, ok := n.Type("User")
	if !ok || !node.Open || !node.Custom || node.Attributes || node.Properties["iscentral"].Name == "" {
		t.Errorf("the subject is %+v", node)
	}
	if n.Lookup(NodeType) != node {
		t.Error("a node is not known by its own name")
	}
	account, ok := n.Type(AccountType)
	if !ok || !account.Attributes || account.Properties["roles"].Name == "" {
		t.Errorf("an account is %+v", account)
	}
	for _, typ := range []string{"App", "Stream", "Tag", "Outside"} {
		if target := n.Lookup(typ).Relations["owner"].Target; target != AccountType {
			t.Errorf("the owner of %s is %s", typ, target)
		}
		if target := s.Lookup(typ).Relations["owner"].Target; target != "User" {
			t.Errorf("the schema itself was changed: the owner of %s is %s", typ, target)
		}
	}
	for i, typ := range n.Types()[1:] {
		if n.Types()[i].Key() >= typ.Key() {
			t.Errorf("%s comes before %s", n.Types()[i].Name, typ.Name)
		}
	}
}
