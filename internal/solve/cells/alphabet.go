package cells

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sync"
	"unicode"
)

// spellings returns, by case-folded rune, the other runes that fold to it.
var spellings = sync.OnceValue(func() map[rune][]rune {
	list := map[rune][]rune{}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if lower := unicode.ToLower(r); lower != r {
			list[lower] = append(list[lower], r)
		}
	}
	return list
})

// alphabet returns case-folded runes: of each kind that the automata distinguish, at most
// limit, so that no string of distinct runes is missed, or all if there are fewer. Readable
// runes come first.
func alphabet(machines []*machine, spelt bool, most int) []rune {
	bounds := boundaries(machines)
	kind := func(r rune) string {
		at, _ := slices.BinarySearchFunc(bounds, r, func(bound, r rune) int {
			if bound <= r {
				return -1
			}
			return 1
		})
		key := binary.AppendUvarint(nil, uint64(at))
		if !spelt {
			return string(key)
		}
		var others []uint64
		for _, s := range spellings()[r] {
			i, _ := slices.BinarySearchFunc(bounds, s, func(bound, r rune) int {
				if bound <= r {
					return -1
				}
				return 1
			})
			others = append(others, uint64(i))
		}
		slices.Sort(others)
		for _, i := range others {
			key = binary.AppendUvarint(key, i)
		}
		return string(key)
	}
	var list []rune
	count, taken := map[string]int{}, map[rune]bool{}
	take := func(r rune) {
		if taken[r] || unicode.ToLower(r) != r || 0xD800 <= r && r < 0xE000 {
			return
		}
		if k := kind(r); count[k] < most {
			count[k]++
			taken[r] = true
			list = append(list, r)
		}
	}
	for _, r := range "abcdefghijklmnopqrstuvwxyz0123456789-_. " {
		take(r)
	}
	if spelt {
		for _, r := range sortedSpellings() {
			take(r)
		}
	}
	for i, low := range bounds {
		high := rune(unicode.MaxRune + 1)
		if i+1 < len(bounds) {
			high = bounds[i+1]
		}
		for _, printable := range []bool{true, false} {
			for _, r := range some(stretch{low, high, printable, spelt, 2*most + 8}) {
				take(r)
			}
		}
	}
	return list
}

// stretch is a number of case-folded runes from a range: printable ones or others, with a
// single spelling or any.
type stretch struct {
	low, high         rune
	printable, single bool
	most              int
}

// stretches caches stretches. Most have the same bounds, and long stretches have few runes that
// are not printable.
var stretches sync.Map

func some(s stretch) []rune {
	if known, ok := stretches.Load(s); ok {
		return known.([]rune)
	}
	var list []rune
	for r := s.low; r < s.high && len(list) < s.most; r++ {
		if unicode.IsPrint(r) == s.printable && unicode.ToLower(r) == r && (!s.single || spellings()[r] == nil) {
			list = append(list, r)
		}
	}
	stretches.Store(s, list)
	return list
}

var sortedSpellings = sync.OnceValue(func() []rune {
	var list []rune
	for r := range spellings() {
		list = append(list, r)
	}
	slices.Sort(list)
	return list
})

// boundaries returns the runes that some automaton treats differently from the rune before
// them, beginning with 0.
func boundaries(machines []*machine) []rune {
	bounds := []rune{0, '\n', '\n' + 1, '0', '9' + 1, 'A', 'Z' + 1, '_', '_' + 1, 'a', 'z' + 1, 0xD800, 0xE000}
	for _, m := range machines {
		for _, i := range m.prog.Inst {
			switch i.Op {
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			default: // reads no rune
				continue
			}
			if len(i.Rune) == 1 {
				for r := i.Rune[0]; ; {
					bounds = append(bounds, r, r+1)
					if r = unicode.SimpleFold(r); r == i.Rune[0] {
						break
					}
				}
				continue
			}
			for j := 0; j+1 < len(i.Rune); j += 2 {
				bounds = append(bounds, i.Rune[j], i.Rune[j+1]+1)
			}
		}
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	return slices.DeleteFunc(bounds, func(r rune) bool { return r > unicode.MaxRune })
}
