package workspace

import (
	"encoding/json"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// nodeTypes are the types of a site that Sync rules are about, by what they are in a view
// of it: nodes take the place of users, who are still owners.
var nodeTypes = map[string]string{
	"app": "App", "stream": "Stream", "user": schema.AccountType, schema.Fold(schema.NodeType): "User",
}

// view makes the workspace one of a single category, as Options.View says, and returns the
// rules of that view. Everything that works on users and resources then works on what the
// category is about: on users and access groups, or on nodes and apps.
func (w *Workspace) view(rules []ruleset.Rule) []ruleset.Rule {
	rules = ruleset.View(rules, w.Options.View)
	w.Whole = w.Site
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

// viewBoth makes the site of a view of License rules have the groups that other rules on it
// name as well: those of a rule that is added or enabled.
func (w *Workspace) viewBoth(other *Workspace) {
	if w.Options.View == ruleset.License && w.Site != nil {
		w.Site = w.Whole
		w.viewAccess(slices.Concat(w.Rules, other.Rules))
		w.Site.Require(w.Policy.Needs)
	}
}

// viewAccess leaves users and access groups of the site. Groups that are not on record, of
// which exports seldom have any, are those that the rules name; they are called as the
// rules are.
func (w *Workspace) viewAccess(rules []ruleset.Rule) {
	names := map[string]string{"user": "User"}
	recorded := map[string]map[string]bool{}
	for _, kind := range ruleset.AccessKinds {
		key := schema.Fold(kind.Type)
		if data, path, ok, err := w.Site.Read(kind.Type); ok {
			names[key] = kind.Type
			if err == nil { // else that is reported where the file is read
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
			content, _ := json.Marshal(groups) // texts always have a form
			w.Site.Add(kind.Type, content)
		}
	}
}

// idsIn returns the folded ids in a file of entities. What is wrong with the file is
// reported where it is read.
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

// Of returns a workspace of the same rules and snapshot that is a view of a category.
func (w *Workspace) Of(c ruleset.Category) *Workspace {
	options := w.Options
	options.View = c
	return OfRules(w.Rules, Source{Snapshot: w.dir, Options: options, Progress: w.progress})
}
