package explain

import (
	"cmp"
	"slices"
)

// nearness measures how many clauses stand in the way of what is wanted.
type nearness struct {
	// granting are the shortest ways to make the questions granted, by index, as
	// far as they are known.
	granting []way
}

// newNearness finds the ways of all questions: those that need no other question
// first, then what these make possible, until none becomes shorter. So questions
// that ask each other in a circle are no way to themselves.
func newNearness(questions []Question) nearness {
	n := nearness{granting: make([]way, len(questions))}
	for i := range n.granting {
		n.granting[i] = noWay
	}
	for shorter := true; shorter; {
		shorter = false
		for i, q := range questions {
			for k := range q.Rules {
				if w := n.way(&q.Rules[k].Clause, true); w.before(n.granting[i]) {
					n.granting[i], shorter = w, true
				}
			}
		}
	}
	return n
}

// way is a set of clauses that would have to be different. The zero value is
// that nothing has to.
type way struct {
	impossible bool
	// clauses are all that are unmet, each once, and leaves those of them that data
	// decides: not a HasPrivilege that others stand behind.
	clauses, leaves []int
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
		count := len(w.leaves)
		c.Unmet = &count
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
	w := way{clauses: []int{c.Number}, leaves: []int{c.Number}}
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
		sum.clauses = distinct(slices.Concat(sum.clauses, w.clauses))
		sum.leaves = distinct(slices.Concat(sum.leaves, w.leaves))
		sum.weight += w.weight
	}
	return sum
}

func (n nearness) any(parts []Clause, want bool) way {
	best := noWay
	for i := range parts {
		if w := n.way(&parts[i], want); w.before(best) {
			best = w
		}
	}
	return best
}

// grant returns the shortest way to make a HasPrivilege true: that of one of the
// questions that it asks. A right is taken away by nothing.
func (n nearness) grant(c *Clause, want bool) way {
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

// before reports whether a way is the shorter one.
func (w way) before(o way) bool {
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
		if w := n.way(&questions[0].Rules[i].Clause, true); !w.impossible {
			list = append(list, Miss{Rule: i, Unmet: w.clauses})
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
