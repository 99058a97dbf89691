package sitegen

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// FromExport generates a site and requests for the rules of an export, which the case contains unchanged:
// entities have the ids in the filters, and the properties, attributes and strings in the conditions. It
// returns an error if the export cannot be read; it ignores rules with errors.
func FromExport(seed uint64, export []byte, size Size) (Case, error) {
	rules, list := ruleset.Decode("rules.json", export)
	if len(rules) == 0 {
		return Case{}, fmt.Errorf("the export has no rules: %+v", list)
	}
	r := rand.New(rand.NewPCG(seed, 0x68617276))
	h := &harvest{rand: r, hints: ownHints(r), schema: schema.Default()}
	for _, rule := range rules {
		h.rule(rule)
	}
	h.settle()
	w := newWorld(r, h.hints, size)
	c := Case{Rules: export, Files: w.files()}
	c.Requests, _ = w.requests(size.Requests)
	c.Coverage = Measure(rules, w.site(), c.Requests)
	return c, nil
}

// harvest collects hints from rules.
type harvest struct {
	rand   *rand.Rand
	hints  hints
	schema *schema.Schema
}

// rule collects from one rule, if it can be read.
func (h *harvest) rule(r ruleset.Rule) {
	name := diag.Rule{ID: r.ID, Name: r.Name}
	filter, list := ruleset.ParseFilter(r.Filter, name)
	node, found := condition.Parse(r.Condition, name)
	if list.HasErrors() || found.HasErrors() {
		return
	}
	for _, item := range filter.Items {
		h.filterItem(r.Filter.Content[item.Range.Start:item.Range.End])
	}
	condition.Walk(node, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Comparison:
			h.comparison(n)
		case *condition.Call:
			h.path(n.Path, nil)
		case *condition.Or, *condition.And, *condition.Not, *condition.Bool: // a connective has no values of its own
		}
		return true
	})
}

// filterItem collects ids, sections and types.
func (h *harvest) filterItem(item string) {
	name, prefix := strings.CutSuffix(item, "*")
	kind, id, whole := strings.Cut(name, "_")
	t, known := h.schema.Type(kind)
	switch {
	case strings.HasSuffix(kind, "Section") && whole, !whole && !prefix:
		h.hints.sections, h.hints.focus = append(h.hints.sections, name), append(h.hints.focus, "TransientObject")
	case known:
		h.hints.focus = append(h.hints.focus, t.Name)
		if id != "" {
			h.hints.ids[t.Name] = append(h.hints.ids[t.Name], id)
		}
	case whole:
		h.hints.types, h.hints.focus = append(h.hints.types, kind), append(h.hints.focus, kind)
		if !prefix {
			h.hints.ids[kind] = append(h.hints.ids[kind], id)
		}
	}
}

// comparison collects the strings that a property is compared with. If two properties are compared, both get
// a common string.
func (h *harvest) comparison(n *condition.Comparison) {
	left, leftIsPath := n.Left.(*condition.Path)
	right, rightIsPath := n.Right.(*condition.Path)
	switch {
	case leftIsPath && rightIsPath:
		shared := []string{pick(h.rand, plain), pick(h.rand, h.hints.words)}
		h.path(*left, shared)
		h.path(*right, shared)
	case leftIsPath:
		h.path(*left, h.examples(n.Op, n.Right.(*condition.String).Value))
	case rightIsPath:
		h.path(*right, h.examples(n.Op, n.Left.(*condition.String).Value))
	}
}

// examples returns strings for which the operator is true.
func (h *harvest) examples(op condition.Operator, text string) []string {
	switch op {
	case condition.Like:
		text = strings.NewReplacer("*", pick(h.rand, plain), "?", "x").Replace(text)
	case condition.Matches:
		if tree, err := syntax.Parse(text, syntax.Perl); err == nil {
			text = example(tree)
		}
	case condition.Equal, condition.ExactEqual, condition.NotEqual, condition.ExactNotEqual: // a string is equal to itself
	}
	return []string{text, nearMiss(h.rand, text)}
}

// example returns a string that usually matches a regular expression.
func example(tree *syntax.Regexp) string {
	var b strings.Builder
	switch tree.Op {
	case syntax.OpLiteral:
		b.WriteString(string(tree.Rune))
	case syntax.OpCharClass:
		if len(tree.Rune) > 0 {
			b.WriteRune(tree.Rune[0])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('x')
	case syntax.OpAlternate, syntax.OpPlus, syntax.OpCapture:
		b.WriteString(example(tree.Sub[0]))
	case syntax.OpRepeat:
		b.WriteString(strings.Repeat(example(tree.Sub[0]), tree.Min))
	case syntax.OpConcat:
		for _, sub := range tree.Sub {
			b.WriteString(example(sub))
		}
	}
	return b.String()
}

// path collects a name in a rule, and strings for it.
func (h *harvest) path(p condition.Path, values []string) {
	if len(p.Segments) == 0 {
		return
	}
	last := p.Segments[len(p.Segments)-1]
	key := schema.Fold(last.Name)
	switch {
	case p.Root == "user" && len(p.Segments) == 2:
		h.hints.attending = append(h.hints.attending, last.Name)
		key = "environment." + key
	case last.Custom:
		h.hints.custom = append(h.hints.custom, last.Name)
		key = "@" + key
	case p.Root == "user":
		h.hints.attributes = append(h.hints.attributes, last.Name)
	default:
		h.hints.open = append(h.hints.open, last.Name)
	}
	h.hints.values[key] = append(h.hints.values[key], values...)
}

// settle removes duplicate names. Properties that each user has are not attributes, and properties or
// relations of some type are not properties of open types.
func (h *harvest) settle() {
	taken := []string{"id", "name", "userid", "userdirectory", "roles", "resourcetype"}
	h.hints.attributes = distinct(h.hints.attributes, taken)
	for _, t := range h.schema.Types() {
		for key := range t.Properties {
			taken = append(taken, key)
		}
		for key := range t.Relations {
			taken = append(taken, key)
		}
	}
	h.hints.open = append([]string{"stream"}, distinct(h.hints.open, taken)...)
	h.hints.custom, h.hints.attending = distinct(h.hints.custom, nil), distinct(h.hints.attending, nil)
	h.hints.types = distinct(h.hints.types, []string{"qmcsection", "hubsection"})
	for kind, ids := range h.hints.ids {
		h.hints.ids[kind] = distinct(ids, nil)
	}
}

// distinct removes duplicates, ignoring case, and the names in taken.
func distinct(names, taken []string) []string {
	var left []string
	for _, name := range names {
		if key := schema.Fold(name); !slices.Contains(taken, key) {
			taken, left = append(taken, key), append(left, name)
		}
	}
	return left
}
