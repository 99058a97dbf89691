package lsp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func (s *server) hover(d *document, p positionParams) (any, error) {
	at := d.cursor(p.Position)
	site := s.site
	if site == nil {
		site = openSite("", "")
	}
	switch {
	case at.inCondition():
		return at.hoverCondition(site)
	case at.inFilter():
		return at.hoverFilter(site)
	}
	return nil, nil
}

func (s *cursor) shown(text string, at diag.Range) (any, error) {
	if text == "" {
		return nil, nil
	}
	return hover{markup{"markdown", text}, s.doc.spanOf(s.text, at)}, nil
}

func (s *cursor) hoverCondition(site *site) (any, error) {
	words := condition.Words(s.text.Content)
	i := slices.IndexFunc(words, func(w condition.Word) bool { return w.Range.Start <= s.at && s.at < w.Range.End })
	if i < 0 {
		return nil, nil
	}
	w := words[i]
	v := condition.Language()
	switch w.Kind {
	case condition.StringWord:
		return s.shown(s.describeString(site, words, i), w.Range)
	case condition.PathWord:
		for _, name := range condition.SplitPath(w) {
			if name.Range.Start <= s.at && s.at <= name.Range.End {
				return s.shown(s.describeName(site, w, name), name.Range)
			}
		}
	case condition.ConnectiveWord, condition.BoolWord, condition.OperatorWord:
		return s.shown(describe(slices.Concat(v.Connectives, v.Constants, v.Operators), w.Text), w.Range)
	case condition.OpenStringWord, condition.NotWord, condition.OpenWord, condition.CloseWord, condition.OtherWord:
	}
	return nil, nil
}

// describe returns the description of a word of the language, or "" for an unknown word.
func describe(entries []condition.Entry, word string) string {
	for _, e := range entries {
		if strings.EqualFold(e.Word, word) {
			return fmt.Sprintf("`%s` %s\n\n```qlik\n%s\n```", e.Word, e.Summary, e.Example)
		}
	}
	return ""
}

// describeString describes a string: how many users or resources have the value, or which entity
// the id identifies.
func (s *cursor) describeString(site *site, words []condition.Word, i int) string {
	value := condition.Unquote(words[i].Text)
	if name := site.named(value); name != "" {
		return name
	}
	path, ok := compared(words, i)
	if !ok {
		return ""
	}
	counts, noun := valuesOf(site, path, s.filter)
	total := 0
	for v, n := range counts {
		if strings.EqualFold(v, value) {
			total += n
		}
	}
	if noun == "" {
		return ""
	}
	if total == 0 {
		return fmt.Sprintf("%s is not on record for `%s`", jsonQuote(value), path.Text)
	}
	return fmt.Sprintf("%s: %s", jsonQuote(value), onRecord(total, noun))
}

// describeName describes a name in a path.
func (s *cursor) describeName(site *site, path condition.Word, name condition.Segment) string {
	v := condition.Language()
	var parents []condition.Segment
	for _, n := range condition.SplitPath(path) {
		if n.Range.Start < name.Range.Start {
			parents = append(parents, n)
		}
	}
	if len(parents) == 0 {
		return describe(v.Roots, name.Name)
	}
	if text := describe(v.Functions, name.Name); text != "" && !name.Custom {
		return text
	}
	types := follow(parents, s.filter)
	key := schema.Fold(name.Name)
	var with []string
	form := ""
	for _, t := range types {
		if f := formOf(site, t, key, name.Custom); f != "" {
			with, form = append(with, t.Name), f
		}
	}
	label := name.Name
	if name.Custom {
		label = "@" + label
	}
	if len(with) == 0 {
		return fmt.Sprintf("`%s`: no type of the filter has it", label)
	}
	if len(with) > 8 {
		with = append(with[:8], "…")
	}
	return fmt.Sprintf("`%s`: %s\n\nof %s", label, form, strings.Join(with, ", "))
}

// formOf describes the property of a type, or returns "" if the type does not have it.
func formOf(site *site, t *schema.Type, key string, custom bool) string {
	if custom {
		if !t.Custom {
			return ""
		}
		if known := site.custom[t.Key()]; site.dir != "" && known[key] == "" {
			return "custom property that is not on record, list of texts"
		}
		return "custom property, list of texts"
	}
	if r, ok := t.Relations[key]; ok {
		return "leads to " + r.Target
	}
	if p, ok := t.Properties[key]; ok {
		return propertyForm(p)
	}
	switch {
	case key == "id", key == "name", key == "resourcetype":
		return "text"
	case t.Attributes:
		return "attribute of the directory, list of texts"
	}
	return ""
}

// hoverFilter describes how many resources an item of a filter selects.
func (s *cursor) hoverFilter(site *site) (any, error) {
	start := strings.LastIndexByte(s.text.Content[:s.at], ',') + 1
	end := len(s.text.Content)
	if i := strings.IndexByte(s.text.Content[s.at:], ','); i >= 0 {
		end = s.at + i
	}
	item := s.text.Content[start:end]
	if _, id, ok := strings.Cut(strings.TrimSpace(item), "_"); ok && site.named(id) != "" {
		return s.shown(site.named(id), diag.Range{Start: start, End: end})
	}
	var lines []string
	for _, t := range typesOf(item) {
		if n := len(site.records[t.Key()]); n > 0 {
			lines = append(lines, fmt.Sprintf("- %s: %d on record", t.Name, n))
		} else if len(typesOf(item)) < 8 {
			lines = append(lines, "- "+t.Name)
		}
	}
	return s.shown(strings.Join(lines, "\n"), diag.Range{Start: start, End: end})
}
