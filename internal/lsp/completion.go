package lsp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

// maxValues is the maximum number of existing values in a list.
const maxValues = 200

// completer collects the items for one position.
type completer struct {
	*cursor
	site  *site
	items []completionItem
	// start is the offset of the text that an item replaces.
	start      int
	incomplete bool
}

func (s *server) completion(d *document, p positionParams) (any, error) {
	c := &completer{cursor: d.cursor(p.Position), site: s.site, items: []completionItem{}}
	if c.site == nil {
		c.site = &site{}
	}
	c.start = c.offset
	switch {
	case c.text != nil && c.placeholder(s):
	case c.inCondition():
		c.condition()
	case c.inFilter() || c.key == "filter":
		c.filterItems()
	case c.key != "":
		c.headerValues()
	case d.header != nil && d.header.Body < 0 || d.header != nil && c.offset < d.header.Body:
		c.headerKeys()
	}
	return completionList{IsIncomplete: c.incomplete, Items: c.items}, nil
}

// add adds an item that replaces the text from the start to the position.
func (c *completer) add(kind int, word, detail, doc string) {
	item := completionItem{Label: word, Kind: kind, Detail: detail}
	if doc != "" {
		item.Documentation = &markup{"markdown", doc}
	}
	c.item(item, word)
}

// item adds an item that replaces the typed text: by its edit or, without one, by a word.
func (c *completer) item(item completionItem, word string) {
	if item.TextEdit != nil {
		word = item.TextEdit.NewText
	}
	if item.FilterText == "" {
		item.FilterText = word
	}
	if c.text != nil {
		word = c.doc.written(c.text, word)
	}
	item.SortText = fmt.Sprintf("%04d", len(c.items))
	item.TextEdit = &textEdit{c.doc.span(c.start, c.offset), word}
	c.items = append(c.items, item)
}

// from makes items replace the text from an offset of the condition or filter.
func (c *completer) from(at int) { c.start = c.text.Locate(at).Offset }

func (c *completer) entries(kind int, entries []condition.Entry) {
	for _, e := range entries {
		c.add(kind, e.Word, "", e.Summary)
	}
}

func (c *completer) condition() {
	words, at, before := c.words()
	if at >= 0 {
		w := words[at]
		switch w.Kind {
		case condition.StringWord, condition.OpenStringWord:
			c.from(w.Range.Start + 1)
			c.inString(words, at)
			return
		case condition.PathWord, condition.ConnectiveWord, condition.BoolWord:
			c.word(words, at)
			return
		case condition.OperatorWord, condition.NotWord, condition.OpenWord, condition.CloseWord, condition.OtherWord:
		}
	}
	c.next(words[:before])
}

// word completes an incomplete word.
func (c *completer) word(words []condition.Word, i int) {
	typed := words[i]
	typed.Text = typed.Text[:c.at-typed.Range.Start]
	names := condition.SplitPath(typed)
	last := names[len(names)-1]
	c.from(last.Range.Start)
	if len(names) == 1 {
		c.next(words[:i])
		return
	}
	c.names(names[:len(names)-1])
}

// next proposes what may follow some words.
func (c *completer) next(before []condition.Word) {
	vocabulary := condition.Language()
	n := len(before)
	if n == 0 {
		c.operand(vocabulary)
		return
	}
	switch last := before[n-1]; last.Kind {
	case condition.PathWord, condition.StringWord, condition.OpenStringWord:
		if n > 1 && before[n-2].Kind == condition.OperatorWord {
			c.entries(kindKeyword, vocabulary.Connectives)
			return
		}
		c.entries(kindOperator, vocabulary.Operators)
	case condition.BoolWord, condition.CloseWord:
		c.entries(kindKeyword, vocabulary.Connectives)
	case condition.OperatorWord:
		if n > 1 && before[n-2].Kind == condition.PathWord {
			c.values(before[n-2], true)
		}
		c.entries(kindKeyword, vocabulary.Roots)
	case condition.ConnectiveWord, condition.NotWord, condition.OpenWord, condition.OtherWord:
		if n > 1 && last.Kind == condition.OpenWord && before[n-2].Kind == condition.PathWord {
			if isHasPrivilege(before[n-2]) { // other functions have no argument
				c.actions(true)
			}
			return
		}
		c.operand(vocabulary)
	}
}

func (c *completer) operand(v condition.Vocabulary) {
	c.entries(kindKeyword, v.Roots)
	c.entries(kindKeyword, v.Constants)
}

func isHasPrivilege(w condition.Word) bool {
	names := condition.SplitPath(w)
	f, ok := condition.FunctionNamed(names[len(names)-1].Name)
	return w.Kind == condition.PathWord && ok && f.Privilege()
}

// inString proposes what a string may contain.
func (c *completer) inString(words []condition.Word, i int) {
	if i > 1 && words[i-1].Kind == condition.OpenWord && isHasPrivilege(words[i-2]) {
		c.actions(false)
		return
	}
	if path, ok := compared(words, i); ok {
		c.values(path, false)
	}
}

func (c *completer) actions(quoted bool) {
	for _, a := range ruleset.AllActions {
		name := a.Name()
		if quoted {
			name = condition.Quote(name)
		}
		c.add(kindEnum, name, "", "")
	}
}

