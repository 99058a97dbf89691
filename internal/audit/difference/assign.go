package difference

import (
	"math/bits"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
)

// value is what a column may be: no text at all, some texts or, of a relation, that
// it leads to something, perhaps to the subject.
type value struct {
	texts []string
	// there: of a column without a property, whether the relation leads anywhere.
	there, self bool
}

// elseText is the text that stands for all others, unless a test names it.
const elseText = "something else"

// textsMost is the number of texts of a column that are told apart, beside fresh ones.
const textsMost = 16

// subsetsMost is the number of texts up to which a list has all combinations of
// them; of more it has one, all, or all but one.
const subsetsMost = 4

func subset(texts []string, set int) []string {
	var chosen []string
	for i, t := range texts {
		if set>>i&1 == 1 {
			chosen = append(chosen, t)
		}
	}
	return chosen
}

// values returns what a column may be; none comes first.
func (c *column) values(list bool) []value {
	all := []value{{}}
	if c.property == "" {
		all = append(all, value{there: true})
		if c.self {
			all = append(all, value{there: true, self: true})
		}
		return all
	}
	texts := slices.Concat(c.texts[:min(len(c.texts), textsMost)], c.fresh)
	for _, text := range texts {
		all = append(all, value{texts: []string{text}})
	}
	if !list || len(texts) < 2 {
		return all
	}
	if len(texts) <= subsetsMost {
		for set := range 1 << len(texts) {
			if bits.OnesCount(uint(set)) > 1 {
				all = append(all, value{texts: subset(texts, set)})
			}
		}
		return all
	}
	all = append(all, value{texts: slices.Clone(texts)})
	for i := range texts {
		all = append(all, value{texts: slices.Delete(slices.Clone(texts), i, i+1)})
	}
	return all
}

// assignment is a value for each of some columns, by its number.
type assignment []int

// assignments returns the ways to give columns values: all where they are no more
// than a bound, else those in which at most two columns differ from all being empty,
// or from all having their first text. It says whether these are all.
func assignments(cs []*column, values [][]value, most int) (list []assignment, whole bool) {
	total := 1
	for _, v := range values {
		if total *= len(v); total > most*8 { // many of them are impossible, see fits
			total = most*8 + 1
			break
		}
	}
	if total <= most*8 {
		each(values, func(a assignment) bool {
			if fits(cs, values, a) {
				list = append(list, slices.Clone(a))
			}
			return len(list) <= most
		})
		if len(list) <= most {
			return list, true
		}
		list = nil
	}
	seen := map[string]bool{}
	take := func(a assignment) {
		a = closed(cs, values, a)
		key := string(appendInts(nil, a))
		if len(list) < most && !seen[key] && fits(cs, values, a) {
			seen[key] = true
			list = append(list, a)
		}
	}
	first := make(assignment, len(values))
	for i := range first {
		first[i] = min(1, len(values[i])-1)
	}
	for _, base := range []assignment{make(assignment, len(values)), first} {
		take(slices.Clone(base))
		for i := range values {
			for x := range values[i] {
				one := slices.Clone(base)
				one[i] = x
				take(one)
			}
		}
		for i := range values {
			for j := range i {
				for x := range values[i] {
					for y := range values[j] {
						two := slices.Clone(base)
						two[i], two[j] = x, y
						take(two)
					}
				}
			}
		}
	}
	return list, false
}

func appendInts(key []byte, list []int) []byte {
	for _, n := range list {
		key = append(key, byte(n), byte(n>>8))
	}
	return key
}

// each counts through all combinations until take says no.
func each(values [][]value, take func(assignment) bool) {
	a := make(assignment, len(values))
	for take(a) {
		i := 0
		for ; i < len(a); i++ {
			if a[i]++; a[i] < len(values[i]) {
				break
			}
			a[i] = 0
		}
		if i == len(a) {
			return
		}
	}
}

// fits says whether everything that has a value is led to: of nothing there is
// nothing, and of the subject there is what the subject has.
func fits(cs []*column, values [][]value, a assignment) bool {
	for i, c := range cs {
		if a[i] == 0 {
			continue
		}
		for j, way := range cs {
			if way.property == "" && leads(way, c) && (!values[j][a[j]].there || values[j][a[j]].self) {
				return false
			}
		}
	}
	return true
}

// closed makes relations lead to what has a value.
func closed(cs []*column, values [][]value, a assignment) assignment {
	for i, c := range cs {
		for j, way := range cs {
			if a[i] != 0 && way.property == "" && leads(way, c) && !values[j][a[j]].there {
				a[j] = 1
			}
		}
	}
	return a
}

// leads says whether a relation is on the way to another column.
func leads(way, c *column) bool {
	if way.root != c.root || way == c || len(way.steps) > len(c.steps) || len(way.steps) == len(c.steps) && c.property == "" {
		return false
	}
	return slices.EqualFunc(way.steps, c.steps[:len(way.steps)], func(a, b reads.Step) bool { return a.Relation == b.Relation })
}
