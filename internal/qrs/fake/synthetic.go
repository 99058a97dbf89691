package fake

import (
	"encoding/json"
	"slices"
)

// Synthetic is a collection of any size that needs no memory: every entity is generated when it
// is listed. It cannot be changed.
type Synthetic struct {
	Count int
	// Make returns the JSON of the entity i, appended to b.
	Make func(b []byte, i int) []byte
}

// each calls f with every entity; those of a whole list are valid until f returns, and not
// decoded.
func (y *Synthetic) each(whole bool, f func(*entity) bool) {
	var raw json.RawMessage
	for i := range y.Count {
		raw = y.Make(raw[:0], i)
		e := &entity{raw: raw}
		if !whole {
			if err := json.Unmarshal(raw, &e.fields); err != nil {
				panic(err) // the test's own text
			}
			e.id, _ = e.fields["id"].(string)
			e.raw = slices.Clone(raw)
		}
		if !f(e) {
			return
		}
	}
}
