package ruleset

import (
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Cache decodes a file again after each edit, for an editor: a rule of an export whose bytes
// have not changed is not decoded again, even if it has moved. The zero value is ready to use.
// A Cache is not safe for concurrent use.
type Cache struct {
	known map[string]cached // by the bytes of the rule
}

// cached is a rule that was decoded without a finding. Its ranges begin at the rule's first
// byte.
type cached struct {
	Rule
	identity, filter, condition diag.Range
}

// Decode returns the same result as the function Decode.
func (m *Cache) Decode(name string, data []byte) ([]Rule, diag.List) {
	d := newDecoder(name, data)
	d.known, d.seen = m.known, map[string]cached{}
	rules, found := d.all()
	m.known = d.seen
	return rules, found
}

// fromCache adds a rule that is cached, and reports whether it is.
func (d *decoder) fromCache(v jsonfile.Value) bool {
	known, ok := d.known[string(v.Raw)]
	if !ok {
		return false
	}
	e := &entry{Rule: known.Rule, file: d.file, start: v.Offset + known.identity.Start, end: v.Offset + known.identity.End}
	e.Raw = v.Raw
	e.Filter = d.relocated(known.Filter.Label, v, known.filter)
	e.Condition = d.relocated(known.Condition.Label, v, known.condition)
	d.rules = append(d.rules, e)
	d.seen[string(v.Raw)] = known
	return true
}

// relocated returns a string of a rule that may have moved. An empty range means that the rule
// does not have the field.
func (d *decoder) relocated(label string, object jsonfile.Value, at diag.Range) *diag.Text {
	if at.Start == at.End {
		return d.file.At(label, object.Offset)
	}
	return d.file.StringText(label, jsonfile.Value{Raw: object.Raw[at.Start:at.End], Offset: object.Offset + at.Start})
}

// cache keeps a rule for the next call.
func (f *fields) cache() {
	start := f.object.Offset
	place := func(name string) diag.Range {
		v, ok := f.present(name)
		if !ok {
			return diag.Range{}
		}
		return diag.Range{Start: v.Offset - start, End: v.End() - start}
	}
	f.seen[string(f.object.Raw)] = cached{
		Rule: f.rule.Rule, identity: diag.Range{Start: f.rule.start - start, End: f.rule.end - start},
		filter: place("resourceFilter"), condition: place("rule"),
	}
}
