package engine

import (
	"bytes"
	"fmt"
	"math"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/open-policy-agent/opa/v1/ast"
)

// depthMax is the maximum nesting of a request. The policy reads at most six levels.
const depthMax = 64

// ParseRequest parses a JSON document as input for the policy. Duplicate names and invalid
// UTF-8 are errors, because two parsers might interpret them differently. Numbers keep their
// digits.
func ParseRequest(request []byte) (ast.Value, error) { return read(request, depthMax, math.MaxInt) }

// numberMax is the maximum length and exponent of a number in a request from outside. OPA
// compares and calculates with all digits: comparing two numbers of 500,000 digits takes
// seconds, and adding one to 1e9999999 takes minutes.
const numberMax = 400

// ParseNested is ParseRequest for requests from outside, with another limit of the nesting, and
// numbers of limited length.
func ParseNested(request []byte, depth int) (ast.Value, error) {
	return read(request, depth, numberMax)
}

// read parses a request within limits. The JSON library checks that the text is valid; the reader then does
// not check it again.
func read(request []byte, depth, digits int) (ast.Value, error) {
	if at, deep := nestedDeeper(request, depth); deep {
		return nil, fmt.Errorf("nested deeper than %d levels at offset %d", depth, at)
	}
	if !jsontext.Value(request).IsValid() {
		return nil, mistake(request)
	}
	r := reader{text: request, digits: digits}
	t, err := r.term()
	if err != nil {
		return nil, err
	}
	return t.Value, nil
}

// nestedDeeper returns the offset after the first bracket that exceeds the given nesting depth. The text must
// be valid JSON.
func nestedDeeper(text []byte, depth int) (at int, deeper bool) {
	for at < len(text) {
		switch text[at] {
		case '{', '[':
			if depth--; depth < 0 {
				return at + 1, true
			}
		case '}', ']':
			depth++
		case '"':
			at += len(quoted(text[at:]))
			continue
		}
		at++
	}
	return 0, false
}

// quoted returns the string at the beginning of text, including its quotes.
func quoted(text []byte) []byte {
	at := 1
	for {
		n := bytes.IndexByte(text[at:], '"')
		if n < 0 {
			return text // the string is not valid
		}
		escaped := bytes.IndexByte(text[at:at+n], '\\')
		if escaped < 0 {
			return text[:at+n+1]
		}
		at = min(at+escaped+2, len(text))
	}
}

// mistake returns the error for text that is not valid JSON.
func mistake(request []byte) error {
	in := jsontext.NewDecoder(bytes.NewBuffer(request))
	if _, err := in.ReadValue(); err != nil {
		return err
	}
	return fmt.Errorf("text after the request at offset %d", in.InputOffset())
}
