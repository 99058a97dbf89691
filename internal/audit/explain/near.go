package explain

import (
	"cmp"
	"slices"
)

// nearness measures how many clauses have to change for a result.
type nearness struct {
	// granting are the shortest sets that grant the questions, by index, as far as they are
	// known.
	granting []changes
}

// newNearness finds the shortest sets for all questions: first for those that need no other
// question, then for those that these make possible, until none becomes shorter. So questions
// that ask each other in a cycle do not depend on themselves.
func newNearness(questions []Question) nearness {
	n := nearness{granting: make([]changes, len(questions))}
	for i := range n.granting {
		n.granting[i] = noWay
	}
	for shorter := true; shorter; {
		shorter = false
		for i, q := range questions {
			for k := range q.Rules {
				if w := n.changes(&q.Rules[k].Clause, true); w.before(n.granting[i]) {
					n.granting[i], shorter = w, true
				}
			}
		}
	}
	return n
}

// changes is a set of clauses that have to change. The zero value means that nothing has to.
type changes struct {
	impossible bool
	// clauses are all unmet clauses, without duplicates, and leaves those of them that depend
	// on data directly: not a HasPrivilege that depends on others.
	clauses, leaves []int
	// weight orders sets of equal size: clauses that test the identity of an entity, such as
	// its owner, are farther away.
	weight int
}

var noWay = changes{impossible: true}

// measure sets in a clause and its parts how far each is from the value that its rule needs,
// and returns the result for the clause.
func (n nearness) measure(c *Clause, want bool) changes {
	w := n.changes(c, want)
	if !w.impossible {
		count := len(w.leaves)
		c.Unmet = &count
	}
	for i := range c.Parts {
		n.measure(&c.Parts[i], want != (c.Kind == "not"))
	}
	return w
}

// changes returns the smallest set that gives a clause the wanted value.
func (n nearness) changes(c *Clause, want bool) changes {
	switch {
	case c.Holds == want:
		return changes{}
	case c.Fixed:
		return noWay
	case c.Kind == "not":
		return n.changes(&c.Parts[0], !want)
	case (c.Kind == "and") == want && len(c.Parts) > 0:
		return n.all(c.Parts, want)
	case len(c.Parts) > 0:
		return n.any(c.Parts, want)
	case len(c.Asks) > 0:
		return n.grant(c, want)
	}
	w := changes{clauses: []int{c.Number}, leaves: []int{c.Number}}
	if c.Kind == "comparison" && len(c.Left.Entities)+len(c.Right.Entities) > 0 {
		w.weight = 1
	}
	return w
}

func (n nearness) all(parts []Clause, want bool) changes {
	var sum changes
	for i := range parts {
		w := n.changes(&parts[i], want)
		if w.impossible {
			return noWay
		}
		sum.clauses = distinct(slices.Concat(sum.clauses, w.clauses))
		sum.leaves = distinct(slices.Concat(sum.leaves, w.leaves))
		sum.weight += w.weight
	}
	return sum
}

func (n nearness) any(parts []Clause, want bool) changes {
	best := noWay
	for i := range parts {
		if w := n.changes(&parts[i], want); w.before(best) {
			best = w
		}
	}
	return best
}

// grant returns the smallest set that makes a HasPrivilege true: that of one of its questions.
// A right cannot be removed.
func (n nearness) grant(c *Clause, want bool) changes {
	best := noWay
	if !want {
		return best
	}
	for _, i := range c.Asks {
		if w := n.granting[i]; w.before(best) {
			best = w
		}
	}
	if !best.impossible {
		best.clauses = append([]int{c.Number}, best.clauses...)
	}
	return best
}

// before reports whether a set is smaller.
func (w changes) before(o changes) bool {
	if w.impossible || o.impossible {
		return !w.impossible
	}
	return cmp.Or(cmp.Compare(len(w.leaves), len(o.leaves)), cmp.Compare(w.weight, o.weight)) < 0
}

// misses returns the rules of the first question that data could make grant.
func misses(questions []Question) []Miss {
	n := newNearness(questions)
	var list []Miss
	for i := range questions[0].Rules {
		if w := n.changes(&questions[0].Rules[i].Clause, true); !w.impossible {
			list = append(list, Miss{Rule: i, Unmet: w.clauses})
		}
	}
	return list
}

// distinct returns the numbers without duplicates, in order of first occurrence.
func distinct(numbers []int) []int {
	var once []int
	for _, n := range numbers {
		if !slices.Contains(once, n) {
			once = append(once, n)
		}
	}
	return once
}
