// Package format formats conditions, filters and the headers of .qrule files, for the command
// fmt and for editors.
//
// [File] formats the rules of a file and changes nothing else in it: in an export, only the
// strings of conditions and filters. A rule keeps its meaning. This is checked for every rule,
// by comparing the tree and the predicate of every type scope before and after; if they differ,
// the rule is left unchanged and a bug of this program is reported.
//
// Rules with errors are left unchanged, and the errors are returned.
package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Options are formatting options.
type Options struct {
	// Schema defines the spelling of names; nil means the default schema.
	Schema *schema.Schema
	// KeepParentheses keeps the parentheses as written. The QMC's Basic view only displays
	// conditions with the parentheses that it writes itself.
	KeepParentheses bool
}

// Rule returns the formatted filter and condition of a rule. If the list has errors, they are
// unchanged.
func Rule(r *ruleset.Rule, o Options) (filter, condition string, list diag.List) {
	if o.Schema == nil {
		o.Schema = schema.Default()
	}
	filter, condition = r.Filter.Content, r.Condition.Content
	before, list := read(r)
	if list.HasErrors() {
		return filter, condition, list
	}
	newFilter := formatFilter(r.Filter.Content, before.Filter)
	newCondition := formatCondition(condition, before.Tree, o)
	if newFilter == filter && newCondition == condition {
		return filter, condition, nil
	}
	if err := sameMeaning(before, newFilter, newCondition, o); err != nil {
		return filter, condition, diag.List{{
			Code: codeMeaning, Severity: diag.Error, Rule: before.Ref(), Text: r.Condition, Subject: diag.Range{End: len(condition)},
			Summary: fmt.Sprintf("the rule is not formatted: %s", err),
			Detail:  "This is a bug in qlik2rego. The rule is not changed. Please report this, with the rule.",
		}}
	}
	return newFilter, newCondition, nil
}

var codeMeaning = diag.Register("Q0119", diag.Error, "formatting would change the meaning of a rule")

// read parses the filter and the condition of a rule.
func read(r *ruleset.Rule) (*resolve.Rule, diag.List) {
	ref := diag.Rule{ID: r.ID, Name: r.Name}
	filter, list := ruleset.ParseFilter(r.Filter, ref)
	tree, more := condition.Parse(r.Condition, ref)
	return &resolve.Rule{Rule: *r, Filter: filter, Tree: tree}, append(list, more...)
}

// formatFilter returns a filter with one space after each comma.
func formatFilter(text string, f ruleset.Filter) string {
	var items []string
	for _, item := range f.Items {
		items = append(items, text[item.Range.Start:item.Range.End])
	}
	return strings.Join(items, ", ")
}

// formatCondition returns a condition in the layout of package condition. An empty condition,
// which is true, stays empty.
func formatCondition(text string, tree condition.Node, o Options) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	layout := condition.Layout{}
	if o.KeepParentheses {
		layout.Parentheses = condition.WrittenParentheses(text)
	}
	return condition.Format(spelled(tree, spellings(o.Schema), !o.KeepParentheses), layout)
}

// sameMeaning returns an error if the new filter and condition do not mean the same as those of
// the rule.
func sameMeaning(before *resolve.Rule, filter, text string, o Options) error {
	changed := before.Rule
	changed.Filter = &diag.Text{Label: "resourceFilter", Content: filter}
	changed.Condition = &diag.Text{Label: "condition", Content: text}
	after, list := read(&changed)
	if list.HasErrors() {
		return fmt.Errorf("its texts would have errors: %s", list[0].Summary)
	}
	names := spellings(o.Schema)
	if !condition.Same(spelled(before.Tree, names, true), spelled(after.Tree, names, true)) {
		return fmt.Errorf("its condition would be another")
	}
	if !slices.Equal(predicates(before, o), predicates(after, o)) {
		return fmt.Errorf("its condition would mean something else")
	}
	return nil
}

// predicates returns the keys of the predicates of a rule in each type scope, whether or not
// the rule is disabled and whatever its category.
func predicates(r *resolve.Rule, o Options) []string {
	enabled := *r
	enabled.Disabled, enabled.Category = false, ruleset.Security
	program, _ := resolve.Resolve([]*resolve.Rule{&enabled}, resolve.Options{Schema: o.Schema})
	var keys []string
	for _, c := range program.Classes {
		for _, s := range c.Rules {
			keys = append(keys, c.Key+" "+s.Predicate.Key())
		}
	}
	return keys
}
