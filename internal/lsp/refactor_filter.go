package lsp

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
)

// maxTypes is the maximum number of types in a narrowed filter: a longer filter is not useful.
const maxTypes = 12

// narrowed offers a filter without the types for which the condition is false.
func (o *offer) narrowed() {
	text := o.rule.Filter
	whole := diag.Range{End: len(text.Content)}
	if !o.touches(text, whole) || slices.ContainsFunc(o.filter.Items, func(i ruleset.FilterItem) bool { return !i.Prefix || strings.Contains(i.Text, "_") }) {
		return // it already names single entities or types
	}
	scopes := resolve.Scopes([]*resolve.Rule{{Rule: *o.rule, Filter: o.filter, Tree: o.tree}}, resolve.Options{Schema: schema.Default()})[0]
	left := map[string]bool{}
	for _, s := range scopes {
		switch {
		case ir.IsFalse(s.Condition):
		case s.Named:
			left[s.Type.Name+"_*"] = true
		default:
			return // it may be true for types that no rule names
		}
	}
	if len(left) == 0 || len(left) > maxTypes {
		return
	}
	by := strings.Join(slices.Sorted(maps.Keys(left)), ", ")
	o.replace("narrow the filter to "+by+": the condition is false for all other types", text, whole, by)
}

// split offers to replace a rule by one for each item of the filter. Rights add up, so that these rules together
// grant the same.
func (o *offer) split() {
	text := o.rule.Filter
	items := o.filter.Items
	if o.doc.header == nil || !o.createsFiles || len(items) < 2 || !o.touches(text, diag.Range{End: len(text.Content)}) {
		return
	}
	written := func(i ruleset.FilterItem) string { return text.Content[i.Range.Start:i.Range.End] }
	first := textEdit{o.doc.spanOf(text, diag.Range{End: len(text.Content)}), o.doc.written(text, written(items[0]))}
	steps := []any{editOf(o.doc.uri, &o.doc.version, first)}
	taken := map[string]bool{}
	for _, item := range items[1:] {
		r := *o.rule
		r.ID, r.Derived = "", true // a rule without an id is created
		r.Name = fmt.Sprintf("%s (%s)", r.Name, strings.TrimSuffix(strings.TrimSuffix(written(item), "*"), "_"))
		r.Filter = &diag.Text{Label: text.Label, Content: written(item)}
		uri := o.free(rulefiles.Slug(r.Name), taken)
		steps = append(steps, createFile{"create", uri}, editOf(uri, nil, textEdit{NewText: string(r.Format())}))
	}
	o.actions = append(o.actions, codeAction{
		Title: fmt.Sprintf("split the rule into %d, one for each item of the filter", len(items)), Kind: rewrite,
		Edit: &workspaceEdit{DocumentChanges: steps},
	})
}

// free returns the URI of an unused file in the directory of the rule's file.
func (o *offer) free(slug string, taken map[string]bool) string {
	dir := o.doc.uri[:strings.LastIndexByte(o.doc.uri, '/')+1]
	for i := 1; ; i++ {
		name := slug
		if i > 1 {
			name = fmt.Sprintf("%s-%d", slug, i)
		}
		uri := dir + path.Base(name) + qrule.Extension
		if o.docs[uri] == nil && o.closed[uri] == nil && !taken[uri] {
			taken[uri] = true
			return uri
		}
	}
}
