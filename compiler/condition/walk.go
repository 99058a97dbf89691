package condition

// Walk calls visit for a node and then, if visit returned true, for its children, left to
// right.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	switch n := n.(type) {
	case *Or:
		for _, operand := range n.Operands {
			Walk(operand, visit)
		}
	case *And:
		for _, operand := range n.Operands {
			Walk(operand, visit)
		}
	case *Not:
		Walk(n.Operand, visit)
	case *Bool, *Comparison, *Call:
		// Leaves: their operands are not conditions.
	}
}
