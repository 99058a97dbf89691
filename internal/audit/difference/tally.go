package difference

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// tally counts cells by cause.
type tally struct {
	groups map[string]*groupTally
	// own and covers are by rule.
	own    map[int32]map[tallyKey][]*cellsOf
	covers map[int32][]int32
	hashes map[string]uint64
}

func newTally() *tally {
	return &tally{groups: map[string]*groupTally{}, own: map[int32]map[tallyKey][]*cellsOf{}, covers: map[int32][]int32{}, hashes: map[string]uint64{}}
}

// groupTally is a group under construction.
type groupTally struct {
	kind   string
	causes []int32
	parts  map[string]*partTally
}

// partTally holds the cells of one type and action, in one context.
type partTally struct {
	typ, action      string
	context          string
	in               *cellsOf
	paths            []int32
	users, resources *members
	examples         []cellOf
}

// members is a set of subjects or resources by their joint numbers.
type members struct {
	joined  *joined
	classes map[int32]bool
	single  map[int32]bool
}

func newMembers(j *joined) *members {
	return &members{joined: j, classes: map[int32]bool{}, single: map[int32]bool{}}
}

// bits returns the set of all members.
func (m *members) bits() bitset {
	all := make(bitset, (len(m.joined.names)+63)/64)
	for c := range m.classes {
		for _, n := range m.joined.classes[c].members {
			all.add(n)
		}
	}
	for n := range m.single {
		all.add(n)
	}
	return all
}

// maxCovers is the maximum number of rules that are listed as covering another.
const maxCovers = 5

type tallyKey struct{ typ, action string }

// ownCells records that a rule grants some actions on one side only.
func (t *tally) ownCells(d *sessionDiff, td *typeDiff, b *block, rule int32, actions []string, cover []int32) {
	if t.own[rule] == nil {
		t.own[rule] = map[tallyKey][]*cellsOf{}
	}
	for _, action := range actions {
		key := tallyKey{td.typ, action}
		list := t.own[rule][key]
		if len(list) == 0 || list[len(list)-1].session != d.number {
			list = append(list, newCellsOf(d.number))
			t.own[rule][key] = list
		}
		list[len(list)-1].add(b)
	}
	for _, n := range cover {
		if n != rule && len(t.covers[rule]) < maxCovers && !slices.Contains(t.covers[rule], n) {
			t.covers[rule] = append(t.covers[rule], n)
		}
	}
}

// maxExamples is the maximum number of example cells of a group, chosen among maxCandidates of
// each part.
const (
	maxExamples   = 6
	maxCandidates = 64
)

// add counts the cells of a block under their causes.
func (t *tally) add(d *sessionDiff, td *typeDiff, b *block, c change, why *attributed) {
	key := fmt.Sprint(c.kind, why.causes)
	g := t.groups[key]
	if g == nil {
		g = &groupTally{kind: c.kind, causes: why.causes, parts: map[string]*partTally{}}
		t.groups[key] = g
	}
	name := td.typ + ":" + c.action.Name() + ":" + d.context
	p := g.parts[name]
	if p == nil {
		p = &partTally{typ: td.typ, action: c.action.Name(), context: d.context, in: newCellsOf(d.number), users: newMembers(d.users), resources: newMembers(td.resources)}
		g.parts[name] = p
	}
	p.paths = union(p.paths, why.paths)
	p.in.add(b)
	if len(p.examples) < maxCandidates {
		p.examples = append(p.examples, b.sample)
	}
	if len(b.without) == 0 && b.userClass != missing {
		p.users.classes[b.userClass] = true
		p.resources.classes[b.resourceClass] = true
	} else {
		t.addEach(p, b)
	}
}

// addEach adds the members of a block in which some cells are missing: those with at least one
// cell.
func (t *tally) addEach(p *partTally, b *block) {
	gone := map[int32]int{}
	goneResources := map[int32]int{}
	for _, c := range b.without {
		gone[c.user]++
		goneResources[c.resource]++
	}
	for _, u := range b.users {
		if gone[u] < len(b.resources) {
			p.users.single[u] = true
		}
	}
	for _, r := range b.resources {
		if goneResources[r] < len(b.users) {
			p.resources.single[r] = true
		}
	}
}

// A fingerprint of cells is the sum, over all of them, of the product of a number for the
// subject and one for the resource, modulo a prime. It does not depend on how the cells are
// divided into blocks, and the cost of a block is proportional to its two sides.
const prime = 1<<61 - 1

func plus(a, b uint64) uint64 { return (a + b) % prime }

func times(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	_, rest := bits.Div64(high%prime, low, prime)
	return rest
}

func (t *tally) hash(name string) uint64 {
	h, ok := t.hashes[name]
	if !ok {
		sum := sha256.Sum256([]byte(name))
		h = binary.BigEndian.Uint64(sum[:8]) % prime
		t.hashes[name] = h
	}
	return h
}
