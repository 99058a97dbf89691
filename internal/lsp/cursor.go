package lsp

import (
	"sort"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

// cursor is the context of a position in a document.
type cursor struct {
	doc *document
	// text is the condition or filter, and at the offset in it.
	text *diag.Text
	at   int
	// filter is the filter of the rule.
	filter string
	// key is the key of the header value at the position, "" outside a header; line is the line
	// up to the position.
	key, line string
	offset    int
}

func (s *cursor) inCondition() bool { return s.text != nil && s.text.Label == "condition" }
func (s *cursor) inFilter() bool    { return s.text != nil && s.text.Label == "resourceFilter" }

// texts are the filter and the condition of a rule in a document.
type texts struct{ filter, condition *diag.Text }

// allTexts returns the texts of a document's rules, also of a .qrule file whose header is broken.
func (d *document) allTexts() []texts {
	if d.header == nil {
		var all []texts
		for i := range d.rules {
			all = append(all, texts{d.rules[i].Filter, d.rules[i].Condition})
		}
		return all
	}
	f := d.file()
	eol := qrule.LF
	if e, ok := d.header.Find("eol"); ok {
		eol = e.Value.Text
	}
	c := qrule.Condition([]byte(d.text), d.header.Body, eol)
	t := texts{f.At("resourceFilter", 0), f.Located("condition", c.Text, c.Pieces, c.At.End)}
	if e, ok := d.header.Find("filter"); ok {
		t.filter = f.Located("resourceFilter", e.Value.Text, e.Value.Pieces, e.Value.At.End)
	}
	return []texts{t}
}

// cursor returns the context of a position.
func (d *document) cursor(p position) *cursor {
	s := &cursor{doc: d, offset: d.offset(p)}
	if d.header != nil && (d.header.Body < 0 || s.offset < d.header.Body) {
		s.line = d.text[d.lines[min(p.Line, len(d.lines)-1)]:s.offset]
		if key, _, ok := strings.Cut(s.line, ":"); ok {
			s.key = key
		}
	}
	for _, t := range d.allTexts() {
		for _, text := range []*diag.Text{t.filter, t.condition} {
			if at, ok := offsetIn(text, s.offset); ok && (text.Content != "" || text.Label == "condition" && d.header != nil && s.line == "") {
				s.text, s.at, s.filter = text, at, t.filter.Content
				return s
			}
		}
	}
	return s
}

// words returns the words of the condition, the index of the one at the position or -1, and the
// number of words before the position.
func (s *cursor) words() (words []condition.Word, at, before int) {
	words = condition.Words(s.text.Content)
	at = -1
	before = sort.Search(len(words), func(i int) bool { return words[i].Range.End > s.at })
	for i, w := range words {
		inside := w.Range.Start < s.at && s.at < w.Range.End
		end := s.at == w.Range.End && (w.Kind == condition.PathWord || w.Kind == condition.OpenStringWord || w.Kind == condition.ConnectiveWord || w.Kind == condition.BoolWord)
		if inside || end {
			return words, i, i
		}
	}
	return words, at, before
}

// compared returns the path that the string at an index is compared with, and whether there is
// one.
func compared(words []condition.Word, i int) (condition.Word, bool) {
	for _, step := range []int{-1, 1} {
		op, path := i+step, i+2*step
		if path >= 0 && path < len(words) && op >= 0 && words[op].Kind == condition.OperatorWord && words[path].Kind == condition.PathWord {
			return words[path], true
		}
	}
	return condition.Word{}, false
}

// typesOf returns the types that a filter reaches: all, if it names none.
func typesOf(filter string) []*schema.Type {
	all := schema.Default().Types()
	parsed, _ := ruleset.ParseFilter(&diag.Text{Content: filter}, diag.Rule{})
	var types []*schema.Type
	for _, t := range all {
		for _, item := range parsed.Items {
			if reaches(item, t) {
				types = append(types, t)
				break
			}
		}
	}
	if len(types) == 0 {
		return all
	}
	return types
}

func reaches(item ruleset.FilterItem, t *schema.Type) bool {
	typ, _, split := strings.Cut(item.Text, "_")
	switch {
	case strings.HasPrefix(item.Text, "qmcsection_"), strings.HasPrefix(item.Text, "hubsection_"):
		return t.Transient
	case split:
		return typ == t.Key()
	}
	return item.Prefix && strings.HasPrefix(t.Key(), item.Text)
}

// follow returns the types at the end of a path, given its names without the last one.
func follow(names []condition.Segment, filter string) []*schema.Type {
	s := schema.Default()
	user, _ := s.Type("User")
	var types []*schema.Type
	switch strings.ToLower(names[0].Name) {
	case "user":
		types = []*schema.Type{user}
	case "resource":
		types = typesOf(filter)
	case "node":
		types = []*schema.Type{s.Lookup(schema.NodeType)}
	default:
		return nil
	}
	for _, name := range names[1:] {
		seen := map[string]bool{}
		var next []*schema.Type
		for _, t := range types {
			if r, ok := t.Relations[schema.Fold(name.Name)]; ok && !name.Custom && !seen[r.Target] {
				seen[r.Target] = true
				next = append(next, s.Lookup(r.Target))
			}
		}
		types = next
	}
	return types
}
