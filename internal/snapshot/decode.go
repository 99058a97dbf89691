package snapshot

import (
	"bytes"
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// record is an entity as read. Its content is valid until the next one is read.
type record struct {
	plan   *plan
	at     place
	id     []byte // as written; empty if it has none
	key    []byte // its case-fold
	fields []field
	chosen []choice
}

// field is a property or a relation that has a value.
type field struct {
	role role
	// key is the case-folded name, with @ in front for a custom property.
	key  string
	strs [][]byte
	refs []reference
}

// reference refers to an entity.
type reference struct {
	target   string // the type's key
	id, key  []byte
	onRecord bool
	// nested is the part of an entity in the reference itself, if the entity does not exist; it
	// may only have an id.
	nested *record
}

// choice is the field that counts if several names are equal after case-folding: the one whose
// spelling comes first.
type choice struct {
	slot  *slot
	name  []byte
	value jsonfile.Value
}

// decoder reads entities.
type decoder struct {
	schema *schema.Schema
	view   schema.View // nil for everything
	plans  map[string]*plan
	// onRecord reports whether an entity is in its own type's collection.
	onRecord func(typeKey string, key []byte) bool
	findings *findings
	dangling dangling
	// censuses count the fields that rules need, by key of their type.
	censuses map[string]*census
	// cut are the files with values that ConvertTo-Json cut off.
	cut map[*file]bool

	members []jsonfile.Member
	spare   []*record
	folded  []byte // holds case-folded ids
}

// planFor returns the plan of a type, by its name as written.
func (d *decoder) planFor(name string) *plan {
	p := d.plans[name]
	if p == nil {
		p = newPlan(d.schema, name, d.view)
		p.census = d.censuses[p.key]
		d.plans[name] = p
	}
	return p
}

// entity reads an entity of a collection, or reports why a value is not an entity.
func (d *decoder) entity(f *file, v jsonfile.Value) (*record, bool) {
	d.folded = d.folded[:0]
	members, ok := d.entityMembers(f, v)
	if !ok {
		return nil, false
	}
	p, ok := d.typeOf(f, members)
	if !ok {
		return nil, false
	}
	r := d.record(p, placeOf(f, v))
	d.choose(r, members, true)
	p.census.add(r.at)
	if !d.chosen(r) {
		return r, false
	}
	if len(r.id) == 0 {
		d.findings.fault(codeID, "", placeOf(f, jsonfile.Value{Raw: v.Raw[:1], Offset: v.Offset}), "the entity has no id",
			"Entities are known by their id. Export the collection in full.")
		return r, false
	}
	return r, true
}

// entityMembers returns the members of an entity. It reports a value that is not an object.
func (d *decoder) entityMembers(f *file, v jsonfile.Value) ([]jsonfile.Member, bool) {
	if v.Kind() != '{' {
		d.findings.fault(codeNoEntity, "", placeOf(f, v), "an entity was expected here", `An entity is an object, such as {"id": …, "name": …}.`)
		return nil, false
	}
	return d.memberList(v), true
}

// typeOf returns the plan of the type in an entity's schemaPath, or else that of its file.
func (d *decoder) typeOf(f *file, members []jsonfile.Member) (*plan, bool) {
	path := member(members, "schemapath")
	if f.forced || path.Raw == nil || path.IsNull() {
		return d.planFor(f.typeName), true
	}
	if path.Kind() != '"' || hasControl(path.Text()) {
		d.findings.fault(codeWrongKind, "schemapath", placeOf(f, path), "the schemaPath is not the name of a type",
			`It is a text such as "App.Object", or is left out.`)
		return nil, false
	}
	name := path.Text()
	if len(name) == 0 {
		return d.planFor(f.typeName), true
	}
	if p, ok := d.plans[string(name)]; ok {
		return p, true
	}
	return d.planFor(string(name)), true
}

// memberList returns the members of an object, until the next call.
func (d *decoder) memberList(v jsonfile.Value) []jsonfile.Member {
	d.members = v.AppendMembers(d.members[:0])
	return d.members
}

// member returns the value of the member whose case-folded name is key. Of several, the one whose
// spelling comes first counts.
func member(members []jsonfile.Member, key string) jsonfile.Value {
	var name []byte
	var value jsonfile.Value
	for _, m := range members {
		if !foldsTo(m.Name, key) {
			continue
		}
		if n := m.Name.Text(); value.Raw == nil || bytes.Compare(n, name) < 0 {
			name, value = n, m.Value
		}
	}
	return value
}

// record returns an empty record.
func (d *decoder) record(p *plan, at place) *record {
	if n := len(d.spare); n > 0 {
		r := d.spare[n-1]
		d.spare = d.spare[:n-1]
		*r = record{plan: p, at: at, fields: r.fields[:0], chosen: r.chosen[:0]}
		return r
	}
	return &record{plan: p, at: at}
}

// release makes a record and the records that it refers to available for reuse.
func (d *decoder) release(r *record) {
	for _, f := range r.fields {
		for _, ref := range f.refs {
			if ref.nested != nil {
				d.release(ref.nested)
			}
		}
	}
	d.spare = append(d.spare, r)
}

// nested reads the members of an entity inside another one. It returns false if an error makes both
// unusable.
func (d *decoder) nested(r *record, members []jsonfile.Member) bool {
	d.choose(r, members, false)
	return d.chosen(r)
}

// choose chooses the fields that are read. For an existing entity, it counts those that rules need.
func (d *decoder) choose(r *record, members []jsonfile.Member, onRecord bool) {
	for _, m := range members {
		name := m.Name.Text()
		s := r.plan.slot(name)
		if s.counter != nil && onRecord {
			s.counter.has(r.at)
		}
		if s.role != ignored {
			r.choose(s, name, m.Value)
		}
	}
}

// chosen reads the chosen fields. It returns false if the entity is unusable.
func (d *decoder) chosen(r *record) bool {
	ok := true
	for _, c := range r.chosen {
		ok = d.field(r, c) && ok
	}
	return ok
}

func (r *record) choose(s *slot, name []byte, v jsonfile.Value) {
	for i := range r.chosen {
		if c := &r.chosen[i]; c.slot == s {
			if bytes.Compare(name, c.name) < 0 {
				c.name, c.value = name, v
			}
			return
		}
	}
	r.chosen = append(r.chosen, choice{s, name, v})
}

// field reads one field. It returns false if that makes the entity unusable.
func (d *decoder) field(r *record, c choice) bool {
	switch c.slot.role {
	case identifier:
		return d.identifier(r, c.value)
	case relation:
		return d.relation(r, c)
	case customProperties:
		return d.pairs(r, c, custom)
	case attributes:
		return d.pairs(r, c, attribute)
	case scalar, list:
		d.strs(r, c)
		return true
	case ignored: // such a field is not chosen
	}
	panic("snapshot: unknown role of a field")
}

func (d *decoder) identifier(r *record, v jsonfile.Value) bool {
	if v.IsNull() {
		return true
	}
	if v.Kind() != '"' || hasControl(v.Text()) {
		d.findings.fault(codeID, "", placeOf(r.at.file, v), "the id is not a string, or contains control characters",
			"An id is a text, such as a GUID.")
		return false
	}
	r.id = v.Text()
	r.key = d.fold(r.id)
	return true
}

// fold returns the case-folded text, which is valid as long as the record.
func (d *decoder) fold(text []byte) []byte {
	start := len(d.folded)
	d.folded = appendFold(d.folded, text)
	return d.folded[start:len(d.folded):len(d.folded)]
}

// strs reads a property of one or many strings.
func (d *decoder) strs(r *record, c choice) {
	f := r.field(c.slot.role, c.slot.key)
	one := [1]jsonfile.Value{c.value}
	items := one[:]
	if c.slot.role == list {
		items = c.value.List()
	}
	for _, item := range items {
		if c.slot.role == list && !r.plan.typ.Open && d.cutOff(r.at.file, item) {
			continue
		}
		text, present, ok := textOf(item)
		if present {
			if c.slot.property.Enumeration != nil {
				text = []byte(c.slot.property.Text(string(text)))
			}
			f.strs = append(f.strs, text)
		}
		if !ok && !r.plan.typ.Open {
			d.findings.add(codeNoScalar, diag.Warning, c.slot.key, placeOf(r.at.file, item),
				fmt.Sprintf("%s.%s is a list or an object and is ignored", r.plan.typ.Name, c.name),
				"The property is a text, a number or a boolean.")
		}
	}
	r.drop(f)
}

// field returns the field with a key, and creates it if there is none.
func (r *record) field(role role, key string) *field {
	for i := range r.fields {
		if f := &r.fields[i]; f.key == key {
			return f
		}
	}
	if n := len(r.fields); n < cap(r.fields) { // reuse the lists of a former record
		r.fields = r.fields[:n+1]
		f := &r.fields[n]
		*f = field{role: role, key: key, strs: f.strs[:0], refs: f.refs[:0]}
		return f
	}
	r.fields = append(r.fields, field{role: role, key: key})
	return &r.fields[len(r.fields)-1]
}

// drop removes the field that was created last if it has no value.
func (r *record) drop(f *field) {
	if len(f.strs) == 0 && len(f.refs) == 0 {
		r.fields = r.fields[:len(r.fields)-1]
	}
}
