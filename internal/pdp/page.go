package pdp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"
)

// pageRequest is the page parameter of a search.
type pageRequest struct {
	// paged says that the request has the parameter.
	paged bool
	// limit is -1 if there is none.
	limit int
	token string
}

func pageOf(o ast.Object) (pageRequest, error) {
	p := pageRequest{limit: -1}
	t, err := optional(o, term("page"), "page")
	if err != nil || t == nil {
		return p, err
	}
	p.paged = true
	if limit := t.Get(term("limit")); limit != nil {
		if p.limit, err = limitOf(limit.Value); err != nil {
			return p, err
		}
	}
	if token := t.Get(term("token")); token != nil {
		text, ok := token.Value.(ast.String)
		if !ok {
			return p, bad("page.token must be text, not %s", kind(token.Value))
		}
		p.token = string(text)
	}
	return p, nil
}

func limitOf(v ast.Value) (int, error) {
	n, ok := v.(ast.Number)
	if !ok {
		return 0, bad("page.limit must be a number, not %s", kind(v))
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || f < 0 || f != math.Trunc(f) {
		return 0, bad("page.limit must be a whole number from 0 on")
	}
	return int(min(f, math.MaxInt32)), nil
}

// A page token consists of the limit of the first request, the number of the next candidate,
// and a message authentication code. The code covers the caller, the exact policy and the whole
// question, so that a token continues one search only.
const codeSize = sha256.Size

const positionSize = 8

// pageKeyMin is the minimum length in bytes of a key that replicas share.
const pageKeyMin = 32

func (c *call) token(query string, limit, next int) string {
	t := make([]byte, positionSize, positionSize+codeSize)
	binary.BigEndian.PutUint32(t, uint32(int32(limit)))
	binary.BigEndian.PutUint32(t[4:], uint32(next))
	return base64.RawURLEncoding.EncodeToString(c.code(t, query))
}

// code appends the code to a position.
func (c *call) code(position []byte, query string) []byte {
	mac := hmac.New(sha256.New, c.pageKey)
	for _, part := range []string{string(position), c.caller.Name, c.policy.Digest, query} {
		_ = binary.Write(mac, binary.BigEndian, uint64(len(part))) // a hash never fails
		_, _ = mac.Write([]byte(part))
	}
	return mac.Sum(position)
}

// start returns the number of the first candidate. The limit of the first request applies to
// all pages.
func (c *call) start(p *pageRequest, query string, candidates int) (int, error) {
	if p.token == "" {
		return 0, nil
	}
	t, err := base64.RawURLEncoding.Strict().DecodeString(p.token)
	if err != nil || len(t) != positionSize+codeSize || !hmac.Equal(t, c.code(t[:positionSize:positionSize], query)) {
		return 0, bad("page.token does not belong to this search, or the policy has changed since: begin again without it")
	}
	limit := int(int32(binary.BigEndian.Uint32(t)))
	if p.limit >= 0 && p.limit != limit {
		return 0, bad("page.limit is not that of the first page: leave it out or repeat it")
	}
	p.limit = limit
	return min(int(binary.BigEndian.Uint32(t[4:])), candidates), nil
}
