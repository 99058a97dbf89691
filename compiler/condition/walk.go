package condition

// Walk calls visit for a node and then, where visit returned true, for the nodes
// below it, left to right.
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
		// Leaves: what they compare are operands, not conditions.
	}
}
