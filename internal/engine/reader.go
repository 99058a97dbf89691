package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"math"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/open-policy-agent/opa/v1/ast"
)

// reader reads a text that is known to be valid JSON: it looks at no byte beyond the
// end of the value.
type reader struct {
	text   []byte
	at     int
	digits int
}

// next skips white space and returns the byte behind it.
func (r *reader) next() byte {
	for {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return c
		}
	}
}

func (r *reader) term() (*ast.Term, error) {
	switch r.next() {
	case '{':
		r.at++
		return r.object()
	case '[':
		r.at++
		return r.array()
	case '"':
		return r.string(), nil
	case 't':
		r.at += len("true")
		return ast.InternedTerm(true), nil
	case 'f':
		r.at += len("false")
		return ast.InternedTerm(false), nil
	case 'n':
		r.at += len("null")
		return ast.InternedNullTerm, nil
	}
	return r.number()
}

func (r *reader) object() (*ast.Term, error) {
	var few [8][2]*ast.Term // on the stack
	members := few[:0]
	for r.more('}') {
		name := r.string()
		r.next()
		r.at++ // the colon
		value, err := r.term()
		if err != nil {
			return nil, err
		}
		members = append(members, [2]*ast.Term{name, value})
	}
	return ast.ObjectTerm(members...), nil
}

func (r *reader) array() (*ast.Term, error) {
	var items []*ast.Term
	for r.more(']') {
		item, err := r.term()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return ast.ArrayTerm(items...), nil
}

// more goes to the next member or element. Where there is none it goes behind the end,
// and returns false.
func (r *reader) more(end byte) bool {
	switch r.next() {
	case end:
		r.at++
		return false
	case ',':
		r.at++
		r.next()
	}
	return true
}

func (r *reader) string() *ast.Term {
	text := quoted(r.text[r.at:])
	r.at += len(text)
	if plain := text[1 : len(text)-1]; bytes.IndexByte(plain, '\\') < 0 {
		return recent.term(plain)
	}
	unquoted, _ := jsontext.AppendUnquote(nil, text) // it is valid
	return recent.term(unquoted)
}

// number takes the digits as they are.
func (r *reader) number() (*ast.Term, error) {
	from := r.at
	for r.at < len(r.text) && strings.IndexByte("+-.0123456789Ee", r.text[r.at]) >= 0 {
		r.at++
	}
	text := string(r.text[from:r.at])
	if len(text) > r.digits {
		return nil, fmt.Errorf("a number has more than %d digits before offset %d", r.digits, r.at)
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if exponent, err := strconv.Atoi(text[at+1:]); r.digits < math.MaxInt && (err != nil || exponent > r.digits || exponent < -r.digits) {
			return nil, fmt.Errorf("a number has an exponent beyond %d before offset %d", r.digits, r.at)
		}
	}
	return ast.NewTerm(ast.Number(json.Number(text))), nil
}

// recent are short strings of recent requests as terms. Most strings of a request are
// names of members, types and actions, which recur. Terms are never changed, so that
// requests may share them.
var recent recurring

// recurring is a hash table in which a string takes the place of another.
type recurring [1024]atomic.Pointer[ast.Term]

// recentLen is the number of bytes up to which a string is short.
const recentLen = 64

var seed = maphash.MakeSeed()

func (s *recurring) term(text []byte) *ast.Term {
	if len(text) > recentLen {
		return ast.StringTerm(string(text))
	}
	place := &s[maphash.Bytes(seed, text)%uint64(len(s))]
	if t := place.Load(); t != nil {
		if known, _ := t.Value.(ast.String); string(known) == string(text) {
			return t
		}
	}
	t := ast.StringTerm(string(text))
	place.Store(t)
	return t
}
