package ruleset

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Filter is a resource filter (docs/language.md, section 5). It matches a resource if one of
// its items does.
type Filter struct {
	Items []FilterItem
}

// FilterItem matches the resource whose key is Text or, with Prefix, every resource whose key
// begins with Text. The key of a resource is <type>_<id>, or the id for a TransientObject,
// case-folded.
type FilterItem struct {
	// Text is case-folded; the star of a prefix is not part of it.
	Text   string
	Prefix bool
	// Range is the item's position in the filter, star included.
	Range diag.Range
}

const spaces = " \t\r\n"

// ParseFilter parses a resource filter. Items with an error are reported and
// left out.
func ParseFilter(text *diag.Text, rule diag.Rule) (Filter, diag.List) {
	p := filterParser{text: text, rule: rule}
	if strings.Trim(text.Content, spaces) == "" {
		p.report(codeNoFilter, diag.Range{End: len(text.Content)}, "the resource filter is empty",
			`Name the resources that the rule is about, such as "App_*", or "*" for all.`, nil)
		return p.filter, p.found
	}
	start := 0
	for item := range strings.SplitSeq(text.Content, ",") {
		p.item(start, item)
		start += len(item) + 1
	}
	return p.filter, p.found
}

type filterParser struct {
	text   *diag.Text
	rule   diag.Rule
	filter Filter
	found  diag.List
}

// item parses the item that starts at start, with the spaces around it.
func (p *filterParser) item(start int, padded string) {
	item := strings.Trim(padded, spaces)
	at := start + strings.Index(padded, item)
	where := diag.Range{Start: at, End: at + len(item)}
	name, prefix := strings.CutSuffix(item, "*")
	star := strings.IndexByte(name, '*')
	space := strings.IndexFunc(item, unicode.IsSpace)
	switch {
	case item == "":
		p.report(codeEmptyItem, diag.Range{Start: start, End: start + len(padded)}, "an item of the resource filter is empty",
			"Remove the comma that is too many, or name a resource between the commas.", p.withoutComma(start, len(padded)))
	case space >= 0:
		p.report(codeSpace, where, fmt.Sprintf("the filter item %q contains a space", item),
			"Separate items by commas; a type or an id has no spaces.", nil)
	case star >= 0:
		var fix *diag.Fix
		if strings.Trim(name[star:], "*") == "" {
			fix = &diag.Fix{Message: "write one star", Range: where, Replacement: name[:star] + "*"}
		}
		p.report(codeStar, where, fmt.Sprintf("the filter item %q has a star before its end", item),
			"A star matches any ending. Write one, at the end of the item.", fix)
	default:
		p.filter.Items = append(p.filter.Items, FilterItem{Text: schema.Fold(name), Prefix: prefix, Range: where})
	}
}

// withoutComma returns the fix that removes an empty item and one comma: the one before it, or
// for the first item the one after it.
func (p *filterParser) withoutComma(start, length int) *diag.Fix {
	where := diag.Range{Start: start - 1, End: start + length}
	if start == 0 {
		where = diag.Range{Start: 0, End: length + 1}
	}
	return &diag.Fix{Message: "remove the empty item", Range: where}
}

func (p *filterParser) report(code diag.Code, where diag.Range, summary, detail string, fix *diag.Fix) {
	p.found = append(p.found, diag.Diagnostic{
		Code: code, Severity: diag.Error, Summary: summary, Detail: detail,
		Rule: p.rule, Text: p.text, Subject: where, Fix: fix,
	})
}