// names proposes what may follow a dot.
func (c *completer) names(parents []condition.Segment) {
	root := strings.ToLower(parents[0].Name)
	types := follow(parents, c.filter)
	seen := map[string]bool{}
	offer := func(kind int, name, detail string) {
		if !seen[schema.Fold(name)] {
			seen[schema.Fold(name)] = true
			c.add(kind, name, detail, "")
		}
	}
	onRoot := len(parents) == 1
	if root == "user" && !onRoot {
		if len(parents) == 2 && strings.EqualFold(parents[1].Name, "environment") {
			for _, name := range resolve.DocumentedSession() {
				offer(kindField, name, "session attribute")
			}
		}
		return
	}
	if len(types) == 0 {
		return
	}
	for _, name := range []string{"id", "name"} {
		offer(kindField, name, "text")
	}
	if root == "resource" && onRoot {
		offer(kindField, "resourcetype", "text")
	}
	for _, t := range types {
		for _, key := range slices.Sorted(maps.Keys(t.Relations)) {
			offer(kindProperty, t.Relations[key].Name, "→ "+t.Relations[key].Target)
		}
		for _, key := range slices.Sorted(maps.Keys(t.Properties)) {
			offer(kindField, t.Properties[key].Name, propertyForm(t.Properties[key]))
		}
		if t.Attributes {
			for _, name := range c.site.attributes() {
				offer(kindField, name, "attribute of the directory")
			}
		}
		if t.Custom {
			for _, key := range slices.Sorted(maps.Keys(c.site.custom[t.Key()])) {
				offer(kindField, "@"+c.site.custom[t.Key()][key], "custom property")
			}
		}
	}
	if root == "user" && onRoot {
		offer(kindField, "environment", "what the session sends")
	}
	for _, f := range condition.Language().Functions {
		if kind, ok := condition.FunctionNamed(f.Word); ok && follows(kind, root, onRoot) {
			c.add(kindFunction, f.Word, "function", f.Summary)
		}
	}
}

// follows reports whether a function may follow a path with the root: rights on the user make
// no sense.
func follows(f condition.Function, root string, onRoot bool) bool {
	if f.Root() != "" {
		return f.Root() == root && onRoot
	}
	return root != "user" || !f.Privilege()
}

func propertyForm(p schema.Property) string {
	if p.Many {
		return "list of texts"
	}
	return "text"
}

// valuesOf returns the existing values of a path and the number of entities with each.
func valuesOf(site *site, path condition.Word, filter string) (map[string]int, string) {
	names := condition.SplitPath(path)
	last := names[len(names)-1]
	key := schema.Fold(last.Name)
	if last.Custom {
		key = "@" + key
	}
	all, noun := map[string]int{}, ""
	if len(names) < 2 {
		return all, noun
	}
	for _, t := range follow(names[:len(names)-1], filter) {
		if key == "resourcetype" {
			all[t.Name] = len(site.records[t.Key()])
			continue
		}
		for value, n := range site.values[t.Key()][key] {
			all[value] += n
			noun = t.Name
		}
	}
	return all, noun
}

// values proposes the existing values of a path, the most frequent first.
func (c *completer) values(path condition.Word, quoted bool) {
	if c.ids(path, quoted) {
		return
	}
	counts, noun := valuesOf(c.site, path, c.filter)
	values := slices.Collect(maps.Keys(counts))
	slices.SortFunc(values, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	if len(values) > maxValues {
		values, c.incomplete = values[:maxValues], true
	}
	for _, v := range values {
		text := condition.Quote(v)
		if !quoted {
			text = text[1 : len(text)-1]
		}
		c.add(kindValue, text, onRecord(counts[v], noun), "")
	}
	c.roles(path, counts, quoted)
}

func onRecord(n int, noun string) string {
	if noun == "" || n == 0 {
		return ""
	}
	return counted(int64(n), strings.ToLower(noun))
}

// filterItems proposes items of a filter.
func (c *completer) filterItems() {
	typed := c.line
	if c.text != nil {
		typed = c.text.Content[:c.at]
	}
	c.start = c.offset - len(typed) + strings.LastIndexAny(typed, ",: ") + 1
	for _, t := range schema.Default().Types() {
		if !t.Transient {
			c.add(kindEnum, t.Name+"_*", onRecord(len(c.site.records[t.Key()]), t.Name), "")
		}
	}
	c.add(kindEnum, "*", "every resource", "")
	for _, t := range schema.Default().Types() {
		if !t.Transient && !strings.Contains(t.Name, ".") {
			c.add(kindEnum, "QmcSection_"+t.Name, "section of the QMC", "")
		}
	}
}

func (c *completer) headerKeys() {
	c.start = c.offset - len(c.line)
	for _, key := range qrule.Keys {
		if _, there := c.doc.header.Find(key); !there {
			c.add(kindProperty, key+": ", "", "")
		}
	}
}

// headerWords are the allowed values of the keys with a fixed set of values.
var headerWords = map[string][]string{
	"context": {"both", "hub", "qmc"}, "type": {"custom", "default", "readonly"}, "category": {"security", "license", "sync"},
	"disabled": {"true", "false"}, "eol": {qrule.LF, qrule.CRLF, qrule.Keep},
}

func (c *completer) headerValues() {
	c.start = c.offset - len(c.line) + strings.LastIndexAny(c.line, ",: [") + 1
	words := headerWords[c.key]
	if c.key == "actions" {
		for _, a := range ruleset.AllActions {
			words = append(words, a.Name())
		}
		words = append(words, "all")
	}
	for _, w := range words {
		c.add(kindEnum, w, "", "")
	}
}
