package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// ShadowShare is the default of Shadowed: one of so many decisions is repeated.
const ShadowShare = 1000

// shadowTime is the time limit of OPA for a repeated decision.
const shadowTime = 10 * time.Second

// Difference is a decision on which compiled code and OPA disagree.
type Difference struct {
	// Request is the masked request: strings that may identify users or resources are replaced by digests,
	// so that only people with the data can find the originals.
	Request string
	// What describes both decisions.
	What string
}

// Shadowed makes OPA repeat one of every share decisions by compiled code, and the first of each entry point
// and type. It runs in the background and does not delay requests. After the first difference OPA evaluates
// everything; report is called with each difference. Use it together with Auto; 0 selects the default share.
func Shadowed(share int, report func(Difference)) Option {
	if share <= 0 {
		share = ShadowShare
	}
	return func(p *Policy) {
		p.shadow = &shadow{share: uint64(share), busy: make(chan struct{}, 1)}
		p.execution.tell = report
	}
}

type shadow struct {
	share uint64
	count atomic.Uint64
	busy  chan struct{} // contains a value while OPA repeats a decision
	seen  sync.Map      // keys are of type firstKey
	types atomic.Int64
}

type firstKey struct {
	explain bool
	typ     string
}

// maxTypes is the maximum number of types whose first decision is repeated, because clients can send any type.
const maxTypes = 1000

// wants reports whether OPA is to repeat a decision.
func (s *shadow) wants(r Request, explain bool) bool {
	if s.count.Add(1)%s.share == 0 {
		return true
	}
	typ, ok := textOf(r.Resource.Get(typeKey))
	if !ok || s.types.Load() >= maxTypes {
		return false
	}
	key := firstKey{explain, typ}
	if _, seen := s.seen.Load(key); seen {
		return false
	}
	_, seen := s.seen.LoadOrStore(key, true)
	if !seen {
		s.types.Add(1)
	}
	return !seen
}

func textOf(t *ast.Term) (string, bool) {
	if t == nil {
		return "", false
	}
	s, ok := t.Value.(ast.String)
	return string(s), ok
}

// shadows repeats some of the decisions, in the background.
func (p *EntryPoint) shadows(requests []Request, explain bool, verdicts []Verdict) {
	s := p.policy.shadow
	if s == nil || p.policy.execution.off.Load() {
		return
	}
	for i, r := range requests {
		if !s.wants(r, explain) {
			continue
		}
		select {
		case s.busy <- struct{}{}:
			go func() {
				defer func() { <-s.busy }()
				p.repeat(r, explain, verdicts[i], p.data)
			}()
		default:
			p.policy.execution.dropped.Add(1)
		}
	}
}

// repeat decides a request with OPA and compares the result with that of compiled code.
func (p *EntryPoint) repeat(r Request, explain bool, got Verdict, data *bundles.Document) {
	ctx, cancel := context.WithTimeout(context.Background(), shadowTime)
	defer cancel()
	want, ok := p.byOPA(ctx, r, explain, data)
	if !ok {
		p.policy.execution.dropped.Add(1)
		return
	}
	p.policy.execution.shadowed.Add(1)
	if what := p.policy.execution.compare(got, want); what != "" {
		p.policy.execution.report(Difference{masked(r), what})
	}
}

// byOPA returns OPA's decision; false if it takes too long.
func (p *EntryPoint) byOPA(ctx context.Context, r Request, explain bool, data *bundles.Document) (v Verdict, ok bool) {
	defer func() {
		if recover() != nil { // a panic in this goroutine would end the process
			v, ok = Verdict{}, false
		}
	}()
	query := p.one
	if explain {
		query = p.explainOne
	}
	value, err := query.byOPA(ctx, data, r.Input())
	switch {
	case err != nil && ctx.Err() != nil:
		return Verdict{}, false
	case err != nil:
		return Verdict{Err: err}, true
	}
	return p.verdict(value), true
}

// masked returns a request in which only types and actions are readable.
func masked(r Request) string {
	var mask func(t *ast.Term) *ast.Term
	mask = func(t *ast.Term) *ast.Term {
		switch v := t.Value.(type) {
		case ast.String:
			sum := sha256.Sum256([]byte(v))
			return ast.StringTerm("sha256:" + hex.EncodeToString(sum[:8]))
		case *ast.Array:
			list := make([]*ast.Term, v.Len())
			for i := range list {
				list[i] = mask(v.Elem(i))
			}
			return ast.ArrayTerm(list...)
		case ast.Object:
			var members [][2]*ast.Term
			v.Foreach(func(k, e *ast.Term) {
				if !k.Equal(typeKey) && !k.Equal(nameKey) && !k.Equal(originKey) {
					e = mask(e)
				}
				members = append(members, [2]*ast.Term{k, e})
			})
			return ast.ObjectTerm(members...)
		}
		return t
	}
	return mask(ast.NewTerm(r.Input())).String()
}
