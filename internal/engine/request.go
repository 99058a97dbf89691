package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/open-policy-agent/opa/v1/ast"
)

// depthMax is the nesting up to which a request is read. The deepest that the
// policy looks is six.
const depthMax = 64

// ParseRequest reads one JSON document as input for the policy. Doubled names
// and invalid UTF-8 are errors: two readers might understand them differently.
// Numbers keep their digits.
func ParseRequest(request []byte) (ast.Value, error) { return ParseNested(request, depthMax) }

// ParseNested is ParseRequest with another limit of the nesting.
func ParseNested(request []byte, depth int) (ast.Value, error) {
	in := jsontext.NewDecoder(bytes.NewBuffer(request))
	v, err := value(in, depth)
	if err != nil {
		return nil, err
	}
	if _, err := in.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("text after the request at offset %d", in.InputOffset())
	}
	return v, nil
}

func value(in *jsontext.Decoder, depth int) (ast.Value, error) {
	tok, err := in.ReadToken()
	if err != nil {
		return nil, err
	}
	if in.StackDepth() > depth {
		return nil, fmt.Errorf("nested deeper than %d levels at offset %d", depth, in.InputOffset())
	}
	switch tok.Kind() {
	case '{':
		return object(in, depth)
	case '[':
		return array(in, depth)
	case '"':
		return ast.String(tok.String()), nil
	case '0':
		return ast.Number(json.Number(tok.String())), nil
	case 't', 'f':
		return ast.Boolean(tok.Bool()), nil
	}
	return ast.Null{}, nil
}

func object(in *jsontext.Decoder, depth int) (ast.Value, error) {
	var members [][2]*ast.Term
	for in.PeekKind() != '}' {
		name, err := value(in, depth)
		if err != nil {
			return nil, err
		}
		v, err := value(in, depth)
		if err != nil {
			return nil, err
		}
		members = append(members, [2]*ast.Term{ast.NewTerm(name), ast.NewTerm(v)})
	}
	_, err := in.ReadToken()
	return ast.NewObject(members...), err
}

func array(in *jsontext.Decoder, depth int) (ast.Value, error) {
	var items []*ast.Term
	for in.PeekKind() != ']' {
		v, err := value(in, depth)
		if err != nil {
			return nil, err
		}
		items = append(items, ast.NewTerm(v))
	}
	_, err := in.ReadToken()
	return ast.NewArray(items...), err
}
