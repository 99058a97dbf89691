package matrix

import (
	"iter"
	"math/bits"
)

// Set is a set of numbers below a size that all sets of a type's classes share.
type Set []uint64

// NewSet returns an empty set of the numbers below a size.
func NewSet(size int) Set { return make(Set, (size+63)/64) }

func (s Set) add(n int32) { s[n>>6] |= 1 << (n & 63) }

func (s Set) remove(n int32) { s[n>>6] &^= 1 << (n & 63) }

// Has reports whether the number is in the set.
func (s Set) Has(n int32) bool { return s[n>>6]&(1<<(n&63)) != 0 }

// Union adds all numbers of o.
func (s Set) Union(o Set) {
	for i, w := range o {
		s[i] |= w
	}
}

// split returns the intersection of s and o, and the rest of s; nil if empty.
func (s Set) split(o Set) (in, out Set) {
	var anyIn, anyOut uint64
	in, out = make(Set, len(s)), make(Set, len(s))
	for i, w := range s {
		in[i], out[i] = w&o[i], w&^o[i]
		anyIn |= in[i]
		anyOut |= out[i]
	}
	if anyIn == 0 {
		in = nil
	}
	if anyOut == 0 {
		out = nil
	}
	return in, out
}

// meets reports whether the sets have a number in common.
func (s Set) meets(o Set) bool {
	for i, w := range s {
		if w&o[i] != 0 {
			return true
		}
	}
	return false
}

// Empty reports whether the set has no number.
func (s Set) Empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// All iterates over the numbers, ascending.
func (s Set) All() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(int32(i<<6 + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}
