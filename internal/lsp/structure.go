package lsp

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// ruleSpan returns the location of a rule: from its filter or condition, whichever is first, to the
// end of the other.
func (d *document) ruleSpan(r *ruleset.Rule) span {
	if d.header != nil {
		return d.span(0, len(d.text))
	}
	start, end := r.Filter.Locate(0).Offset, r.Condition.Locate(len(r.Condition.Content)).Offset
	if end < start {
		start, end = r.Condition.Locate(0).Offset, r.Filter.Locate(len(r.Filter.Content)).Offset
	}
	return d.span(start, end)
}

func (s *server) documentSymbol(d *document, _ documentParams) (any, error) {
	symbols := []documentSymbol{}
	for i := range d.rules {
		r := &d.rules[i]
		symbols = append(symbols, documentSymbol{
			Name: nameOf(r), Detail: r.Filter.Content, Kind: symbolObject, Range: d.ruleSpan(r), SelectionRange: d.spanOf(r.Condition, diag.Range{}),
		})
	}
	return symbols, nil
}

// nameOf returns a name of a rule that is not empty, as the protocol requires.
func nameOf(r *ruleset.Rule) string {
	if r.Name == "" {
		return r.ID
	}
	return r.Name
}

func (s *server) workspaceSymbols(p symbolParams) (any, error) {
	symbols := []workspaceSymbol{}
	for _, d := range s.documents() {
		for i := range d.rules {
			if r := &d.rules[i]; strings.Contains(strings.ToLower(r.Name), strings.ToLower(p.Query)) {
				symbols = append(symbols, workspaceSymbol{nameOf(r), symbolObject, location{d.uri, d.ruleSpan(r)}})
			}
		}
	}
	return symbols, nil
}

// folding returns the ranges that an editor can collapse: the header of a .qrule file, and groups
// of a condition that span several lines.
func (s *server) folding(d *document, _ documentParams) (any, error) {
	ranges := []foldingRange{}
	fold := func(start, end int, kind string) {
		if from, to := d.position(start).Line, d.position(end).Line; from < to {
			ranges = append(ranges, foldingRange{from, to, kind})
		}
	}
	if d.header != nil && d.header.Body > 0 {
		fold(0, d.header.Body-1, "region")
	}
	for _, t := range d.allTexts() {
		var open []int
		for _, w := range condition.Words(t.condition.Content) {
			switch {
			case w.Kind == condition.OpenWord:
				open = append(open, w.Range.Start)
			case w.Kind == condition.CloseWord && len(open) > 0:
				fold(t.condition.Locate(open[len(open)-1]).Offset, t.condition.Locate(w.Range.Start).Offset, "")
				open = open[:len(open)-1]
			}
		}
	}
	return ranges, nil
}

// selection expands a selection from a word to the groups around it, the condition and the file.
func (s *server) selection(d *document, p selectionParams) (any, error) {
	all := []selectionRange{}
	for _, at := range p.Positions {
		all = append(all, *d.around(at))
	}
	return all, nil
}

func (d *document) around(p position) *selectionRange {
	result := &selectionRange{Range: d.span(0, len(d.text))}
	at := d.cursor(p)
	if at.text == nil {
		return result
	}
	inner := func(r diag.Range) {
		next := d.spanOf(at.text, r)
		if next != result.Range {
			result = &selectionRange{Range: next, Parent: result}
		}
	}
	inner(diag.Range{End: len(at.text.Content)})
	if !at.inCondition() {
		return result
	}
	if tree, list := condition.Parse(at.text, diag.Rule{}); !list.HasErrors() {
		condition.Walk(tree, func(n condition.Node) bool {
			inside := n.Span().Start <= at.at && at.at <= n.Span().End
			if inside {
				inner(n.Span())
			}
			return inside
		})
	}
	for _, w := range condition.Words(at.text.Content) {
		if w.Range.Start <= at.at && at.at <= w.Range.End {
			inner(w.Range)
			break
		}
	}
	return result
}

