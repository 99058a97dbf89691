package ruleset

import (
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Memory reads a file again after each edit, as an editor needs it: a rule of an export whose
// bytes have not changed is not decoded anew, wherever it has moved to. The zero value is
// ready to use. A Memory is not safe for concurrent use.
type Memory struct {
	known map[string]remembered // by the bytes of the rule
}

// remembered is a rule that was decoded without a finding. Its ranges begin at the rule's first byte.
type remembered struct {
	Rule
	identity, filter, condition diag.Range
}

// Decode returns what the function Decode returns.
func (m *Memory) Decode(name string, data []byte) ([]Rule, diag.List) {
	d := newDecoder(name, data)
	d.known, d.seen = m.known, map[string]remembered{}
	rules, found := d.all()
	m.known = d.seen
	return rules, found
}

// recall adds a rule that is known from before, and reports whether it is.
func (d *decoder) recall(v jsonfile.Value) bool {
	known, ok := d.known[string(v.Raw)]
	if !ok {
		return false
	}
	e := &entry{Rule: known.Rule, file: d.file, start: v.Offset + known.identity.Start, end: v.Offset + known.identity.End}
	e.Raw = v.Raw
	e.Filter = d.again(known.Filter.Label, v, known.filter)
	e.Condition = d.again(known.Condition.Label, v, known.condition)
	d.rules = append(d.rules, e)
	d.seen[string(v.Raw)] = known
	return true
}

// again returns a text of a rule that may have moved. An empty range stands for a field that
// the rule does not have.
func (d *decoder) again(label string, object jsonfile.Value, at diag.Range) *diag.Text {
	if at.Start == at.End {
		return d.file.At(label, object.Offset)
	}
	return d.file.StringText(label, jsonfile.Value{Raw: object.Raw[at.Start:at.End], Offset: object.Offset + at.Start})
}

// remember keeps a rule for the next time.
func (f *fields) remember() {
	start := f.object.Offset
	place := func(name string) diag.Range {
		v, ok := f.present(name)
		if !ok {
			return diag.Range{}
		}
		return diag.Range{Start: v.Offset - start, End: v.End() - start}
	}
	f.seen[string(f.object.Raw)] = remembered{
		Rule: f.rule.Rule, identity: diag.Range{Start: f.rule.start - start, End: f.rule.end - start},
		filter: place("resourceFilter"), condition: place("rule"),
	}
}
