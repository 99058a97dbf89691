package rego

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
)

// subjectWriter writes the module of the rules that read the subject only: they are evaluated
// once per decision, for all resources.
type subjectWriter struct {
	module *module
	names  map[string]string // rule id and predicate → name
}

// rule returns the name of the rule, and writes the rule if it is new.
func (w *subjectWriter) rule(r resolve.Specialised) string {
	key := r.Rule.ID + "\n" + r.Predicate.Key()
	if name, ok := w.names[key]; ok {
		return name
	}
	name := w.module.name(ruleName(r.Rule))
	w.names[key] = name
	sc := &scope{module: w.module, name: name}
	text := sc.define(name, r.Predicate)
	w.module.write(w.module.header([]*resolve.Rule{r.Rule}, strings.Contains(text, "\n\n"))+text, r.Rule)
	for _, p := range sc.pending {
		w.module.write(p, r.Rule)
	}
	return name
}
