package snapshot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// A field that was not exported is not the same as an empty field: if a collection lacks a field that
// rules read, .Empty(), != and negations would give everybody access. So the fields that rules read
// are counted while entities are read. A field that is null or an empty list was exported.

// Require makes the snapshot report fields that rules read and that its collections do not have. Calls
// are cumulative.
func (s *Snapshot) Require(needs []schema.Need) {
	for _, n := range needs {
		i := slices.IndexFunc(s.needs, func(m schema.Need) bool { return m.Field == n.Field && m.Beside == n.Beside })
		if i < 0 {
			n.Readers = slices.Clone(n.Readers)
			s.needs = append(s.needs, n)
			continue
		}
		readers := append(s.needs[i].Readers, n.Readers...)
		slices.Sort(readers)
		s.needs[i].Readers = slices.Compact(readers)
	}
}

// readersOf returns the sorted names of the rules that read entities of a type through relations.
func (s *Snapshot) readersOf(typ string) []string {
	var rules []string
	for _, n := range s.needs {
		if n.Through && schema.Fold(n.Type) == schema.Fold(typ) {
			rules = append(rules, n.Readers...)
		}
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// census counts the existing entities of a type, and those of them that have each needed field.
type census struct {
	total int
	// nested counts the references, by fields that rules need, to entities that do not exist;
	// first is one of them.
	nested int
	first  place
	fields map[string]*tally // by case-folded name
}

// tally counts the entities that have a field.
type tally struct {
	n, nested int
	// last is the last entity that has the field, and without the first that does not.
	last, without place
}

// censuses returns a census for each type with a needed field, by the type's key.
func censuses(needs []schema.Need) map[string]*census {
	all := map[string]*census{}
	count := func(f schema.Field) {
		key := schema.Fold(f.Type)
		if all[key] == nil {
			all[key] = &census{fields: map[string]*tally{}}
		}
		all[key].fields[schema.Fold(f.Name)] = &tally{}
	}
	for _, n := range needs {
		count(n.Field)
		if n.Beside != (schema.Field{}) {
			count(n.Beside)
		}
	}
	return all
}

// field returns the counter of a field, nil if no rule needs the field.
func (c *census) field(key string) *tally {
	if c == nil {
		return nil
	}
	return c.fields[key]
}

// has records that an entity has the field.
func (c *tally) has(at place) {
	if c.last != at {
		c.n, c.last = c.n+1, at
	}
}

// add counts an entity whose fields have been recorded.
func (c *census) add(at place) {
	if c == nil {
		return
	}
	c.total++
	for _, f := range c.fields {
		if f.last != at && f.without.file == nil {
			f.without = at
		}
	}
}

// refer counts a reference to an entity that does not exist, and the fields that the reference
// itself contains.
func (c *census) refer(p *plan, at place, members []jsonfile.Member) {
	if c == nil {
		return
	}
	if c.nested++; c.nested == 1 {
		c.first = at
	}
	for _, m := range members {
		if f := p.slot(m.Name.Text()).counter; f != nil {
			f.nested++
		}
	}
}

// reportPartial reports fields that collections lack: an error for each type with a field that no
// entity has, and a warning for each field that some entities do not have. It returns the summaries
// of the warnings.
func (r *reader) reportPartial() (partly []string) {
	slices.SortFunc(r.snapshot.needs, func(a, b schema.Need) int { return a.Compare(b.Field) })
	var absent []schema.Need
	for i, n := range r.snapshot.needs {
		of := r.decoder.censuses[schema.Fold(n.Type)]
		switch f := of.field(schema.Fold(n.Name)); {
		case of.total == 0 && n.Through && of.nested > 0 && f.nested == 0 && !r.held(n.Type):
			absent = append(absent, n)
		case f.n == of.total || r.saidBeside(n):
		case f.n == 0:
			absent = append(absent, n)
		default:
			found := r.found.add(codePartly, diag.Warning, n.String(), firstOf(f.without),
				fmt.Sprintf("%d of %d entities of the type %s do not have the field %s, which %s", of.total-f.n, of.total, n.Type, n.Name, readBy(n.Readers)),
				"For rules the field of these entities is empty. Export the whole collection in one way.")
			partly = append(partly, found.Summary)
		}
		if len(absent) > 0 && (i+1 == len(r.snapshot.needs) || r.snapshot.needs[i+1].Type != n.Type) {
			r.absent(absent)
			absent = nil
		}
	}
	return partly
}

// saidBeside reports whether entities of another type contain the same information as a field, or
// there are none that could.
func (r *reader) saidBeside(n schema.Need) bool {
	if n.Beside == (schema.Field{}) {
		return false
	}
	beside := r.decoder.censuses[schema.Fold(n.Beside.Type)]
	return beside.total == 0 || beside.field(schema.Fold(n.Beside.Name)).n > 0
}

// absent reports the fields of a type that no entity has.
func (r *reader) absent(fields []schema.Need) {
	typ := fields[0].Type
	of := r.decoder.censuses[schema.Fold(typ)]
	at := of.field(schema.Fold(fields[0].Name)).without
	summary := fmt.Sprintf("no %s in the snapshot has the field %s, which %s", typ, fields[0].Name, readBy(fields[0].Readers))
	var names, readers, flags []string
	for _, f := range fields {
		names = append(names, f.Name)
		readers = append(readers, fmt.Sprintf("%s, which %s", f.Name, readBy(f.Readers)))
		flags = append(flags, "--assume-empty "+f.String())
	}
	detail := "What was not exported is not empty: .Empty(), != and negations would be true for all. "
	assume := "If the field is empty on this site, say so with "
	if len(fields) > 1 {
		summary = fmt.Sprintf("no %s in the snapshot has the fields %s, which rules read", typ, inSentence(names))
		detail = "They are " + inSentence(readers) + ".\n" + detail
		assume = "If the fields are empty on this site, say so with "
	}
	if of.total == 0 {
		at = of.first
		detail = fmt.Sprintf("There is no file %s.json, and references such as this one do not say it.\n", schema.Fold(typ)) + detail
	}
	path := strings.ReplaceAll(schema.Fold(typ), ".", "/")
	r.found.fault(codePartial, typ, firstOf(at), summary, detail+
		fmt.Sprintf("Export the collection in full (GET /qrs/%s/full). %s%s.", path, assume, strings.Join(flags, " ")))
}

// firstOf returns the place of the first character of a value.
func firstOf(at place) place {
	return place{at.file, diag.Range{Start: at.where.Start, End: at.where.Start + 1}}
}

// maxReaders is the maximum number of rules that a finding names.
const maxReaders = 3

// readBy lists the rules that read a field, as part of a sentence.
func readBy(rules []string) string {
	if len(rules) == 1 {
		return fmt.Sprintf("the rule %q reads", rules[0])
	}
	var names []string
	for _, name := range rules[:min(len(rules), maxReaders)] {
		names = append(names, fmt.Sprintf("%q", name))
	}
	if more := len(rules) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("the rules %s read", inSentence(names))
}

// inSentence joins words with commas and a final "and".
func inSentence(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
