package bundles

import (
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// viewType is one entry of data.qlik.view: what the rules read of a type, by which the library
// reads entities that a request describes. Properties are listed with a prefix for each form in
// which they are read, "" for case-folded and "=" for as written.
type viewType struct {
	Name      string                  `json:"name"`
	Scalars   map[string][]string     `json:"scalars"`
	Lists     map[string][]string     `json:"lists"`
	Relations map[string]viewRelation `json:"relations"`
	// Enumerations are the names of values by property, and by number and case-folded name.
	Enumerations map[string]map[string]string `json:"enumerations,omitempty"`
}

type viewRelation struct {
	Type string `json:"type"`
	Many bool   `json:"many"`
}

func view(policy *compiler.Policy) map[string]viewType {
	s := policy.Options.Schema
	if s == nil {
		s = schema.Default()
	}
	types := make(map[string]viewType, len(policy.View))
	for key, v := range policy.View {
		t := viewType{
			Name:      s.Lookup(key).Name,
			Scalars:   prefixes(v.Scalars),
			Lists:     prefixes(v.Lists),
			Relations: map[string]viewRelation{},
		}
		for name, r := range v.Relations {
			t.Relations[name] = viewRelation{Type: schema.Fold(r.Target), Many: r.Many}
		}
		for name, p := range s.Lookup(key).Properties {
			if _, read := v.Scalars[name]; read && p.Enumeration != nil {
				t.enumeration(name, p.Enumeration)
			}
		}
		types[key] = t
	}
	return types
}

func prefixes(forms map[string]schema.Form) map[string][]string {
	out := make(map[string][]string, len(forms))
	for name, form := range forms {
		out[name] = []string{}
		if form&schema.Folded != 0 {
			out[name] = append(out[name], "")
		}
		if form&schema.Exact != 0 {
			out[name] = append(out[name], "=")
		}
	}
	return out
}

func (t *viewType) enumeration(name string, names map[string]string) {
	if t.Enumerations == nil {
		t.Enumerations = map[string]map[string]string{}
	}
	t.Enumerations[name] = names
}
