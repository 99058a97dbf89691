package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// NamesOf returns the names of a bundle's types, resources, users and rules. inactive maps the
// handles of users who cannot log in to the reason, which is shown with the name. Rules are
// displayed by their ids. The subjects of Sync rules are nodes, which have a name and no login.
// Names are not safe for concurrent use.
func NamesOf(b *bundles.Bundle, c ruleset.Category, inactive map[string]string) Names {
	data, reader := &b.Data, partition.NewReader(&b.Data)
	login := reader.Login
	if c == ruleset.Sync {
		login = func(handle string) string { return reader.Name("user", handle) }
	}
	return Names{
		Type: func(key string) string { return typeName(data, key) },
		Resource: func(typ, handle string) string {
			name := reader.Name(typ, handle)
			if why := inactive[handle]; typ == "user" && why != "" {
				return strings.TrimSpace(name + " (" + why + ")")
			}
			return name
		},
		Login: login,
		Rule:  func(id string) string { return id },
		Rules: rulesOf(b),
	}
}

// typeName returns the displayed name of a type.
func typeName(data *bundles.Document, key string) string {
	if name, ok := sitedata.TypeName(data, key); ok {
		return name
	}
	if kind, ok := ruleset.AccessKindOf(key); ok {
		return kind.Type
	}
	if key == sitedata.Sections {
		return "TransientObject"
	}
	return key
}

// rulesOf returns the rules of a bundle, ordered by name.
func rulesOf(b *bundles.Bundle) []RuleInfo {
	data := &b.Data
	skipped := map[string]bool{}
	for _, m := range b.Manifests {
		for _, r := range m.Metadata.Skipped {
			skipped[r.ID] = true
		}
	}
	var all []RuleInfo
	for _, id := range sitedata.Rules(data) {
		disabled, known := sitedata.RuleDisabled(data, id)
		security := sitedata.RuleText(data, id, "category") == ruleset.Security.String()
		all = append(all, RuleInfo{
			ID: id, Name: sitedata.RuleText(data, id, "name"), Disabled: disabled && security, Grants: known && !disabled && security && !skipped[id],
		})
	}
	slices.SortFunc(all, func(a, b RuleInfo) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all
}
