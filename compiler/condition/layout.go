package condition

import (
	"strings"
	"unicode/utf8"
)

// Layout says how Format writes a condition.
type Layout struct {
	// Columns is the maximum length of a line; 0 means 100.
	Columns int
	// Parentheses returns the minimum number of pairs of parentheses around a node. Nil means
	// as many as the meaning requires.
	Parentheses func(Node) int
}

const (
	defaultColumns = 100
	indentation    = 4
)

// Format writes a tree in a readable layout that Parse reads as the same tree. A condition
// is one line if it is short and does not mix `and` and `or`. Otherwise each operand starts
// a line, after its connective; a group that does not fit on a line gets lines of its own for
// its parentheses:
//
//	(
//	    resource.resourcetype = "App"
//	    and resource.stream.HasPrivilege("read")
//	)
//	or resource.owner = user
//
// An `and` next to an `or` gets parentheses although the language does not require them.
func Format(n Node, l Layout) string {
	if l.Columns == 0 {
		l.Columns = defaultColumns
	}
	f := &formatter{Layout: l}
	f.node(n, looseOr, 0, "")
	return strings.Join(f.lines, "\n")
}

type formatter struct {
	Layout
	lines []string
}

// node writes a node after a lead, which is the connective and the negation before it.
func (f *formatter) node(n Node, place binding, indent int, lead string) {
	line := strings.Repeat(" ", indent) + lead + f.flat(n, place)
	connective, operands, inside := chain(n)
	negation, isNot := n.(*Not)
	if operands == nil && !isNot || !mixes(n) && utf8.RuneCountInString(line) <= f.Columns {
		f.lines = append(f.lines, line)
		return
	}
	pairs := f.pairs(n, place)
	for range pairs {
		f.lines = append(f.lines, strings.Repeat(" ", indent)+lead+"(")
		indent, lead = indent+indentation, ""
	}
	if isNot {
		f.node(negation.Operand, insideNot, indent, lead+"!")
	}
	for _, operand := range operands {
		f.node(operand, inside, indent, lead)
		lead = connective
	}
	for range pairs {
		indent -= indentation
		f.lines = append(f.lines, strings.Repeat(" ", indent)+")")
	}
}

// chain returns the connective and the operands of a chain, and its binding strength. The
// operands are nil if the node is not a chain.
func chain(n Node) (connective string, operands []Node, inside binding) {
	switch n := n.(type) {
	case *Or:
		return "or ", n.Operands, insideOr
	case *And:
		return "and ", n.Operands, insideAnd
	case *Not, *Bool, *Comparison, *Call:
	}
	return "", nil, looseOr
}

// mixes reports whether an operand of the chain in n, or in its negation, is itself a chain.
func mixes(n Node) bool {
	_, operands, _ := chain(positive(n))
	for _, operand := range operands {
		if _, below, _ := chain(positive(operand)); below != nil {
			return true
		}
	}
	return false
}

// positive returns a node without the negations before it.
func positive(n Node) Node {
	for {
		not, ok := n.(*Not)
		if !ok {
			return n
		}
		n = not.Operand
	}
}

// pairs returns the number of pairs of parentheses that a node gets at its place.
func (f *formatter) pairs(n Node, place binding) int {
	pairs := 0
	switch n.(type) {
	case *Or, *And:
		if place >= insideOr {
			pairs = 1
		}
	case *Comparison:
		if place == insideNot {
			pairs = 1
		}
	case *Not, *Bool, *Call:
	}
	if f.Parentheses != nil {
		pairs = max(pairs, f.Parentheses(n))
	}
	return pairs
}

// flat returns a node on one line.
func (f *formatter) flat(n Node, place binding) string {
	var b strings.Builder
	pairs := f.pairs(n, place)
	b.WriteString(strings.Repeat("(", pairs))
	connective, operands, inside := chain(n)
	if not, ok := n.(*Not); ok {
		b.WriteString("!" + f.flat(not.Operand, insideNot))
	} else if operands == nil {
		printNode(&b, n, looseOr)
	}
	for i, operand := range operands {
		if i > 0 {
			b.WriteString(" " + connective)
		}
		b.WriteString(f.flat(operand, inside))
	}
	b.WriteString(strings.Repeat(")", pairs))
	return b.String()
}

// WrittenParentheses returns a function for Layout that keeps the parentheses of the source:
// the number of pairs directly around a node.
func WrittenParentheses(source string) func(Node) int {
	return func(n Node) int {
		at := n.Span()
		before, after := source[:at.Start], source[at.End:]
		for pairs := 0; ; pairs++ {
			open, ok := strings.CutSuffix(strings.TrimRight(before, spaces), "(")
			closed, both := strings.CutPrefix(strings.TrimLeft(after, spaces), ")")
			if !ok || !both {
				return pairs
			}
			before, after = open, closed
		}
	}
}

// spaces are the characters allowed between tokens.
const spaces = " \t\r\n"
