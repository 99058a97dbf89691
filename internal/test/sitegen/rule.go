package sitegen

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// draft is a rule before it is written to an export.
type draft struct {
	id, name, filter, condition string
	category                    string
	actions                     uint32
	context                     int
	disabled                    bool
}

// grants reports whether the rule can grant, so that its condition counts.
func (d *draft) grants() bool { return !d.disabled && d.category == "Security" }

// draft writes a rule for the resource of a witness or for a parent of it.
func (w *world) draft(id string, x *witness) *draft {
	d := &draft{id: id, name: w.word("rule") + " " + id[:4], category: "Security"}
	about := *x
	for chance(w.rand, 3) {
		if parents := relatives(about.resource); len(parents) > 0 {
			about.resource = pick(w.rand, parents)
		}
	}
	low := chance(w.rand, 4)
	d.actions = w.actions(low)
	d.filter = w.filter(about.resource)
	switch context := map[string]int{"": 0, "hub": 1, "qmc": 2}[x.context]; {
	case chance(w.rand, 3):
		d.context = context
	case chance(w.rand, 40):
		d.context = 1 + w.rand.IntN(2)
	}
	switch w.rand.IntN(50) {
	case 0:
		d.condition = pick(w.rand, []string{"", "true", " \n", "false"})
	case 1:
		d.disabled = true
		fallthrough
	default:
		d.condition = w.author(&about, low).condition(true, w.rand.IntN(3))
	case 2:
		d.category, d.condition = "License", `user.name like "*" and !user.IsAnonymous()`
	case 3:
		d.category, d.condition = "Sync", `node.iscentral = "true" or resource.name != "x"`
	}
	return d
}

func relatives(e *entity) []*entity {
	var found []*entity
	for _, key := range slices.Sorted(maps.Keys(e.relations)) {
		found = append(found, e.relations[key]...)
	}
	return found
}

// actionNames are the actions in the order of their bits.
var actionNames = []string{
	"create", "read", "update", "delete", "export", "publish", "changeowner", "changerole",
	"exportdata", "offlineaccess", "distribute", "duplicate", "approve",
}

// actions generates a mask: with a low action, or without any.
func (w *world) actions(low bool) uint32 {
	if low && chance(w.rand, 4) {
		return 4294967295
	}
	var mask uint32
	for bit, name := range actionNames {
		isLow := slices.Contains(lowActions, name)
		switch {
		case isLow && low && (mask == 0 || chance(w.rand, 2)):
			mask |= 1 << bit
		case !isLow && (name == "read" && chance(w.rand, 2) || chance(w.rand, 6)):
			mask |= 1 << bit
		}
	}
	if mask == 0 {
		mask = 2
	}
	if chance(w.rand, 20) {
		mask |= 1 << 20 // a bit without a name
	}
	return mask
}

// filter writes a resource filter that matches the entity, and possibly others.
func (w *world) filter(e *entity) string {
	items := []string{w.filterItem(e)}
	for chance(w.rand, 3) {
		items = append(items, pick(w.rand, []string{
			"App", "Stream_*", "App.Object_*", "ReloadTask*", "QmcSection_App", "QmcSection_*", "Application*", "User_*",
			"NoSuchType_*", "App_" + guid(w.rand), "LoadbalancingSelectList", "HubSection_Home",
		}))
	}
	w.rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	for i := range items {
		items[i] = asciiCase(w.rand, items[i])
	}
	return strings.Join(items, pick(w.rand, []string{",", ", ", " ,\t"}))
}

func (w *world) filterItem(e *entity) string {
	kind := e.kind.Name
	switch {
	case e.kind.Transient:
		section, _, _ := strings.Cut(e.id, "_")
		return pick(w.rand, []string{e.id, e.id, e.id + "*", section + "*", "*"})
	case strings.Contains(kind, "_") || len(kind) < 2:
		return "*"
	}
	switch w.rand.IntN(10) {
	case 0:
		return "*"
	case 1, 2:
		return kind + "*"
	case 3:
		return kind[:1+w.rand.IntN(len(kind)-1)] + "*"
	case 4:
		return kind + "_" + e.id
	case 5:
		return kind + "_" + e.id[:w.rand.IntN(len(e.id)+1)] + "*"
	}
	return kind + "_*"
}

var contextNames = [][]any{
	{json.Number("0"), "BothQlikSenseAndQMC", "both"},
	{json.Number("1"), "QlikSenseOnly", "hub"},
	{json.Number("2"), "QMCOnly", "qmc"},
}

// export writes rules in one of the forms in docs/formats.md, section 1.
func (w *world) export(drafts []*draft) []byte {
	var rules []any
	for _, d := range drafts {
		rules = append(rules, w.exported(d))
	}
	if chance(w.rand, 6) {
		return encode(object{"localpackagelist": []any{object{"packageName": "all", "ruleList": rules}}})
	}
	return encode(rules)
}

func (w *world) exported(d *draft) object {
	o := object{
		"id": d.id, "name": d.name, "rule": d.condition, "resourceFilter": d.filter, "category": d.category,
		"type": "Custom", "comment": "", "tags": []any{}, "schemaPath": "SystemRule", "privileges": nil,
		"ruleContext": pick(w.rand, contextNames[d.context]),
	}
	o["actions"] = json.Number(strconv.FormatUint(uint64(d.actions), 10))
	if chance(w.rand, 8) {
		o["actions"] = fmt.Sprint(d.actions)
	}
	if d.disabled || chance(w.rand, 2) {
		o["disabled"] = d.disabled
	}
	if d.condition == "" && chance(w.rand, 2) {
		delete(o, "rule")
	}
	if d.category == "Security" && chance(w.rand, 15) {
		delete(o, "category")
	}
	if d.context == 0 && chance(w.rand, 15) {
		delete(o, "ruleContext")
	}
	return o
}
