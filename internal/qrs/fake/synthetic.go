package fake

import "encoding/json"

// Synthetic is a collection of any size that needs no memory: every entity is made when
// it is listed. It cannot be changed.
type Synthetic struct {
	Count int
	// Make returns the JSON of the entity i, appended to b.
	Make func(b []byte, i int) []byte
}

func (y *Synthetic) each(f func(*entity) bool) {
	for i := range y.Count {
		raw := json.RawMessage(y.Make(nil, i))
		var fields object
		if err := json.Unmarshal(raw, &fields); err != nil {
			panic(err) // the test's own text
		}
		id, _ := fields["id"].(string)
		if !f(&entity{id: id, raw: raw, fields: fields}) {
			return
		}
	}
}
