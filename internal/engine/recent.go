package engine

import (
	"hash/maphash"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/ast"
)

// recent holds terms of recent requests by their text. Most strings of a request are names of
// members, types and actions, which recur, as do its subject, action and context. Requests
// share these terms, because nothing changes a term.
var recent recentTerms

// recentTerms is a hash table in which a new entry replaces another one.
type recentTerms [4096]atomic.Pointer[recentTerm]

type recentTerm struct {
	text string
	term *ast.Term
}

// recentMax is the length of a text in bytes up to which its term is kept.
const recentMax = 128

var recentSeed = maphash.MakeSeed()

func (r *recentTerms) at(text []byte) *atomic.Pointer[recentTerm] {
	return &r[maphash.Bytes(recentSeed, text)%uint64(len(r))]
}

// find returns the term of a text, nil if it is not kept.
func (r *recentTerms) find(text []byte) *ast.Term {
	if e := r.at(text).Load(); e != nil && e.text == string(text) {
		return e.term
	}
	return nil
}

func (r *recentTerms) add(text []byte, t *ast.Term) {
	r.at(text).Store(&recentTerm{string(text), t})
}
