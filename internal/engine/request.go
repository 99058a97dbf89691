package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/open-policy-agent/opa/v1/ast"
)

// depthMax is the nesting up to which a request is read. The deepest that the
// policy looks is six.
const depthMax = 64

// ParseRequest reads one JSON document as input for the policy. Doubled names
// and invalid UTF-8 are errors: two readers might understand them differently.
// Numbers keep their digits.
func ParseRequest(request []byte) (ast.Value, error) {
	return reader{depth: depthMax, digits: math.MaxInt}.read(request)
}

// numberMax is the length of a number, and its largest exponent, in a request of
// somebody else. OPA compares and calculates with all the digits: two numbers of
// 500,000 take seconds to compare, and 1e9999999 minutes to add one to.
const numberMax = 400

// ParseNested is ParseRequest for requests of others, with another limit of the
// nesting, and numbers of a length that OPA can calculate with.
func ParseNested(request []byte, depth int) (ast.Value, error) {
	return reader{depth: depth, digits: numberMax}.read(request)
}

// reader reads a request within limits.
type reader struct{ depth, digits int }

func (r reader) read(request []byte) (ast.Value, error) {
	in := jsontext.NewDecoder(bytes.NewBuffer(request))
	v, err := r.value(in)
	if err != nil {
		return nil, err
	}
	if _, err := in.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("text after the request at offset %d", in.InputOffset())
	}
	return v, nil
}

func (r reader) value(in *jsontext.Decoder) (ast.Value, error) {
	tok, err := in.ReadToken()
	if err != nil {
		return nil, err
	}
	if in.StackDepth() > r.depth {
		return nil, fmt.Errorf("nested deeper than %d levels at offset %d", r.depth, in.InputOffset())
	}
	switch tok.Kind() {
	case '{':
		return r.object(in)
	case '[':
		return r.array(in)
	case '"':
		return ast.String(tok.String()), nil
	case '0':
		return r.number(tok.String(), in)
	case 't', 'f':
		return ast.Boolean(tok.Bool()), nil
	}
	return ast.Null{}, nil
}

// number takes the digits as they are.
func (r reader) number(text string, in *jsontext.Decoder) (ast.Value, error) {
	if len(text) > r.digits {
		return nil, fmt.Errorf("a number has more than %d digits before offset %d", r.digits, in.InputOffset())
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if exponent, err := strconv.Atoi(text[at+1:]); r.digits < math.MaxInt && (err != nil || exponent > r.digits || exponent < -r.digits) {
			return nil, fmt.Errorf("a number has an exponent beyond %d before offset %d", r.digits, in.InputOffset())
		}
	}
	return ast.Number(json.Number(text)), nil
}

func (r reader) object(in *jsontext.Decoder) (ast.Value, error) {
	var members [][2]*ast.Term
	for in.PeekKind() != '}' {
		name, err := r.value(in)
		if err != nil {
			return nil, err
		}
		v, err := r.value(in)
		if err != nil {
			return nil, err
		}
		members = append(members, [2]*ast.Term{ast.NewTerm(name), ast.NewTerm(v)})
	}
	_, err := in.ReadToken()
	return ast.NewObject(members...), err
}

func (r reader) array(in *jsontext.Decoder) (ast.Value, error) {
	var items []*ast.Term
	for in.PeekKind() != ']' {
		v, err := r.value(in)
		if err != nil {
			return nil, err
		}
		items = append(items, ast.NewTerm(v))
	}
	_, err := in.ReadToken()
	return ast.NewArray(items...), err
}
