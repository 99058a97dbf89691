package snapshot

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// relation reads the references of a relation.
func (d *decoder) relation(r *record, c choice) bool {
	many := c.slot.relation.Many
	if c.value.Kind() == '[' && !many {
		d.noReference(r, c, c.value)
		return false
	}
	one := [1]jsonfile.Value{c.value}
	items := one[:]
	if many {
		items = c.value.List()
	}
	f := r.field(relation, c.slot.key)
	ok := true
	for _, item := range items {
		ref, there, fine := d.reference(r, c, item)
		if there {
			f.refs = append(f.refs, ref)
		}
		ok = ok && fine
	}
	r.drop(f)
	return ok
}

// reference reads one reference: an object, or only an id. An empty value or object is not a
// reference.
func (d *decoder) reference(r *record, c choice, v jsonfile.Value) (ref reference, there, ok bool) {
	ref = reference{target: c.slot.target}
	id := v
	switch v.Kind() {
	case 'n':
		return ref, false, true
	case '"':
		if len(v.Text()) == 0 {
			return ref, false, true
		}
		if d.cutOff(r.at.file, v) {
			return ref, false, false
		}
	case '{':
		members := d.memberList(v)
		if len(members) == 0 {
			return ref, false, true
		}
		id = member(members, "id")
	default:
		d.noReference(r, c, v)
		return ref, false, false
	}
	if id.Raw != nil && !id.IsNull() {
		if id.Kind() != '"' || hasControl(id.Text()) {
			d.noReference(r, c, id)
			return ref, false, false
		}
		ref.id = id.Text()
		ref.key = d.fold(ref.id)
	}
	if len(ref.id) > 0 && d.onRecord(ref.target, ref.key) {
		ref.onRecord = true
		return ref, true, true
	}
	if len(ref.id) > 0 {
		d.dangling.add(danglingKind{r.plan.typ.Name, c.slot.relation.Name, c.slot.relation.Target}, placeOf(r.at.file, v))
	}
	ref.nested = d.record(d.planFor(c.slot.relation.Target), placeOf(r.at.file, v))
	ref.nested.id, ref.nested.key = ref.id, ref.key
	var members []jsonfile.Member
	if v.Kind() == '{' {
		members = d.memberList(v)
	}
	if c.slot.counter != nil {
		d.censuses[ref.target].refer(ref.nested.plan, placeOf(r.at.file, v), members)
	}
	return ref, true, d.nested(ref.nested, members)
}

func (d *decoder) noReference(r *record, c choice, v jsonfile.Value) {
	what := "an entity with its id, or only an id"
	if c.slot.relation.Many {
		what = "a list of entities, each with its id"
	}
	d.findings.fault(codeWrongKind, c.slot.key, placeOf(r.at.file, v),
		fmt.Sprintf("%s.%s does not lead to an entity", r.plan.typ.Name, c.name), "It is "+what+", or null.")
}
