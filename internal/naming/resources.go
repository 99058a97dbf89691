package naming

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Resource returns the type and the id of the resource with an id or a name. It keeps an unknown
// id: the decision then reports that the resource is unknown. described says that the request
// describes the resource, which then needs no record.
func (n *Names) Resource(typ, id string, described bool) (string, string, error) {
	typ, err := n.Type(typ, id)
	if err != nil || described || !n.HasType(typ) {
		return typ, id, err
	}
	if _, ok := n.Records.Find(typ, id); ok {
		return typ, id, nil
	}
	switch called := n.resourcesCalled(typ, id); len(called) {
	case 0:
	case 1:
		return typ, called[0].ID, nil
	default:
		return "", "", fmt.Errorf("%d resources of the type %s are called %q: %s", len(called), typ, id, listed(called, func(r Record) string { return r.ID }))
	}
	for _, other := range n.Records.Types() {
		if r, ok := n.Records.Find(other, id); ok {
			return "", "", fmt.Errorf("%s is the id of a resource of another type; did you mean %s:%s%s?", id, n.Spelled(other), r.ID, named(r))
		}
	}
	return typ, id, nil
}

// resourcesCalled returns the resources of a type with a name, which ignores case.
func (n *Names) resourcesCalled(typ, name string) []Record {
	var called []Record
	for _, r := range n.Records.All(typ) {
		if schema.Fold(r.Name) == schema.Fold(name) && name != "" {
			called = append(called, r)
		}
	}
	return called
}

// MeantResource suggests a resource of some types with a similar name for a message, or returns "".
func (n *Names) MeantResource(given string, types ...string) string {
	for _, typ := range types {
		var words []string
		record := map[string]Record{}
		for _, r := range n.Records.All(typ) {
			for _, word := range []string{r.Name, r.ID} {
				if _, ok := record[word]; word != "" && !ok {
					words, record[word] = append(words, word), r
				}
			}
		}
		if hint := diag.DidYouMean(given, words, func(word string) string { return record[word].ID + named(record[word]) }); hint != "" {
			return hint
		}
	}
	return ""
}

// unknownResource returns a note about a resource that is not on the site and not described, or
// "". Nothing is said about types that the site does not have.
func (n *Names) unknownResource(r authzen.Entity) string {
	if _, ok := n.Records.Find(r.Type, r.ID); ok || r.Properties != nil || !n.HasType(r.Type) {
		return ""
	}
	return fmt.Sprintf("no resource of the type %s in the snapshot has the id or name %q%s", r.Type, r.ID, n.MeantResource(r.ID, r.Type))
}

func named(r Record) string {
	if r.Name == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", r.Name)
}
