package engine

import (
	"hash/maphash"
	"math/rand/v2"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
)

// recent caches terms of recent requests by their JSON. Most strings of a request are names of
// members, types and actions, which recur, and so do subjects, actions and contexts. Requests share
// these terms because terms are immutable.
var recent recentTerms

// recentTerms is a hash table without chains: a new entry replaces an older one.
type recentTerms [4096]atomic.Pointer[recentTerm]

type recentTerm struct {
	text string
	term *ast.Term
}

// recentMax is the maximum length of cached JSON in bytes.
const recentMax = 128

var recentSeed = maphash.MakeSeed()

// places returns the two places that the term of a text can have. With one place, two
// members that every request has would replace each other if their places were the same.
func (r *recentTerms) places(text []byte) [2]*atomic.Pointer[recentTerm] {
	hash := maphash.Bytes(recentSeed, text)
	return [2]*atomic.Pointer[recentTerm]{&r[hash%uint64(len(r))], &r[hash>>32%uint64(len(r))]}
}

// find returns the term of a text, nil if it is not kept.
func (r *recentTerms) find(text []byte) *ast.Term {
	for _, place := range r.places(text) {
		if e := place.Load(); e != nil && e.text == string(text) {
			return e.term
		}
	}
	return nil
}

// add caches a term in a free place, or replaces one of the two at random: those that recur
// find another place.
func (r *recentTerms) add(text []byte, t *ast.Term) {
	places := r.places(text)
	at := rand.IntN(len(places))
	for i, place := range places {
		if place.Load() == nil {
			at = i
			break
		}
	}
	places[at].Store(&recentTerm{string(text), t})
}
