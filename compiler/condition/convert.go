package condition

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The tree is built from the productions of a condition without errors: every token has the
// form that its type guarantees.

func treeCondition(p *condition) Node {
	if p.Or == nil {
		return &Bool{Value: true}
	}
	return treeOr(p.Or)
}

func treeOr(p *or) Node {
	if len(p.Operands) == 1 {
		return treeAnd(p.Operands[0], false)
	}
	n := &Or{Range: spanOfAll(p.Tokens)}
	for _, operand := range p.Operands {
		n.Operands = append(n.Operands, treeAnd(operand, true))
	}
	return n
}

func treeAnd(p *and, insideOr bool) Node {
	if len(p.Operands) == 1 {
		return treeUnary(p.Operands[0])
	}
	n := &And{Bare: insideOr, Range: spanOfAll(p.Tokens)}
	for _, operand := range p.Operands {
		n.Operands = append(n.Operands, treeUnary(operand))
	}
	return n
}

func treeUnary(p *unary) Node {
	if p.Not == nil {
		return treePrimary(p.Primary)
	}
	bare := p.Not.Primary != nil && p.Not.Primary.Comparison != nil
	return &Not{Operand: treeUnary(p.Not), Bare: bare, Range: spanOfAll(p.Tokens)}
}

func treePrimary(p *primary) Node {
	switch {
	case p.Group != nil:
		return treeOr(p.Group)
	case p.Bool != nil:
		return &Bool{Value: p.Bool.Value == "true", Range: spanOf(*p.Bool)}
	case p.Call != nil:
		return treeCall(p.Call)
	}
	return treeComparison(p.Comparison)
}

func treeComparison(p *comparison) Node {
	return &Comparison{
		Left: treeOperand(p.Left), Op: operatorNamed[p.Op.Value], Right: treeOperand(p.Right),
		OpRange: spanOf(p.Op), Range: spanOfAll(p.Tokens),
	}
}

func treeOperand(p *operand) Operand {
	if p.String != nil {
		return stringOf(*p.String)
	}
	path := pathOf(*p.Path)
	return &path
}

func treeCall(p *call) Node {
	function := spanOf(p.Function)
	function.Start += len(".")
	n := &Call{
		Path:          pathOf(p.Subject),
		Function:      strings.TrimPrefix(p.Function.Value, "."),
		FunctionRange: function,
		Range:         spanOfAll(p.Tokens),
	}
	if p.Argument != nil {
		n.Argument = stringOf(*p.Argument)
	}
	return n
}

func stringOf(t lexer.Token) *String {
	return &String{Value: unquote(t.Value), Range: spanOf(t)}
}

func pathOf(t lexer.Token) Path {
	p := Path{Range: spanOf(t)}
	at := t.Pos.Offset
	for i, name := range strings.Split(t.Value, ".") {
		where := Span{Start: at, End: at + len(name)}
		at = where.End + len(".")
		if i == 0 {
			p.Root = foldASCII(name)
			continue
		}
		custom := strings.HasPrefix(name, "@")
		p.Segments = append(p.Segments, Segment{Name: strings.TrimPrefix(name, "@"), Custom: custom, Range: where})
	}
	return p
}
