package lint

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

const spaces = " \t\r\n"

// outer returns the range of an operand including the parentheses around it.
func (r *Rule) outer(n condition.Node) diag.Range {
	text, at := r.Text(), n.Span()
	for {
		before := strings.TrimRight(text[:at.Start], spaces)
		after := strings.TrimLeft(text[at.End:], spaces)
		if !strings.HasSuffix(before, "(") || !strings.HasPrefix(after, ")") {
			return at
		}
		at = diag.Range{Start: len(before) - 1, End: len(text) - len(after) + 1}
	}
}

// without returns the range to delete to remove an operand of a chain, with one connective.
func (r *Rule) without(operands []condition.Node, i int) diag.Range {
	if i == 0 {
		return diag.Range{Start: r.outer(operands[0]).Start, End: r.outer(operands[1]).Start}
	}
	return diag.Range{Start: r.outer(operands[i-1]).End, End: r.outer(operands[i]).End}
}

// chains calls f for every and and or of the condition.
func (r *Rule) chains(f func(n condition.Node, operands []condition.Node, and bool)) {
	condition.Walk(r.Tree, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.And:
			f(n, n.Operands, true)
		case *condition.Or:
			f(n, n.Operands, false)
		case *condition.Not, *condition.Bool, *condition.Comparison, *condition.Call:
		}
		return true
	})
}

// comparisons calls f for every comparison of the condition.
func (r *Rule) comparisons(f func(*condition.Comparison)) {
	condition.Walk(r.Tree, func(n condition.Node) bool {
		if c, ok := n.(*condition.Comparison); ok {
			f(c)
		}
		return true
	})
}

// paths calls f for every path of the condition, with the node that contains it.
func (r *Rule) paths(f func(*condition.Path, condition.Node)) {
	condition.Walk(r.Tree, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Comparison:
			for _, o := range []condition.Operand{n.Left, n.Right} {
				if p, ok := o.(*condition.Path); ok {
					f(p, n)
				}
			}
		case *condition.Call:
			f(&n.Path, n)
		case *condition.And, *condition.Or, *condition.Not, *condition.Bool:
		}
		return true
	})
}

// test is a comparison of a path with a string.
type test struct {
	node *condition.Comparison
	path *condition.Path
	text *condition.String
}

// testOf returns a comparison as a test, on whichever side the string is.
func testOf(n condition.Node) (test, bool) {
	c, ok := n.(*condition.Comparison)
	if !ok {
		return test{}, false
	}
	if p, ok := c.Left.(*condition.Path); ok {
		s, ok := c.Right.(*condition.String)
		return test{c, p, s}, ok
	}
	if p, ok := c.Right.(*condition.Path); ok {
		s, ok := c.Left.(*condition.String)
		return test{c, p, s}, ok
	}
	return test{}, false
}

// tests calls f for every comparison of a path with a string.
func (r *Rule) tests(f func(test)) {
	r.comparisons(func(c *condition.Comparison) {
		if t, ok := testOf(c); ok {
			f(t)
		}
	})
}

// key is the path, ignoring case.
func (t test) key() string { return fold(t.path.String()) }

// last is the last segment of the path, ignoring case, with the @ of a custom
// property; "" for a bare root.
func last(p *condition.Path) string {
	if len(p.Segments) == 0 {
		return ""
	}
	s := p.Segments[len(p.Segments)-1]
	if s.Custom {
		return "@" + fold(s.Name)
	}
	return fold(s.Name)
}

// quote returns text as a string literal of the language.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