// inlayHints shows the names of ids in conditions and filters, and marks lists that are compared
// with !=.
func (s *server) inlayHints(d *document, p rangeParams) (any, error) {
	hints := []inlayHint{}
	if s.site == nil {
		return hints, nil
	}
	start, end := d.offset(p.Range.Start), d.offset(p.Range.End)
	hint := func(t *diag.Text, at int, label string) {
		if o := t.Locate(at).Offset; label != "" && start <= o && o <= end {
			hints = append(hints, inlayHint{d.position(o), label, true})
		}
	}
	for _, t := range d.allTexts() {
		from := 0
		for item := range strings.SplitSeq(t.filter.Content, ",") {
			if _, id, ok := strings.Cut(strings.TrimSpace(item), "_"); ok {
				hint(t.filter, from+len(strings.TrimRight(item, " ")), s.site.named(id))
			}
			from += len(item) + 1
		}
		words := condition.Words(t.condition.Content)
		for i, w := range words {
			switch {
			case w.Kind == condition.StringWord:
				hint(t.condition, w.Range.End, s.site.named(condition.Unquote(w.Text)))
			case isInequality(w) && i > 0 && isList(words[i-1], t.filter.Content):
				hint(t.condition, words[i-1].Range.End, "⟨list⟩")
			}
		}
	}
	return hints, nil
}

func isInequality(w condition.Word) bool {
	o, ok := condition.OperatorNamed(w.Text)
	return ok && w.Kind == condition.OperatorWord && o.Inequality()
}

// isList reports whether a path may have several values.
func isList(w condition.Word, filter string) bool {
	names := condition.SplitPath(w)
	last := names[len(names)-1]
	if w.Kind != condition.PathWord || len(names) < 2 {
		return false
	}
	key := schema.Fold(last.Name)
	for _, t := range follow(names[:len(names)-1], filter) {
		p, known := t.Properties[key]
		_, relation := t.Relations[key]
		if last.Custom && t.Custom || known && p.Many || t.Attributes && !known && !relation && key != "id" && key != "name" && !last.Custom {
			return true
		}
	}
	return false
}

// tokenTypes are the types of semantic tokens; the server sends their indexes.
var tokenTypes = []string{"keyword", "variable", "property", "decorator", "function", "string", "operator"}

const (
	tokenKeyword = iota
	tokenRoot
	tokenProperty
	tokenCustom
	tokenFunction
	tokenString
	tokenOperator
)

// semanticTokens returns the tokens of conditions for syntax highlighting.
func (s *server) semanticTokens(d *document, _ documentParams) (any, error) {
	b := &tokenBuilder{doc: d, data: []int{}}
	for _, t := range d.allTexts() {
		words := condition.Words(t.condition.Content)
		for i, w := range words {
			switch w.Kind {
			case condition.ConnectiveWord, condition.BoolWord:
				b.add(t.condition, w.Range, tokenKeyword)
			case condition.StringWord, condition.OpenStringWord:
				b.add(t.condition, w.Range, tokenString)
			case condition.OperatorWord, condition.NotWord:
				b.add(t.condition, w.Range, tokenOperator)
			case condition.PathWord:
				called := i+1 < len(words) && words[i+1].Kind == condition.OpenWord
				b.path(t.condition, condition.SplitPath(w), called)
			case condition.OpenWord, condition.CloseWord, condition.OtherWord:
			}
		}
	}
	return map[string]any{"data": b.data}, nil
}

// tokenBuilder encodes tokens relative to each other.
type tokenBuilder struct {
	doc  *document
	last position
	data []int
}

func (b *tokenBuilder) path(text *diag.Text, names []condition.Segment, called bool) {
	for i, name := range names {
		kind := tokenProperty
		switch {
		case i == 0:
			kind = tokenRoot
		case name.Custom:
			kind = tokenCustom
		case called && i == len(names)-1:
			kind = tokenFunction
		}
		b.add(text, name.Range, kind)
	}
}

// add adds a token. It ignores a token that spans lines: the editor's grammar highlights it.
func (b *tokenBuilder) add(text *diag.Text, at diag.Range, kind int) {
	where := b.doc.spanOf(text, at)
	if where.Start.Line != where.End.Line || where.Start == where.End {
		return
	}
	line, character := where.Start.Line-b.last.Line, where.Start.Character
	if line == 0 {
		character -= b.last.Character
	}
	if line < 0 || line == 0 && character < 0 {
		return // an export with the condition before the filter is valid too
	}
	b.data = append(b.data, line, character, where.End.Character-where.Start.Character, kind, 0)
	b.last = where.Start
}
