package ruleset

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// AccessKind is a kind of access that License rules assign: its name in reports, and the type
// of the groups that filters use for it.
type AccessKind struct{ Name, Type string }

// AccessKinds are the kinds, from the most to the least powerful (I): which one Qlik uses if
// several match a user is not documented.
var AccessKinds = []AccessKind{
	{"professional", "License.ProfessionalAccessGroup"},
	{"analyzer", "License.AnalyzerAccessGroup"},
	{"user", "License.UserAccessGroup"},
	{"login", "License.LoginAccessType"},
	{"capacity", "License.AnalyzerTimeAccessType"},
}

// AccessKindOf returns the kind of access whose group type is key, case-folded.
func AccessKindOf(key string) (AccessKind, bool) {
	for _, k := range AccessKinds {
		if schema.Fold(k.Type) == key {
			return k, true
		}
	}
	return AccessKind{}, false
}

// AccessGroup is a group through which License rules assign access. Rules name it in their
// filters; the QMC creates it with the rule, and nothing else about it is known.
type AccessGroup struct {
	AccessKind
	// ID is the case-folded id; with a star at the end, it means all groups whose ids
	// begin with it.
	ID string
	// Rules are the names of the rules whose filters name the group.
	Rules []string
}

// Name is the name that people know the group by: the names of its rules.
func (g AccessGroup) Name() string { return strings.Join(g.Rules, ", ") }

// AccessGroups returns the groups that the filters of enabled License rules name, sorted by
// kind and id. Rules in a view count as License rules.
func AccessGroups(rules []Rule) []AccessGroup {
	var groups []AccessGroup
	for _, kind := range AccessKinds {
		byID := map[string]*AccessGroup{}
		var ids []string
		for _, r := range rules {
			filter, found := ParseFilter(r.Filter, diag.Rule{ID: r.ID, Name: r.Name})
			if r.Disabled || found.HasErrors() {
				continue
			}
			for _, item := range filter.Items {
				id, ok := kind.group(item)
				if !ok {
					continue
				}
				g := byID[id]
				if g == nil {
					g = &AccessGroup{AccessKind: kind, ID: id}
					byID[id], ids = g, append(ids, id)
				}
				if !slices.Contains(g.Rules, r.Name) {
					g.Rules = append(g.Rules, r.Name)
				}
			}
		}
		slices.Sort(ids)
		for _, id := range ids {
			slices.Sort(byID[id].Rules)
			groups = append(groups, *byID[id])
		}
	}
	return groups
}

// group returns the id of the group that a filter item names, and whether it is a group of the
// kind.
func (k AccessKind) group(item FilterItem) (id string, ok bool) {
	typ, id, whole := strings.Cut(item.Text, "_")
	key := schema.Fold(k.Type)
	switch {
	case whole && typ != key, !whole && !(item.Prefix && strings.HasPrefix(key, typ)):
		return "", false
	case item.Prefix:
		return id + "*", true
	}
	return id, true
}
