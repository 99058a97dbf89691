package sitenames

import (
	"context"
	"regexp"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Placeholders are what stands in rule files in place of ids, ${stream:Finance}, by id.
type Placeholders map[string]string

// PlaceholdersOf returns the placeholders of a site: one for each entity whose name is the
// only one of its type. Users are left out, since their names are not those of one person on
// every site, and so are the contents of apps.
func PlaceholdersOf(ctx context.Context, source Source) (Placeholders, error) {
	all := Placeholders{}
	for _, typ := range typeNames() {
		if typ == "User" || strings.HasPrefix(typ, "App.") {
			continue
		}
		names, err := source.Names(ctx, typ)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			ids, err := source.IDs(ctx, typ, name)
			if err != nil {
				return nil, err
			}
			if len(ids) == 1 && name != "" && !strings.ContainsAny(name, "\"\\}\r\n") {
				all[ids[0]] = opening + strings.ToLower(typ) + ":" + name + closing
			}
		}
	}
	return all, nil
}

// guid is an id as sites make them.
var guid = regexp.MustCompile(`[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// apart says whether a stretch of a text is not a part of a longer word.
func apart(text string, start, end int) bool {
	part := func(c byte) bool {
		return c == '-' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
	}
	return (start == 0 || !part(text[start-1])) && (end == len(text) || !part(text[end]))
}

// Put returns a rule with placeholders in place of the ids in its filter and in the texts of
// its condition, and whether there are any.
func (p Placeholders) Put(r ruleset.Rule) (ruleset.Rule, bool) {
	filter, condition := p.text(r.Filter, false), p.text(r.Condition, true)
	changed := filter != r.Filter || condition != r.Condition
	r.Filter, r.Condition = filter, condition
	return r, changed
}

func (p Placeholders) text(t *diag.Text, quoted bool) *diag.Text {
	if t == nil {
		return nil
	}
	var b strings.Builder
	at := 0
	for _, found := range guid.FindAllStringIndex(t.Content, -1) {
		start, end := found[0], found[1]
		placeholder, known := p[t.Content[start:end]]
		if !known || !apart(t.Content, start, end) || quoted && !insideQuotes(t.Content[:start]) {
			continue
		}
		b.WriteString(t.Content[at:start])
		b.WriteString(placeholder)
		at = end
	}
	if at == 0 {
		return t
	}
	b.WriteString(t.Content[at:])
	return &diag.Text{Label: t.Label, Content: b.String(), File: t.File}
}
