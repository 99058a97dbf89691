package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/open-policy-agent/opa/v1/ast"
)

// reader parses text that is known to be valid JSON. It looks at no byte beyond the end of the value.
type reader struct {
	text   []byte
	at     int
	digits int
	lists  int // nesting depth of the current position in lists
}

// next skips white space and returns the next byte.
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
		return r.recentObject()
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

// recentObject parses an object, or returns a cached one. It does not cache elements of lists,
// because they rarely recur.
func (r *reader) recentObject() (*ast.Term, error) {
	text, ok := flat(r.text[r.at:])
	if !ok || r.lists > 0 {
		r.at++
		return r.object()
	}
	if t := recent.find(text); t != nil {
		r.at += len(text)
		return t, nil
	}
	r.at++
	t, err := r.object()
	if err == nil {
		recent.add(text, t)
	}
	return t, err
}

// flat returns the object at the start of text if all its values are strings and it is short. Objects
// with numbers are not cached because readers have different limits for numbers.
func flat(text []byte) (object []byte, ok bool) {
	for at := 1; at < min(len(text), recentMax); {
		switch text[at] {
		case '"':
			at += len(quoted(text[at:]))
		case '}':
			return text[:at+1], true
		case ' ', '\t', '\r', '\n', ',', ':':
			at++
		default:
			return nil, false
		}
	}
	return nil, false
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
	r.lists++
	defer func() { r.lists-- }()
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

// more moves to the next member or element. If there is none, it moves past the end and returns
// false.
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
	if len(text) > recentMax {
		return ast.StringTerm(unquoted(text))
	}
	t := recent.find(text)
	if t == nil {
		t = ast.StringTerm(unquoted(text))
		recent.add(text, t)
	}
	return t
}

// unquoted returns the value of a valid JSON string.
func unquoted(text []byte) string {
	if plain := text[1 : len(text)-1]; bytes.IndexByte(plain, '\\') < 0 {
		return string(plain)
	}
	value, _ := jsontext.AppendUnquote(nil, text)
	return string(value)
}

// number parses a number and keeps its digits as they are written.
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
