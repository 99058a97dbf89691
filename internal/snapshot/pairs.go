package snapshot

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// pair describes how a list of names and values is written.
type pair struct {
	role   role
	prefix string // of the field's key
	// value is the key of a value, and name is the path of keys to its name.
	value, example string
	name           []string
}

var (
	custom = pair{
		role: customProperties, prefix: "@", value: "value", name: []string{"definition", "name"},
		example: `{"value": "Finance", "definition": {"name": "GroupAccess"}}`,
	}
	attribute = pair{
		role: attributes, value: "attributevalue", name: []string{"attributetype"},
		example: `{"attributeType": "group", "attributeValue": "Finance"}`,
	}
)

// pairs reads custom properties or directory attributes. It groups the values by name; names that are
// equal after case-folding are one name.
func (d *decoder) pairs(r *record, c choice, form pair) bool {
	ok := true
	for _, item := range c.value.List() {
		ok = d.pair(r, c, item, form) && ok
	}
	return ok
}

func (d *decoder) pair(r *record, c choice, item jsonfile.Value, form pair) bool {
	if item.Kind() != '{' {
		d.noPair(r, c, item, form)
		return false
	}
	value := member(d.memberList(item), form.value)
	name := item
	for _, step := range form.name {
		if name.Raw == nil || name.Kind() != '{' {
			name = jsonfile.Value{}
			break
		}
		name = member(d.memberList(name), step)
	}
	if name.Raw == nil || name.Kind() != '"' || value.Raw == nil {
		d.noPair(r, c, item, form)
		return false
	}
	text, present, ok := textOf(value)
	if !ok {
		d.noPair(r, c, value, form)
		return false
	}
	key := form.prefix + schema.Fold(string(name.Text()))
	if present && r.plan.readsPair(form, key) {
		f := r.field(form.role, key)
		f.strs = append(f.strs, text)
	}
	return true
}

func (d *decoder) noPair(r *record, c choice, v jsonfile.Value, form pair) {
	if d.cutOff(r.at.file, v) || v.Kind() == '{' && d.cutOff(r.at.file, member(d.memberList(v), form.name[0])) {
		return
	}
	d.findings.fault(codeWrongKind, c.slot.key, placeOf(r.at.file, v),
		fmt.Sprintf("%s.%s has an entry that is not a name with a value", r.plan.typ.Name, c.name),
		"It is a list with one item a value, such as "+form.example+".")
}

// readsPair reports whether a custom property or an attribute is read. Rules cannot read an attribute
// that has the name of a property of User.
func (p *plan) readsPair(form pair, key string) bool {
	if form.role == attributes {
		_, declared := p.typ.Properties[key]
		_, related := p.typ.Relations[key]
		if declared || related || key == "id" || key == "name" {
			return false
		}
	}
	return p.readsText(key)
}
