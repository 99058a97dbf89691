package condition

import "strings"

// Print writes a tree as a condition that Parse reads as an equal tree, with the minimum of
// parentheses, on one line (except for line breaks inside strings) and with the documented
// escapes only.
func Print(n Node) string {
	var b strings.Builder
	printNode(&b, n, looseOr)
	return b.String()
}

// binding is the binding strength of the place in which a node is printed. A node that binds
// less tightly needs parentheses there.
type binding int

const (
	looseOr binding = iota // a whole condition
	insideOr
	insideAnd
	insideNot
)

func printNode(b *strings.Builder, n Node, place binding) {
	switch n := n.(type) {
	case *Or:
		printChain(b, n.Operands, " or ", insideOr, place >= insideOr)
	case *And:
		printChain(b, n.Operands, " and ", insideAnd, place >= insideAnd)
	case *Not:
		b.WriteByte('!')
		printNode(b, n.Operand, insideNot)
	case *Bool:
		if n.Value {
			b.WriteString("true")
		} else {
			b.WriteString("false")
		}
	case *Comparison:
		// !a = b means the same as !(a = b), but only the latter looks like it.
		open(b, place == insideNot)
		printOperand(b, n.Left)
		b.WriteString(" " + n.Op.String() + " ")
		printOperand(b, n.Right)
		closing(b, place == insideNot)
	case *Call:
		printPath(b, &n.Path)
		b.WriteString("." + n.Function + "(")
		if n.Argument != nil {
			b.WriteString(quote(n.Argument.Value))
		}
		b.WriteByte(')')
	}
}

func printChain(b *strings.Builder, operands []Node, operator string, place binding, parentheses bool) {
	open(b, parentheses)
	for i, operand := range operands {
		if i > 0 {
			b.WriteString(operator)
		}
		printNode(b, operand, place)
	}
	closing(b, parentheses)
}

func open(b *strings.Builder, needed bool) {
	if needed {
		b.WriteByte('(')
	}
}

func closing(b *strings.Builder, needed bool) {
	if needed {
		b.WriteByte(')')
	}
}

func printOperand(b *strings.Builder, o Operand) {
	switch o := o.(type) {
	case *String:
		b.WriteString(quote(o.Value))
	case *Path:
		printPath(b, o)
	}
}

func printPath(b *strings.Builder, p *Path) {
	b.WriteString(p.Root)
	for _, s := range p.Segments {
		b.WriteByte('.')
		if s.Custom {
			b.WriteByte('@')
		}
		b.WriteString(s.Name)
	}
}

// String returns the path as it is written in a condition.
func (p *Path) String() string {
	var b strings.Builder
	printPath(&b, p)
	return b.String()
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quote writes a text as a string literal.
func quote(value string) string { return `"` + escaper.Replace(value) + `"` }

var unescaper = strings.NewReplacer(`\\`, `\`, `\"`, `"`)

// unquote is the inverse of quote. A backslash before any other character is a literal
// backslash (I).
func unquote(literal string) string { return unescaper.Replace(literal[1 : len(literal)-1]) }
