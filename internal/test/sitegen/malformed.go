package sitegen

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// malformed takes a request and breaks it.
func (w *world) malformed(r object) []byte {
	wrong := func() any {
		return pick(w.Rand, []any{nil, json.Number("1"), "", []any{}, []any{"x"}, "User", true})
	}
	part := pick(w.Rand, []string{"subject", "resource", "action"})
	inner, _ := r[part].(object)
	if inner == nil {
		inner = object{}
	}
	switch w.IntN(9) {
	case 0:
		return []byte(pick(w.Rand, []string{"x", "[]", "null", `"x"`, "{", "{}", "{} {}", `{"subject":`}))
	case 1:
		delete(r, pick(w.Rand, []string{"subject", "resource"}))
	case 2:
		r[part] = wrong()
	case 3:
		field := pick(w.Rand, slices.Sorted(maps.Keys(inner)))
		delete(inner, field)
		inner[strings.ToUpper(field)] = "user"
	case 4:
		inner[map[string]string{"action": "name"}[part]+map[string]string{"subject": "type", "resource": "id"}[part]] = pick(w.Rand, []any{nil, json.Number("1"), []any{"x"}})
	case 5:
		inner["properties"] = pick(w.Rand, []any{nil, "x", []any{}, json.Number("3")})
		if part == "action" {
			delete(inner, "properties")
			inner["name"] = pick(w.Rand, []any{"fly", "", "red", "re ad", "readx"})
		}
	case 6:
		r["context"] = pick(w.Rand, []any{nil, "hub", []any{}, true})
	case 7:
		r["context"] = object{"request_context": pick(w.Rand, []any{"HUB", "both", "", nil, json.Number("1")})}
	case 8:
		r["context"] = object{"environment": pick(w.Rand, []any{
			object{"os": json.Number("1")}, object{"os": nil}, object{"os": []any{"a", json.Number("1")}}, object{"os": object{}}, "x", []any{}, nil})}
	}
	if _, ok := r[part].(object); ok && len(inner) > 0 {
		r[part] = inner
	}
	return encode(r)
}
