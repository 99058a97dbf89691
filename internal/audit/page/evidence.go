package page

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// evidence adds who meets identity tests, which entities rights are asked about, and the values
// that tests read.
func (w *builder) evidence(a *report.Audit, number int, t *matrix.GroupedType, r *Rights) {
	for _, test := range t.Identities {
		met := map[int32][]int32{}
		for resource, subjects := range t.Met[test] {
			if int(resource) >= len(w.resources[number]) || w.resources[number][resource] < 0 {
				continue
			}
			var chosen []int32
			for _, n := range subjects {
				if w.subjects[n] >= 0 {
					chosen = append(chosen, w.subjects[n])
				}
			}
			if len(chosen) > 0 {
				met[w.resources[number][resource]] = chosen
			}
		}
		r.Met[test] = met
	}
	for _, test := range t.Type.Resources.Rights {
		steps := a.Model.Reads.Tests[test].Left.Steps
		target, held := w.types[steps[len(steps)-1].Type]
		if !held {
			continue // the page says that it does not contain the type
		}
		of := make([][]int32, len(w.resourceOf[number]))
		for at, n := range w.resourceOf[number] {
			of[at] = []int32{}
			for _, end := range t.Type.Resources.Targets(test, n) {
				if int(end) < len(w.resources[target]) {
					of[at] = append(of[at], w.resources[target][end])
				} else {
					of[at] = append(of[at], -1)
				}
			}
		}
		r.Targets[test] = of
	}
	w.values(a, number, t)
}

// values adds the values of subjects and resources for the operands of the rules of a type,
// each once.
func (w *builder) values(a *report.Audit, number int, t *matrix.GroupedType) {
	var tests []int
	for _, rule := range t.Type.Resources.Rules {
		tests = append(tests, a.Model.Reads.Rules[rule].Tests...)
	}
	slices.Sort(tests)
	for _, n := range slices.Compact(tests) {
		test := a.Model.Reads.Tests[n]
		for _, op := range []*reads.Operand{test.Left, test.Right} {
			if op == nil || op.Property == "" || op.Property == "id" {
				continue
			}
			switch op.Root {
			case reads.User:
				w.note(&w.doc.Subjects, *op, "user", len(w.subjectOf), func(at int) string { return a.Model.Subjects.Handles[w.subjectOf[at]] })
			case reads.Resource:
				w.note(&w.doc.Types[number].Entities, *op, t.Type.Type, len(w.resourceOf[number]), func(at int) string { return t.Handles[w.resourceOf[number][at]] })
			case reads.Environment:
			}
		}
	}
}

func (w *builder) note(e *Entities, op reads.Operand, typ string, count int, handle func(at int) string) {
	name := path(op)
	if slices.ContainsFunc(e.Values, func(v Values) bool { return v.Operand == name }) {
		return
	}
	v := Values{Operand: name, Of: make([][]int32, count)}
	for at := range count {
		v.Of[at] = []int32{}
		for _, text := range w.reader.Strings(typ, handle(at), op, false) {
			v.Of[at] = append(v.Of[at], w.text(text))
		}
	}
	e.Values = append(e.Values, v)
}

// text returns the number of a string.
func (w *builder) text(text string) int32 {
	n, ok := w.numberOf[text]
	if !ok {
		n = int32(len(w.doc.Texts))
		w.numberOf[text] = n
		w.doc.Texts = append(w.doc.Texts, text)
	}
	return n
}

// parent finds the parents of the resources of a type: the app of an app's objects, the stream
// of an app, if the bundle has them.
func (w *builder) parent(t *matrix.GroupedType) *Parent {
	for _, relation := range []string{"app", "stream"} {
		key, _, ok := sitedata.Relation(&w.bundle.Data, t.Type.Type, relation)
		target, held := w.types[key]
		if !ok || !held {
			continue
		}
		p := &Parent{Type: target, Of: make([]int32, len(w.resourceOf[w.types[t.Type.Type]]))}
		numbers := map[string]int32{}
		for at, id := range w.doc.Types[target].IDs {
			numbers[id] = int32(at)
		}
		op := reads.Operand{Root: reads.Resource, Steps: []reads.Step{{Relation: relation, Type: key}}}
		for at, n := range w.resourceOf[w.types[t.Type.Type]] {
			p.Of[at] = -1
			for _, handle := range w.reader.Strings(t.Type.Type, t.Handles[n], op, false) {
				if number, ok := numbers[handle]; ok {
					p.Of[at] = number
				}
			}
		}
		return p
	}
	return nil
}
