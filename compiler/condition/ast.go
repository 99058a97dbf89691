package condition

import "github.com/qlik2rego/qlik2rego/internal/diag"

// Span is the range of bytes in the condition that a node was read from. It does not include
// the parentheses around the node.
type Span = diag.Range

// Node is a condition or a part of one: *Or, *And, *Not, *Bool, *Comparison or
// *Call. The set is sealed.
//
//sumtype:decl
type Node interface {
	Span() Span
	node()
}

// Or is true when one of its operands is. It has two or more operands, none of
// them an *Or that was written without parentheses.
type Or struct {
	Operands []Node
	Range    Span
}

// And is true when all of its operands are. It has two or more operands, none of
// them an *And that was written without parentheses.
type And struct {
	Operands []Node
	// Bare says that the node is an operand of an *Or written without parentheses, which is
	// legal but often a mistake.
	Bare  bool
	Range Span
}

// Not is true when its operand is false.
type Not struct {
	Operand Node
	// Bare says that the operand is a *Comparison written without parentheses:
	// !a = b reads as !(a = b).
	Bare  bool
	Range Span
}

// Bool is the constant true or false.
type Bool struct {
	Value bool
	Range Span
}

// Comparison compares two operands.
type Comparison struct {
	Left, Right Operand
	Op          Operator
	OpRange     Span
	Range       Span
}

// Call is one of the four functions, applied to a path.
type Call struct {
	Path Path
	// Function is the function's name as written; Kind returns the function.
	Function      string
	FunctionRange Span
	// Argument is nil where the parentheses are empty.
	Argument *String
	Range    Span
}

// Operand is a *String or a *Path. The set is sealed.
//
//sumtype:decl
type Operand interface {
	Span() Span
	operand()
}

// String is a string literal; Value is its text with the escapes resolved.
type String struct {
	Value string
	Range Span
}

// Path is a root and its segments, such as resource.app.@Group.
type Path struct {
	// Root is "resource", "user" or "node", in lower case.
	Root     string
	Segments []Segment
	Range    Span
}

// Segment is one step of a path.
type Segment struct {
	// Name is as written, without the @ of a custom property.
	Name   string
	Custom bool
	Range  Span
}

// Span implements Node and Operand.
func (n *Or) Span() Span         { return n.Range }
func (n *And) Span() Span        { return n.Range }
func (n *Not) Span() Span        { return n.Range }
func (n *Bool) Span() Span       { return n.Range }
func (n *Comparison) Span() Span { return n.Range }
func (n *Call) Span() Span       { return n.Range }
func (s *String) Span() Span     { return s.Range }
func (p *Path) Span() Span       { return p.Range }

func (*Or) node()         {}
func (*And) node()        {}
func (*Not) node()        {}
func (*Bool) node()       {}
func (*Comparison) node() {}
func (*Call) node()       {}

func (*String) operand() {}
func (*Path) operand()   {}
