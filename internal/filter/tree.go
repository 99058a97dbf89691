package filter

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// UCAST writes a filter as the conditions of the ucast libraries, for back ends with all
// properties as columns. Fields are TYPE.PROPERTY in lower case; a field NAME_fold has the
// property in lower case.
func UCAST(n Node) (map[string]any, error) {
	compound := func(operator string, nodes []Node) (map[string]any, error) {
		list := make([]any, len(nodes))
		for i, n := range nodes {
			one, err := UCAST(n)
			if err != nil {
				return nil, err
			}
			list[i] = one
		}
		return map[string]any{"type": "compound", "operator": operator, "value": list}, nil
	}
	field := func(c Column, exact bool, operator string, value any) (map[string]any, error) {
		if c.List {
			return nil, &Untranslatable{fmt.Sprintf("%s.%s is a list", c.Type, c.Name), "ucast"}
		}
		name := c.Type + "." + c.Name
		if !exact {
			name += "_fold"
		}
		return map[string]any{"type": "field", "operator": operator, "field": name, "value": value}, nil
	}
	switch n := n.(type) {
	case Const:
		if n {
			return compound("and", nil)
		}
		return compound("or", nil)
	case And:
		return compound("and", n)
	case Or:
		return compound("or", n)
	case Not:
		return compound("not", []Node{n.Node})
	case In:
		if len(n.Strings) == 1 {
			return field(n.Column, n.Exact, "eq", n.Strings[0])
		}
		return field(n.Column, n.Exact, "in", n.Strings)
	case Other:
		return field(n.Column, n.Exact, "ne", n.Text)
	case Like:
		switch shape, text := n.Pattern.Shape(); shape {
		case ir.Prefix:
			return field(n.Column, false, "startswith", text)
		case ir.Suffix:
			return field(n.Column, false, "endswith", text)
		case ir.Infix:
			return field(n.Column, false, "contains", text)
		case ir.Whole, ir.Anything, ir.General:
			return nil, &Untranslatable{"a pattern of like has wildcards inside", "ucast"}
		}
	case Related:
		if by, ok := n.Node.(In); ok && by.Column.Name == "id" && !n.Step.Many {
			return field(Column{Type: n.From, Name: n.Step.Name + "_id"}, true, "in", by.Strings)
		}
		return nil, &Untranslatable{fmt.Sprintf("%s.%s leads to another table", n.From, n.Step.Name), "ucast"}
	case Matches:
		return nil, &Untranslatable{"a regular expression is tested", "ucast"}
	case Present:
		return field(n.Column, false, "ne", nil)
	case Shared:
		return nil, &Untranslatable{"two properties of the resource are compared", "ucast"}
	case SameEntity:
		return nil, &Untranslatable{"two relations of the resource are compared", "ucast"}
	}
	panic(fmt.Sprintf("filter: unknown node %T", n))
}

// Prisma writes a filter as the where object of Prisma's client. Fields are in lower case, and
// NAME_fold holds a property in lower case; the values of lists and custom properties are the
// relation values with name, value and value_fold.
func Prisma(n Node) (map[string]any, error) {
	many := func(key string, nodes []Node) (map[string]any, error) {
		list := make([]any, len(nodes))
		for i, n := range nodes {
			one, err := Prisma(n)
			if err != nil {
				return nil, err
			}
			list[i] = one
		}
		return map[string]any{key: list}, nil
	}
	column := func(c Column, exact bool, test map[string]any) (map[string]any, error) {
		suffix := "_fold"
		if exact {
			suffix = ""
		}
		if c.List {
			return map[string]any{"values": map[string]any{"some": map[string]any{"name": c.Name, "value" + suffix: test}}}, nil
		}
		return map[string]any{c.Name + suffix: test}, nil
	}
	switch n := n.(type) {
	case Const:
		if n {
			return many("AND", nil)
		}
		return many("OR", nil)
	case And:
		return many("AND", n)
	case Or:
		return many("OR", n)
	case Not:
		one, err := Prisma(n.Node)
		return map[string]any{"NOT": one}, err
	case In:
		return column(n.Column, n.Exact, map[string]any{"in": n.Strings})
	case Other:
		return column(n.Column, n.Exact, map[string]any{"not": n.Text})
	case Like:
		switch shape, text := n.Pattern.Shape(); shape {
		case ir.Prefix:
			return column(n.Column, false, map[string]any{"startsWith": text})
		case ir.Suffix:
			return column(n.Column, false, map[string]any{"endsWith": text})
		case ir.Infix:
			return column(n.Column, false, map[string]any{"contains": text})
		case ir.Whole, ir.Anything, ir.General:
			return nil, &Untranslatable{"a pattern of like has wildcards inside", "prisma"}
		}
	case Related:
		one, err := Prisma(n.Node)
		quantifier := "is"
		if n.Step.Many {
			quantifier = "some"
		}
		return map[string]any{n.Step.Name: map[string]any{quantifier: one}}, err
	case Matches:
		return nil, &Untranslatable{"a regular expression is tested", "prisma"}
	case Present:
		return column(n.Column, false, map[string]any{"not": nil})
	case Shared:
		return nil, &Untranslatable{"two properties of the resource are compared", "prisma"}
	case SameEntity:
		return nil, &Untranslatable{"two relations of the resource are compared", "prisma"}
	}
	panic(fmt.Sprintf("filter: unknown node %T", n))
}

// Describe describes a filter in words, on one line, for reviewers.
func Describe(n Node) string {
	join := func(nodes []Node, by string) string {
		parts := make([]string, len(nodes))
		for i, m := range nodes {
			parts[i] = Describe(m)
		}
		return "(" + strings.Join(parts, by) + ")"
	}
	switch n := n.(type) {
	case Const:
		return fmt.Sprint(bool(n))
	case And:
		return join(n, " and ")
	case Or:
		return join(n, " or ")
	case Not:
		return "!" + Describe(n.Node)
	case In:
		return fmt.Sprintf("%s in %q", n.Column.Name, n.Strings)
	case Other:
		return fmt.Sprintf("%s has a value other than %q", n.Column.Name, n.Text)
	case Like:
		_, text := n.Pattern.Shape()
		return fmt.Sprintf("%s like %q", n.Column.Name, text)
	case Matches:
		return fmt.Sprintf("%s matches %q", n.Column.Name, n.Regexp)
	case Present:
		return n.Column.Name + " has a value"
	case Shared:
		return n.Left.Column.Name + " and " + n.Right.Column.Name + " share a value"
	case SameEntity:
		return "two relations lead to one entity"
	case Related:
		if n.Node == Node(Const(true)) {
			return "there is a " + n.Step.Name
		}
		return n.Step.Name + " with " + Describe(n.Node)
	}
	panic(fmt.Sprintf("filter: unknown node %T", n))
}
