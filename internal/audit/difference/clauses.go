package difference

import (
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// clause is a changed part of a condition: old is nil if it was added, new if it was removed.
type clause struct {
	old, new condition.Node
	// at is its range in the new condition or, if it was removed, the range of the part that
	// contained it.
	at diag.Range
	// joined is the connective "and" or "or" that joins it to its neighbours, "" for a whole
	// condition. negated says that it is below an odd number of negations.
	joined  string
	negated bool
}

// compareClauses returns the smallest parts in which two conditions differ, in the
// order of the new one.
func compareClauses(old, new condition.Node) []clause {
	c := &comparison{undo: -1}
	c.node(old, new)
	return c.clauses
}

// withoutEdit returns the new condition with one of its clauses reverted.
func withoutEdit(old, new condition.Node, undo int) condition.Node {
	c := &comparison{undo: undo}
	return c.node(old, new)
}

// comparison walks two conditions side by side and rebuilds the new one, with one clause
// reverted.
type comparison struct {
	clauses []clause
	undo    int
	joined  string
	negated bool
	depth   int
	// draw receives the lines of the tree; nil draws nothing.
	draw func(TreeLine)
}

// line draws a part of the condition.
func (c *comparison) line(mark string, n condition.Node) {
	if c.draw != nil && n != nil {
		c.draw(TreeLine{c.depth, mark, condition.Print(n)})
	}
}

// heading draws the line above parts, and returns a function that ends them.
func (c *comparison) heading(mark, text string) (end func()) {
	if c.draw != nil {
		c.draw(TreeLine{c.depth, mark, text})
	}
	c.depth++
	return func() { c.depth-- }
}

// differ records a clause and returns its replacement, nil for nothing.
func (c *comparison) differ(old, new condition.Node, at diag.Range) condition.Node {
	n := len(c.clauses)
	c.clauses = append(c.clauses, clause{old, new, at, c.joined, c.negated})
	c.line("-", old)
	c.line("+", new)
	if n == c.undo {
		return old
	}
	return new
}

// chain is an and or an or, as a list of operands.
type chain struct {
	operands []condition.Node
	and      bool
}

func open(n condition.Node) (chain, bool) {
	switch n := n.(type) {
	case *condition.And:
		return chain{n.Operands, true}, true
	case *condition.Or:
		return chain{n.Operands, false}, true
	case *condition.Not, *condition.Bool, *condition.Comparison, *condition.Call:
	}
	return chain{}, false
}

func (c *comparison) node(old, new condition.Node) condition.Node {
	if condition.Same(old, new) {
		c.line(" ", new)
		return new
	}
	a, isA := open(old)
	b, isB := open(new)
	mark := " "
	switch {
	case isA && isB && a.and == b.and:
	case isB && has(b.operands, old): // an operand was added next to it
		a, mark = chain{[]condition.Node{old}, b.and}, "+"
	case isA && has(a.operands, new): // an operand next to it was removed
		b, mark = chain{[]condition.Node{new}, a.and}, "-"
	default:
		if x, ok := old.(*condition.Not); ok {
			if y, ok := new.(*condition.Not); ok {
				defer c.heading(" ", "not")()
				joined := c.joined
				c.joined, c.negated = "", !c.negated
				defer func() { c.joined, c.negated = joined, !c.negated }()
				return &condition.Not{Operand: c.node(x.Operand, y.Operand), Bare: y.Bare, Range: y.Range}
			}
		}
		return c.differ(old, new, new.Span())
	}
	return c.operands(a, b, mark, new.Span())
}

// operands compares two chains of one kind. Common operands stay; the differing ones between
// them are compared one by one, in order.
func (c *comparison) operands(a, b chain, mark string, whole diag.Range) condition.Node {
	text, joined := "any of", c.joined
	c.joined = "or"
	if b.and {
		text, c.joined = "all of", "and"
	}
	defer c.heading(mark, text)()
	defer func() { c.joined = joined }()
	var kept []condition.Node
	keep := func(n condition.Node) {
		if n != nil {
			kept = append(kept, n)
		}
	}
	i, j := 0, 0
	for _, shared := range append(common(a.operands, b.operands), [2]int{len(a.operands), len(b.operands)}) {
		for i < shared[0] && j < shared[1] {
			keep(c.node(a.operands[i], b.operands[j]))
			i, j = i+1, j+1
		}
		for ; i < shared[0]; i++ {
			keep(c.differ(a.operands[i], nil, whole))
		}
		for ; j < shared[1]; j++ {
			keep(c.differ(nil, b.operands[j], b.operands[j].Span()))
		}
		if i < len(a.operands) {
			c.line(" ", b.operands[j])
			keep(b.operands[j])
		}
		i, j = i+1, j+1
	}
	switch {
	case len(kept) == 1:
		return kept[0]
	case b.and:
		return &condition.And{Operands: kept, Range: whole}
	}
	return &condition.Or{Operands: kept, Range: whole}
}

func has(list []condition.Node, n condition.Node) bool {
	for _, other := range list {
		if condition.Same(other, n) {
			return true
		}
	}
	return false
}

// common returns the positions of a longest common subsequence.
func common(a, b []condition.Node) [][2]int {
	if len(a)*len(b) > 1<<20 {
		return nil
	}
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	same := func(i, j int) bool { return condition.Same(a[i], b[j]) }
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			if same(i, j) {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	var shared [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case same(i, j):
			shared = append(shared, [2]int{i, j})
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	return shared
}
