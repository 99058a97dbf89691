package page

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// Build creates the document for audits, one per context, of the same bundle, subjects and
// resources.
func Build(title string, explain []string, b *bundles.Bundle, audits []*report.Audit) (*Document, error) {
	w := &builder{
		doc:    &Document{Title: title, Explain: explain, Tests: []Test{}, Texts: []string{}, Attributes: []Attribute{}},
		bundle: b, reader: partition.NewReader(&b.Data), numberOf: map[string]int32{}, rules: map[string]int{}, types: map[string]int{},
	}
	if len(audits) == 0 {
		return nil, fmt.Errorf("no audit to show")
	}
	first := audits[0]
	for _, a := range ruleset.AllActions {
		if first.Model.Actions&uint32(a) != 0 {
			w.doc.Actions = append(w.doc.Actions, Action{a.Name(), uint32(a)})
		}
	}
	if err := w.catalogue(first); err != nil {
		return nil, err
	}
	w.name(first)
	w.words(first)
	w.attributes(first)
	for _, a := range audits {
		w.doc.Contexts = append(w.doc.Contexts, w.context(a))
	}
	return w.doc, nil
}

// builder is a document under construction.
type builder struct {
	doc      *Document
	bundle   *bundles.Bundle
	reader   *partition.Reader
	numberOf map[string]int32
	rules    map[string]int // number of a rule by id
	types    map[string]int // number of a type by key
	// subjects are the numbers of the model's subjects in the document, and subjectOf the
	// reverse; resources and resourceOf are the same, by type.
	subjects, subjectOf   []int32
	resources, resourceOf [][]int32
	members               [][][]int32 // subjects by attribute and value
}

// catalogue adds the rules of the bundle.
func (w *builder) catalogue(a *report.Audit) error {
	sources, err := regoByRule(w.bundle, a.Model.Reads)
	if err != nil {
		return err
	}
	for _, info := range a.Names.Rules {
		var read compiler.RuleInfo
		if err := sitedata.DecodeRule(&w.bundle.Data, info.ID, &read); err != nil {
			return fmt.Errorf("data.qlik.rules: %s: %w", info.ID, err)
		}
		w.rules[info.ID] = len(w.doc.Rules)
		w.doc.Rules = append(w.doc.Rules, Rule{
			ID: info.ID, Name: info.Name, Category: read.Category, Filter: read.Filter, Actions: read.Actions, Context: read.Context,
			Condition: read.Condition, Disabled: read.Disabled, Grants: info.Grants, Rego: sources[info.ID],
		})
	}
	return nil
}

// name adds the selected subjects and resources.
func (w *builder) name(a *report.Audit) {
	all := a.Model.Subjects
	chosen := make([]bool, len(all.Handles))
	for _, g := range a.Subjects {
		for _, n := range g.Members {
			chosen[n] = true
		}
	}
	w.subjects, w.subjectOf = number(chosen)
	e := &w.doc.Subjects
	for at, n := range w.subjectOf {
		e.IDs = append(e.IDs, a.Subject(n))
		e.Names = append(e.Names, a.Names.Resource("user", all.Handles[n]))
		if all.Anonymous[n] {
			e.Anonymous = append(e.Anonymous, int32(at))
		}
	}
	for i, t := range a.Types {
		w.types[t.Type.Type] = i
		chosen := make([]bool, t.Recorded)
		for n := range chosen {
			chosen[n] = t.GroupOf(int32(n)) >= 0
		}
		numbers, what := number(chosen)
		w.resources, w.resourceOf = append(w.resources, numbers), append(w.resourceOf, what)
		typ := Type{Key: t.Type.Type, Name: a.Names.Type(t.Type.Type), Entities: Entities{IDs: []string{}, Names: []string{}}}
		for _, n := range what {
			typ.IDs = append(typ.IDs, t.Handles[n])
			typ.Names = append(typ.Names, a.Names.Resource(t.Type.Type, t.Handles[n]))
		}
		w.doc.Types = append(w.doc.Types, typ)
	}
	for i, t := range a.Types {
		w.doc.Types[i].Parent = w.parent(t)
	}
}

// number numbers the chosen entities, -1 for others, and returns the reverse.
func number(chosen []bool) (numbers, reverse []int32) {
	numbers = make([]int32, len(chosen))
	for n, ok := range chosen {
		numbers[n] = -1
		if ok {
			numbers[n] = int32(len(reverse))
			reverse = append(reverse, int32(n))
		}
	}
	return numbers, reverse
}

