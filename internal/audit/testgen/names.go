package testgen

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// names are the spellings of types, and the ids of resources that filters name.
type names struct {
	spelled map[string]string   // by key of the type or, for a prefix, with its star
	ids     map[string][]string // by key of the type
}

func newNames(rules []compiler.RuleClauses, r *reads.Reads, s *schema.Schema, site *snapshot.Site) names {
	n := names{spelled: map[string]string{}, ids: map[string][]string{}}
	for _, rule := range rules {
		for _, item := range rule.Items {
			text := strings.TrimSuffix(rule.Filter.Content[item.Range.Start:item.Range.End], "*")
			n.item(text, item.Prefix, s)
		}
		for _, node := range clausesOf(rule.Tree) {
			if name, ok := namedType(node); ok {
				n.spelled[schema.Fold(name)] = name
			}
		}
	}
	for typ, records := range site.Records {
		name := ""
		for _, e := range records {
			if name == "" || e.TypeName < name {
				name = e.TypeName
			}
		}
		n.spelled[typ] = name
	}
	for _, t := range s.Types() {
		n.spelled[t.Key()] = t.Name
	}
	// The types of a prefix have no known name: this is one that nothing else names.
	for _, c := range r.Classes {
		if prefix, open := strings.CutSuffix(c.Key, "*"); open && !c.Named {
			name := prefix
			if spelled, ok := n.spelled[c.Key]; ok {
				name = spelled
			}
			n.spelled[c.Key] = unclaimed(name, func(name string) bool { return r.Of(schema.Fold(name)).Key == c.Key })
		}
	}
	return n
}

// unclaimed returns the name of a type with a prefix that no longer prefix and no type matches:
// filters such as App.O* may match any beginning.
func unclaimed(prefix string, free func(name string) bool) string {
	const letters = "OTXQZABCDEFGHIJKLMNPRSUVWY"
	for _, first := range letters {
		if name := prefix + string(first) + "ther"; free(name) {
			return name
		}
	}
	for _, first := range letters {
		for _, second := range letters {
			if name := prefix + string(first) + string(second) + "ther"; free(name) {
				return name
			}
		}
	}
	return prefix + "Other" // hundreds of filters match every short name
}

func (n names) item(text string, prefix bool, s *schema.Schema) {
	typ, id, whole := strings.Cut(text, "_")
	switch key := schema.Fold(typ); {
	case !whole && prefix && text != "":
		n.spelled[schema.Fold(text)+"*"] = text
		fallthrough // a section may have such an id
	case key == "qmcsection", key == "hubsection", !whole:
		for _, t := range s.Types() {
			if t.Transient {
				n.id(t.Key(), text)
			}
		}
	default:
		n.spelled[key] = typ
		n.id(key, id)
	}
}

// namedType returns the type that a clause compares a resource's with.
func namedType(node condition.Node) (string, bool) {
	n, ok := node.(*condition.Comparison)
	if !ok {
		return "", false
	}
	path, isPath := n.Left.(*condition.Path)
	text, isText := n.Right.(*condition.String)
	ok = isPath && isText && !n.Op.Pattern() && path.Root == "resource" &&
		len(path.Segments) == 1 && schema.Fold(path.Segments[0].Name) == "resourcetype"
	if !ok {
		return "", false
	}
	return text.Value, true
}

func (n names) id(key, id string) {
	same := func(known string) bool { return schema.Fold(known) == schema.Fold(id) }
	if id != "" && !slices.ContainsFunc(n.ids[key], same) {
		n.ids[key] = append(n.ids[key], id)
	}
}

// typeName returns a type's name by its key, or by the key of its class.
func (n names) typeName(key string) string {
	if name, ok := n.spelled[key]; ok {
		return name
	}
	return key
}
