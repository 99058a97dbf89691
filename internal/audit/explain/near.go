package explain

import (
	"cmp"
	"slices"
)

// nearness measures how many clauses stand in the way of what is wanted.
type nearness struct {
	questions []Question
	// open are the questions on the way to where it is: they lead in a circle.
	open map[int]bool
}

// way is a set of clauses that would have to be different. The zero value is
// that nothing has to.
type way struct {
	impossible bool
	// clauses are all that are unmet; count leaves those out whose own questions
	// are unmet by others.
	clauses []int
	count   int
	// weight tells ways of equal count apart: those that ask who an entity is,
	// such as its owner, are the farther ones.
	weight int
}

var noWay = way{impossible: true}

// measure notes in a clause and its parts how far each is from what its rule
// needs it to be, and returns that of the clause.
func (n nearness) measure(c *Clause, want bool) way {
	w := n.way(c, want)
	if !w.impossible {
		c.Unmet = &w.count
	}
	for i := range c.Parts {
		n.measure(&c.Parts[i], want != (c.Kind == "not"))
	}
	return w
}

// way returns the shortest way to make a clause what is wanted.
func (n nearness) way(c *Clause, want bool) way {
	switch {
	case c.Holds == want:
		return way{}
	case c.Fixed:
		return noWay
	case c.Kind == "not":
		return n.way(&c.Parts[0], !want)
	case (c.Kind == "and") == want && len(c.Parts) > 0:
		return n.all(c.Parts, want)
	case len(c.Parts) > 0:
		return n.any(c.Parts, want)
	case len(c.Asks) > 0:
		return n.grant(c, want)
	}
	w := way{clauses: []int{c.Number}, count: 1}
	if c.Kind == "comparison" && len(c.Left.Entities)+len(c.Right.Entities) > 0 {
		w.weight = 1
	}
	return w
}

func (n nearness) all(parts []Clause, want bool) way {
	var sum way
	for i := range parts {
		w := n.way(&parts[i], want)
		if w.impossible {
			return noWay
		}
		sum.clauses = append(sum.clauses, w.clauses...)
		sum.count += w.count
		sum.weight += w.weight
	}
	return sum
}

func (n nearness) any(parts []Clause, want bool) way {
	best := noWay
	for i := range parts {
		best = nearer(best, n.way(&parts[i], want))
	}
	return best
}

// grant returns the shortest way to make a HasPrivilege true: that of a rule on
// one of the entities it asks about. A right is taken away by nothing.
func (n nearness) grant(c *Clause, want bool) way {
	best := noWay
	if !want {
		return best
	}
	for _, i := range c.Asks {
		if n.open[i] {
			continue
		}
		n.open[i] = true
		for k := range n.questions[i].Rules {
			best = nearer(best, n.way(&n.questions[i].Rules[k].Clause, true))
		}
		delete(n.open, i)
	}
	if !best.impossible {
		best.clauses = append([]int{c.Number}, best.clauses...)
	}
	return best
}

func nearer(a, b way) way {
	if b.impossible || !a.impossible && cmp.Or(cmp.Compare(a.count, b.count), cmp.Compare(a.weight, b.weight)) <= 0 {
		return a
	}
	return b
}

// misses returns the rules of the first question that data could make grant.
func misses(questions []Question) []Miss {
	n := nearness{questions: questions, open: map[int]bool{0: true}}
	var list []Miss
	for i := range questions[0].Rules {
		if w := n.way(&questions[0].Rules[i].Clause, true); !w.impossible {
			list = append(list, Miss{Rule: i, Unmet: distinct(w.clauses)})
		}
	}
	return list
}

// distinct returns each number once, where it stands first.
func distinct(numbers []int) []int {
	var once []int
	for _, n := range numbers {
		if !slices.Contains(once, n) {
			once = append(once, n)
		}
	}
	return once
}
