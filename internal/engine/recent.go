package engine

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
)

// recent caches terms of recent requests by their JSON. Most strings of a request are names of
// members, types and actions, which recur, and so do subjects, actions and contexts. Requests share
// these terms because terms are immutable.
var recent recentTerms

// recentTerms is a hash table without chains: a new entry replaces an older one in its slot.
type recentTerms [4096]atomic.Pointer[recentTerm]

type recentTerm struct {
	text string
	term *ast.Term
}

// recentMax is the maximum length of cached JSON in bytes.
const recentMax = 128

var recentSeed = maphash.MakeSeed()

func (r *recentTerms) at(text []byte) *atomic.Pointer[recentTerm] {
	return &r[maphash.Bytes(recentSeed, text)%uint64(len(r))]
}

// find returns the cached term for JSON, nil if there is none.
func (r *recentTerms) find(text []byte) *ast.Term {
	if e := r.at(text).Load(); e != nil && e.text == string(text) {
		return e.term
	}
	return nil
}

func (r *recentTerms) add(text []byte, t *ast.Term) {
	r.at(text).Store(&recentTerm{string(text), t})
}
