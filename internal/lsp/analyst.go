package lsp

import (
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Analyst answers an editor's requests about a rule that is not in a file, such as a draft in a
// browser. It knows the entities of the site. It is safe for concurrent use.
type Analyst struct{ site *site }

// NewAnalyst reads the snapshot of a directory; "" is none.
func NewAnalyst(snapshot string) *Analyst { return &Analyst{openSite("", snapshot)} }

// Completion is a proposed text for a position: it replaces the text between Start, a byte
// offset of the condition or filter, and the position.
type Completion struct {
	Label  string `json:"label"`
	Detail string `json:"detail,omitempty"`
	Doc    string `json:"doc,omitempty"`
	Kind   string `json:"kind"`
	Start  int    `json:"start"`
	Text   string `json:"text"`
}

var kindNames = map[int]string{
	kindFunction: "function", kindField: "property", kindEnum: "enum", kindKeyword: "keyword", kindValue: "constant",
	kindOperator: "operator", kindProperty: "relation",
}

// Complete returns the completions at a byte offset of a rule's condition, and whether there
// are more.
func (a *Analyst) Complete(r *ruleset.Rule, at int) ([]Completion, bool) {
	d := newDocument("file:///draft.qrule", string(r.Format()), 0, true)
	all := d.allTexts()
	if len(all) == 0 || all[0].condition == nil {
		return nil, false
	}
	text := all[0].condition
	at = min(max(at, 0), len(text.Content))
	s := &cursor{doc: d, text: text, at: at, filter: r.Filter.Content, offset: text.Locate(at).Offset}
	c := &completer{cursor: s, site: a.site, items: []completionItem{}, start: s.offset}
	c.condition()
	list := make([]Completion, len(c.items))
	for i, item := range c.items {
		start := at
		if from, ok := offsetIn(text, d.offset(item.TextEdit.Range.Start)); ok {
			start = from
		}
		list[i] = Completion{Label: item.Label, Detail: item.Detail, Kind: kindNames[item.Kind], Start: start, Text: item.TextEdit.NewText}
		if item.Documentation != nil {
			list[i].Doc = item.Documentation.Value
		}
	}
	return list, c.incomplete
}

// Check returns the findings about a rule on its own.
func Check(r *ruleset.Rule) diag.List { return check(r) }

// Count returns the number of existing entities of a type.
func (a *Analyst) Count(typeKey string) int { return len(a.site.records[typeKey]) }