// context adds the decisions of one audit.
func (w *builder) context(a *report.Audit) Context {
	c := Context{Name: a.Context, Case: a.Case, Idle: []Idle{}}
	for _, u := range a.Unsent() {
		c.Unsent = append(c.Unsent, u.Name)
	}
	for _, one := range a.Idle() {
		c.Idle = append(c.Idle, Idle{w.rules[one.Rule.ID], one.Reason, one.Attributes})
	}
	c.Subjects = side(w.subjectOf, a.Model.Subjects.Partition, func(int32) int32 { return -1 })
	for n, g := range a.Subjects {
		for _, member := range g.Members {
			c.Subjects.Group[w.subjects[member]] = int32(n)
		}
	}
	for i, t := range a.Types {
		c.Types = append(c.Types, w.rights(a, i, t))
	}
	c.Creation = w.creation(a)
	c.Reach = w.reach(a)
	c.Census = w.census(a)
	return c
}

// side partitions the chosen entities again, numbering classes in order of first use.
func side(chosen []int32, p partition.Partition, group func(n int32) int32) Side {
	s := Side{Group: make([]int32, len(chosen)), Class: make([]int32, len(chosen)), Holds: [][]int32{}, Brings: []map[int][]int32{}}
	numbers := map[int32]int32{}
	for at, n := range chosen {
		class, ok := numbers[p.Of[n]]
		if !ok {
			class = int32(len(s.Holds))
			numbers[p.Of[n]] = class
			of := p.Classes[p.Of[n]]
			s.Holds = append(s.Holds, list(of.Holds))
			brings := map[int][]int32{}
			for test, texts := range of.Values {
				if len(texts) > 0 {
					brings[test] = texts
				}
			}
			s.Brings = append(s.Brings, brings)
		}
		s.Class[at], s.Group[at] = class, group(n)
	}
	return s
}

// list is a list that is not null in JSON.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// rights adds the decisions about the resources of the type with a number.
func (w *builder) rights(a *report.Audit, number int, t *matrix.GroupedType) Rights {
	r := Rights{
		Side:  side(w.resourceOf[number], t.Partition, func(n int32) int32 { return int32(t.GroupOf(n)) }),
		Rules: []Form{}, Sets: []string{}, Rows: [][]int32{}, Exceptional: []ExceptionalPairs{}, Met: map[int]map[int32][]int32{}, Targets: map[int][][]int32{},
	}
	for i, rule := range t.Rules {
		r.Rules = append(r.Rules, Form{w.rules[rule.ID], rule.Actions, list(a.Model.Reads.Rules[t.Type.Resources.Rules[i]].Tests)})
	}
	sets := map[*uint64]int32{}
	for _, g := range a.Subjects {
		row := []int32{}
		for rule, set := range t.Grants(g) {
			if len(set) == 0 || set.Empty() || t.Rules[rule].Actions == 0 {
				continue
			}
			n, ok := sets[&set[0]]
			if !ok {
				n = int32(len(r.Sets))
				sets[&set[0]] = n
				r.Sets = append(r.Sets, packSet(set))
			}
			row = append(row, rule, n)
		}
		r.Rows = append(r.Rows, row)
	}
	for _, exceptional := range t.Exceptional {
		one := ExceptionalPairs{w.subjects[exceptional.Subject], make([]int32, len(exceptional.Resources)), list(exceptional.Rules)}
		for i, n := range exceptional.Resources {
			one.Resources[i] = w.resources[number][n]
		}
		r.Exceptional = append(r.Exceptional, one)
	}
	r.Reached = w.reached(a, number, t)
	w.evidence(a, number, t, &r)
	return r
}

// packSet encodes a set for the page, in base64: after the letter d the distances between its
// numbers, in the variable-length encoding of protocol buffers, or after the letter b one bit
// per number, whichever is shorter.
func packSet(s matrix.Set) string {
	var distances []byte
	last := int32(-1)
	for n := range s.All() {
		distances = binary.AppendUvarint(distances, uint64(n-last))
		last = n
	}
	if len(distances) <= 8*len(s) {
		return "d" + base64.StdEncoding.EncodeToString(distances)
	}
	bits := make([]byte, 0, 8*len(s))
	for _, word := range s {
		bits = binary.LittleEndian.AppendUint64(bits, word)
	}
	return "b" + base64.StdEncoding.EncodeToString(bits)
}

// reach adds which users and resources the rules of the document reach.
func (w *builder) reach(a *report.Audit) []*Reach {
	all := make([]*Reach, len(w.doc.Rules))
	note := func(id string, r report.Reach) *Reach {
		one := &Reach{Subjects: r.Subjects, Resources: r.Resources, Pairs: r.Pairs, Cells: r.Cells, Only: r.Only}
		all[w.rules[id]] = one
		return one
	}
	for id, r := range a.Reach() {
		note(id, r)
	}
	for id, hypothetical := range a.Disabled {
		note(id, hypothetical.Reach).More = &hypothetical.More
	}
	return all
}
