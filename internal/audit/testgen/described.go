package testgen

import (
	"encoding/json"
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Placeholder ids for arbitrary resources, and for arbitrary targets of relations.
const (
	anyPrefix = "d0000000-0000-4000-8000-"
	anyID     = anyPrefix + "000000000001"
)

// described returns a witness as a request. Arbitrary entities get an id or a login that says
// so, if no rule compares it.
func (s *Suite) described(w *solve.Witness) Request {
	used := 1
	var fill func(e *solve.Entity)
	fill = func(e *solve.Entity) {
		if e.Filled["id"] && !e.IsUser && e != w.Resource {
			used++
			e.Strings["id"] = []string{fmt.Sprintf("%s%012d", anyPrefix, used)}
		}
		for _, name := range sortedKeys(e.Relations) {
			for _, other := range e.Relations[name] {
				fill(other)
			}
		}
	}
	fill(w.User)
	fill(w.Resource)
	if w.Resource.Filled["id"] {
		w.Resource.Strings["id"] = []string{anyID}
	}
	var r Request
	if err := json.Unmarshal(w.Request(anyAction), &r); err != nil {
		panic(err) // the solver writes requests of this form
	}
	r.Subject.Properties, _ = textLists(r.Subject.Properties).(map[string]any)
	r.Resource.Properties, _ = textLists(r.Resource.Properties).(map[string]any)
	if len(r.Resource.Properties) == 0 && len(s.subject.Site.Records[schema.Fold(r.Resource.Type)]) > 0 {
		r.Resource.Properties = map[string]any{"id": r.Resource.ID} // otherwise it would have to exist
	}
	return r
}

// textLists returns a value with its lists converted to lists of strings.
func textLists(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			v[name] = textLists(field)
		}
	case []any:
		var list []string
		for i := range v {
			text, ok := v[i].(string)
			if !ok {
				v[i] = textLists(v[i])
				continue
			}
			list = append(list, text)
		}
		if len(list) == len(v) {
			return list
		}
		return v
	}
	return v
}
