package sitegen

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// malformed breaks a request.
func (w *world) malformed(r object) []byte {
	wrong := func() any {
		return pick(w.rand, []any{nil, json.Number("1"), "", []any{}, []any{"x"}, "User", true})
	}
	part := pick(w.rand, []string{"subject", "resource", "action"})
	inner, _ := r[part].(object)
	if inner == nil {
		inner = object{}
	}
	switch w.rand.IntN(9) {
	case 0:
		return []byte(pick(w.rand, []string{"x", "[]", "null", `"x"`, "{", "{}", "{} {}", `{"subject":`}))
	case 1:
		delete(r, pick(w.rand, []string{"subject", "resource"}))
	case 2:
		r[part] = wrong()
	case 3:
		field := pick(w.rand, slices.Sorted(maps.Keys(inner)))
		delete(inner, field)
		inner[strings.ToUpper(field)] = "user"
	case 4:
		inner[map[string]string{"action": "name"}[part]+map[string]string{"subject": "type", "resource": "id"}[part]] = pick(w.rand, []any{nil, json.Number("1"), []any{"x"}})
	case 5:
		inner["properties"] = pick(w.rand, []any{nil, "x", []any{}, json.Number("3")})
		if part == "action" {
			delete(inner, "properties")
			inner["name"] = pick(w.rand, []any{"fly", "", "red", "re ad", "readx"})
		}
	case 6:
		r["context"] = pick(w.rand, []any{nil, "hub", []any{}, true})
	case 7:
		r["context"] = object{"request_context": pick(w.rand, []any{"HUB", "both", "", nil, json.Number("1")})}
	case 8:
		r["context"] = object{"environment": pick(w.rand, []any{
			object{"os": json.Number("1")}, object{"os": nil}, object{"os": []any{"a", json.Number("1")}}, object{"os": object{}}, "x", []any{}, nil})}
	}
	if _, ok := r[part].(object); ok && len(inner) > 0 {
		r[part] = inner
	}
	return encode(r)
}
