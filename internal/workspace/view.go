package workspace

import (
	"encoding/json"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// nodeTypes are the types of a site that Sync rules are about, by the types they have in a view
// of Sync rules: nodes take the place of users, which are still owners.
var nodeTypes = map[string]string{
	"app": "App", "stream": "Stream", "user": schema.AccountType, schema.Fold(schema.NodeType): "User",
}

// view converts the workspace to a single category, as Options.View says, and returns the rules
// of that view. Code for users and resources then works on the entities of the category: on
// users and access groups, or on nodes and apps.
func (w *Workspace) view(rules []ruleset.Rule) []ruleset.Rule {
	rules = ruleset.View(rules, w.Options.View)
	w.FullSite = w.Site
	switch w.Options.View {
	case ruleset.License:
		if w.Site != nil {
			w.viewAccess(rules)
		}
	case ruleset.Sync:
		w.Options.Schema = w.schema().ForNodes()
		if w.Site != nil {
			w.Site = w.Site.View(w.Options.Schema, nodeTypes)
		}
	case ruleset.Security:
	}
	return rules
}

func (w *Workspace) schema() *schema.Schema {
	if w.Options.Schema == nil {
		return schema.Default()
	}
	return w.Options.Schema
}

// viewBoth adds the groups that other rules name to the site of a view of License rules: those
// of a rule that is added or enabled.
func (w *Workspace) viewBoth(other *Workspace) {
	if w.Options.View == ruleset.License && w.Site != nil {
		w.Site = w.FullSite
		w.viewAccess(slices.Concat(w.Rules, other.Rules))
		w.Site.Require(w.Policy.Needs)
	}
}

// viewAccess reduces the site to users and access groups. Exports rarely have groups; missing
// ones are created for the rules that name them, with the names of these rules.
func (w *Workspace) viewAccess(rules []ruleset.Rule) {
	names := map[string]string{"user": "User"}
	recorded := map[string]map[string]bool{}
	for _, kind := range ruleset.AccessKinds {
		key := schema.Fold(kind.Type)
		if data, path, ok, err := w.Site.Read(kind.Type); ok {
			names[key] = kind.Type
			if err == nil { // otherwise the error is reported when the file is read
				recorded[key] = idsIn(path, data)
			}
		}
	}
	w.Site = w.Site.View(w.schema(), names)
	byType := map[string][]map[string]string{}
	for _, g := range ruleset.AccessGroups(rules) {
		if !recorded[schema.Fold(g.Type)][g.ID] {
			byType[g.Type] = append(byType[g.Type], map[string]string{"id": g.ID, "name": g.Name()})
		}
	}
	for _, kind := range ruleset.AccessKinds {
		if groups := byType[kind.Type]; groups != nil {
			content, _ := json.Marshal(groups) // strings always marshal
			w.Site.Add(kind.Type, content)
		}
	}
}

// idsIn returns the case-folded ids in a file of entities. Errors in the file are reported when
// it is read.
func idsIn(path string, data []byte) map[string]bool {
	ids := map[string]bool{}
	file, failed := jsonfile.New(path, data)
	if failed != nil {
		return ids
	}
	list, failed := file.Document()
	if failed != nil {
		return ids
	}
	for _, item := range list.List() {
		var e struct{ ID string }
		if json.Unmarshal(item.Raw, &e) == nil {
			ids[schema.Fold(e.ID)] = true
		}
	}
	return ids
}

// Of returns a view, for a category, of a workspace with the same rules and snapshot.
func (w *Workspace) Of(c ruleset.Category) *Workspace {
	options := w.Options
	options.View = c
	return OfRules(w.Rules, Source{Snapshot: w.dir, Options: options, Progress: w.progress})
}
