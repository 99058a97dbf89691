package evaluate

import (
	"fmt"
	"regexp"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// checker finds what docs/language.md, section 4.2 and 4.3 define as errors of a rule
// regardless of the type of the resource, and collects the regular expressions.
type checker struct {
	rule     ruleset.Rule
	view     ruleset.Category
	patterns map[*condition.Comparison]*regexp.Regexp
	list     diag.List
}

func check(r ruleset.Rule, node condition.Node, view ruleset.Category) (map[*condition.Comparison]*regexp.Regexp, diag.List) {
	c := &checker{rule: r, view: view, patterns: map[*condition.Comparison]*regexp.Regexp{}}
	condition.Walk(node, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Comparison:
			c.comparison(n)
		case *condition.Call:
			c.path(n.Path)
			c.call(n)
		case *condition.Or, *condition.And, *condition.Not, *condition.Bool: // the operands of a connective are checked themselves
		}
		return true
	})
	return c.patterns, c.list
}

func (c *checker) fault(at condition.Span, summary string) {
	c.list = append(c.list, diag.Diagnostic{
		Severity: diag.Error,
		Summary:  summary,
		Rule:     diag.Rule{ID: c.rule.ID, Name: c.rule.Name},
		Text:     c.rule.Condition,
		Subject:  at,
	})
}

func (c *checker) comparison(n *condition.Comparison) {
	for _, side := range []condition.Operand{n.Left, n.Right} {
		if p, ok := side.(*condition.Path); ok {
			c.path(*p)
		}
	}
	// The grammar ensures that the right side is a string.
	if text, ok := n.Right.(*condition.String); ok && n.Op.Expression() {
		c.pattern(n, text)
	}
}

// pattern anchors the expression at both ends. It is first compiled without the anchors,
// because their parentheses would make a)(b valid.
func (c *checker) pattern(n *condition.Comparison, text *condition.String) {
	for _, expression := range []string{text.Value, `(?i)^(?:` + text.Value + `)$`} {
		pattern, err := regexp.Compile(expression)
		if err != nil {
			c.fault(text.Range, err.Error())
			return
		}
		c.patterns[n] = pattern
	}
}

func (c *checker) path(p condition.Path) {
	switch {
	case p.Root == "node" && c.view != ruleset.Sync:
		c.fault(p.Range, fmt.Sprintf("a %s rule has no node", max(c.view, ruleset.Security)))
	case p.Root == "user" && c.view == ruleset.Sync:
		c.fault(p.Range, "a Sync rule has no user")
	case p.Root == "user" && len(p.Segments) == 1 && !p.Segments[0].Custom &&
		schema.Fold(p.Segments[0].Name) == "environment":
		c.fault(p.Range, "user.environment wants the name of an attribute")
	}
}

func (c *checker) call(n *condition.Call) {
	if n.Argument != nil && !n.Kind().Privilege() {
		c.fault(n.Argument.Range, n.Function+" takes no argument")
	}
	switch n.Kind() {
	case condition.HasPrivilege:
		c.hasPrivilege(n)
	case condition.IsAnonymous:
		c.only(n, "user")
	case condition.IsOwned:
		c.only(n, "resource")
	case condition.Empty:
		// Any path is allowed.
	}
}

// only requires a bare root before a function.
func (c *checker) only(n *condition.Call, root string) {
	if n.Path.Root != root || len(n.Path.Segments) > 0 {
		c.fault(n.Path.Range, n.Function+" is asked of "+root+" alone")
	}
}

func (c *checker) hasPrivilege(n *condition.Call) {
	if c.view == ruleset.License || c.view == ruleset.Sync {
		c.fault(n.Range, "HasPrivilege is asked by Security rules alone")
	}
	if n.Path.Root == "user" {
		c.fault(n.Path.Range, "HasPrivilege is asked of resources")
	}
	if n.Argument == nil {
		c.fault(n.Range, "HasPrivilege wants the name of an action")
	} else if _, ok := actionNamed(n.Argument.Value); !ok {
		c.fault(n.Argument.Range, "there is no action "+n.Argument.Value)
	}
}
