package report

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
)

// counter counts the pairs of one type, exceptional ones in their own place.
type counter struct {
	*matrix.GroupedType
	exceptional map[int32][]matrix.ExceptionalPairs // by subject
}

func newCounter(t *matrix.GroupedType) *counter {
	c := &counter{t, map[int32][]matrix.ExceptionalPairs{}}
	for _, a := range t.Exceptional {
		c.exceptional[a.Subject] = append(c.exceptional[a.Subject], a)
	}
	return c
}

// block is a counted matrix.Block.
type block struct {
	matrix.Block
	resources int64
	// pairs are those with all subjects of the group, without exceptional pairs.
	pairs int64
}

// blocks returns the blocks of a group of subjects.
func (c *counter) blocks(g matrix.Group) []block {
	exceptional := map[int]int64{} // exceptional pairs, by group of resources
	for _, subject := range g.Members {
		for _, a := range c.exceptional[subject] {
			for _, n := range a.Resources {
				exceptional[c.GroupOf(n)]++
			}
		}
	}
	var all []block
	for b := range c.Blocks(g) {
		counted := block{Block: b}
		for at := range b.Groups.All() {
			counted.resources += int64(len(c.Resources[at].Members))
		}
		counted.pairs = counted.resources * int64(len(g.Members))
		for group, n := range exceptional {
			if b.Groups.Has(int32(group)) {
				counted.pairs -= n
			}
		}
		all = append(all, counted)
	}
	return all
}

// share is resources on which one subject has the same rules.
type share struct {
	rules     []int32
	resources int64
}

// shares returns the rights of one subject of a group, given the group's blocks.
func (c *counter) shares(subject int32, blocks []block) []share {
	all := make([]share, 0, len(blocks)+len(c.exceptional[subject]))
	for _, b := range blocks {
		all = append(all, share{b.Rules, b.resources})
	}
	for _, a := range c.exceptional[subject] {
		for _, n := range a.Resources {
			at := slices.IndexFunc(blocks, func(b block) bool { return b.Groups.Has(int32(c.GroupOf(n))) })
			if at >= 0 {
				all[at].resources--
			}
		}
		all = append(all, share{a.Rules, int64(len(a.Resources))})
	}
	return slices.DeleteFunc(all, func(s share) bool { return s.resources == 0 })
}
