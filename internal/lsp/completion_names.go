package lsp

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/lint"
)

// placeholder proposes the content of the braces of ${TYPE:NAME}, which rule files use in place
// of ids, and reports whether the position is inside such braces.
func (c *completer) placeholder(s *server) bool {
	before := c.text.Content[:c.at]
	start := strings.LastIndex(before, "${")
	if start < 0 || strings.ContainsAny(before[start:], "}\"") || c.doc.header == nil {
		return false
	}
	c.from(start)
	closing := "}"
	if strings.HasPrefix(c.text.Content[c.at:], closing) {
		closing = ""
	}
	if kind, _, named := strings.Cut(before[start+2:], ":"); named {
		c.namesOf(s, kind, closing)
		return true
	}
	for _, t := range schema.Default().Types() {
		if n := len(c.site.records[t.Key()]); !t.Transient && (n > 0 || c.site.source() == nil) {
			c.add(kindEnum, "${"+strings.ToLower(t.Name[:1])+t.Name[1:]+":", onRecord(n, t.Name), "")
		}
	}
	for _, value := range s.valuesInUse() {
		c.add(kindValue, "${"+value+closing, "a value that sites.yaml sets", "")
	}
	return true
}

// namesOf proposes the names of existing entities of a type. A name that two entities have
// identifies neither.
func (c *completer) namesOf(s *server, kind, closing string) {
	typ, known := schema.Default().Type(kind)
	source := c.site.source()
	if !known || source == nil {
		return
	}
	all, err := source.Names(s.ctx, typ.Name)
	if err != nil {
		return // check reports the errors of the snapshot
	}
	for _, name := range all {
		if ids, err := source.IDs(s.ctx, typ.Name, name); err == nil && len(ids) == 1 && !strings.ContainsAny(name, "}\"\\\n") {
			c.limited(completionItem{Label: "${" + kind + ":" + name + closing, Kind: kindValue, Detail: ids[0]})
		}
	}
}

var valueInUse = regexp.MustCompile(`\$\{([^{}:"\s]+)\}`)

// valuesInUse returns the names of site values that rules of the directory use.
func (s *server) valuesInUse() []string {
	used := map[string]bool{}
	for _, d := range s.documents() {
		for _, found := range valueInUse.FindAllStringSubmatch(d.text, -1) {
			used[found[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(used))
}

// limited adds an item, unless there are too many.
func (c *completer) limited(item completionItem) {
	if len(c.items) >= maxValues {
		c.incomplete = true
		return
	}
	c.item(item, item.Label)
}

// ids proposes the ids of existing targets of a path, by name, and reports whether the path
// ends in an id.
func (c *completer) ids(path condition.Word, quoted bool) bool {
	names := condition.SplitPath(path)
	last := names[len(names)-1]
	if len(names) < 2 || last.Custom || schema.Fold(last.Name) != "id" {
		return false
	}
	for _, t := range follow(names[:len(names)-1], c.filter) {
		records := c.site.records[t.Key()]
		for _, key := range slices.SortedFunc(maps.Keys(records), func(a, b string) int {
			return strings.Compare(records[a].Scalars["name"]+a, records[b].Scalars["name"]+b)
		}) {
			e := records[key]
			id, label := condition.Quote(e.ID), e.Scalars["name"]
			if !quoted {
				id = e.ID
			}
			if label == "" {
				label = e.ID
			}
			c.limited(completionItem{Label: label, Kind: kindValue, Detail: t.Name + " " + e.ID, FilterText: id + " " + label, TextEdit: &textEdit{NewText: id}})
		}
	}
	return true
}

// roles proposes Qlik's administrator roles that no user of the site has.
func (c *completer) roles(path condition.Word, known map[string]int, quoted bool) {
	if !strings.EqualFold(path.Text, "user.roles") {
		return
	}
	for _, role := range lint.AdminRoles() {
		if _, there := known[role]; !there {
			if quoted {
				role = condition.Quote(role)
			}
			c.add(kindValue, role, "administrator role", "")
		}
	}
}
