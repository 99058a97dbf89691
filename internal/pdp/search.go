package pdp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/audit/search"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// searchKind is one of the three searches.
type searchKind struct {
	part authzen.Part
	// read parses the request except the target of the search, and the parts that all
	// candidates share: type and properties.
	read func(o ast.Object) (engine.Request, *ast.Term, error)
	// key is the field that identifies a candidate.
	key *ast.Term
}

var subjectSearch = searchKind{
	part: authzen.SubjectPart, key: idKey,
	read: func(o ast.Object) (r engine.Request, target *ast.Term, err error) {
		if target, err = subjectOfKind.of(o); err != nil {
			return r, nil, err
		}
		if r.Action, err = action.of(o); err != nil {
			return r, nil, err
		}
		r.Resource, err = resource.of(o)
		return r, target, err
	},
}

var resourceSearch = searchKind{
	part: authzen.ResourcePart, key: idKey,
	read: func(o ast.Object) (r engine.Request, target *ast.Term, err error) {
		if r.Subject, err = subject.of(o); err != nil {
			return r, nil, err
		}
		if r.Action, err = action.of(o); err != nil {
			return r, nil, err
		}
		target, err = resourceOfKind.of(o)
		return r, target, err
	},
}

var actionSearch = searchKind{
	part: authzen.ActionPart, key: nameKey,
	read: func(o ast.Object) (r engine.Request, target *ast.Term, err error) {
		if r.Subject, err = subject.of(o); err != nil {
			return r, nil, err
		}
		r.Resource, err = resource.of(o)
		return r, ast.ObjectTerm(), err
	},
}

// text returns the string at the path keys, "" if there is none.
func text(t *ast.Term, keys ...*ast.Term) string {
	for _, key := range keys {
		if t = t.Get(key); t == nil {
			return ""
		}
	}
	s, _ := t.Value.(ast.String)
	return string(s)
}

// searchAnswer is the answer to a search.
type searchAnswer struct {
	Page    *page    `json:"page,omitzero"`
	Results []result `json:"results"`
}

// result is a found entity; an action has a name instead of type and id.
type result struct {
	Type string  `json:"type,omitzero"`
	ID   *string `json:"id,omitzero"`
	Name *string `json:"name,omitzero"`
}

type page struct {
	NextToken string `json:"next_token"`
	Count     int    `json:"count"`
}

// The number of candidates that are decided together: one at first, because a decision may take
// a large part of the time limit, and then as many as the time for a page allows.
const (
	chunkFirst = 1
	minChunk   = 1
	maxChunk   = 1 << 14
)

// chunkAfter is the size of the next chunk, which should not take more than an eighth of the
// time for a page.
func chunkAfter(size int, took, page time.Duration) int {
	affordable := int(page / 8 * time.Duration(size) / max(took, 1))
	return max(minChunk, min(affordable, 4*size, maxChunk))
}

// search answers a search: the candidates that evaluate to true, in order.
func (c *call) search(kind searchKind) answerer {
	return func(ctx context.Context, o ast.Object) (any, error) {
		base, target, err := kind.read(o)
		if err != nil {
			return nil, err
		}
		if base.Context, err = optional(o, contextKey, "context"); err != nil {
			return nil, err
		}
		asked, err := pageOf(o)
		if err != nil {
			return nil, err
		}
		all, err := search.Candidates(c.policy.EntryPoint, kind.part, text(target, typeKey))
		if err != nil {
			return nil, &refusal{Status: 404, Message: err.Error()}
		}
		query := c.queryText(string(kind.part), base, target)
		start, err := c.start(&asked, query, len(all))
		if err != nil {
			return nil, err
		}
		limit := c.limits.Page
		if asked.limit >= 0 {
			limit = min(limit, asked.limit)
		}
		found, next, err := c.find(ctx, kind, base, target, all, start, limit)
		if err != nil {
			return nil, err
		}
		c.journal.searched(string(kind.part), o, found)
		answer := searchAnswer{Results: found}
		if asked.paged || next >= 0 {
			answer.Page = &page{Count: len(found)}
			if next >= 0 {
				answer.Page.NextToken = c.token(query, asked.limit, next)
			}
		}
		return answer, nil
	}
}

// find returns up to limit candidates, from a number on, that evaluate to true, and the number
// of the next candidate, or -1 at the end. It stops early after half of the time limit.
func (c *call) find(ctx context.Context, kind searchKind, base engine.Request, target *ast.Term, all []string, start, limit int) ([]result, int, error) {
	found := make([]result, 0, min(limit, len(all)-start))
	batch := search.NewBatch(ctx, c.policy.EntryPoint, kind.part, kind.with(base, target))
	size, began := chunkFirst, time.Now()
	for start < len(all) {
		chunk, before := all[start:min(start+size, len(all))], time.Now()
		allowed, err := batch.Decide(ctx, chunk)
		if err != nil {
			return nil, 0, err
		}
		for i, allow := range allowed {
			switch {
			case !allow:
			case len(found) == limit:
				return found, start + i, nil
			default:
				found = append(found, kind.result(target, chunk[i]))
			}
		}
		start += len(chunk)
		if start < len(all) && time.Since(began) > c.limits.Time/2 {
			return found, start, nil
		}
		size = chunkAfter(len(chunk), time.Since(before), c.limits.Time/2)
	}
	return found, -1, nil
}

// with returns the request with the target of the search.
func (k searchKind) with(r engine.Request, target *ast.Term) engine.Request {
	switch k.part {
	case authzen.SubjectPart:
		r.Subject = target
	case authzen.ActionPart:
		r.Action = target
	case authzen.ResourcePart:
		r.Resource = target
	default:
		panic(fmt.Sprintf("pdp: unknown part %q", string(k.part)))
	}
	return r
}

func (k searchKind) result(target *ast.Term, candidate string) result {
	if k.key == nameKey {
		return result{Name: &candidate}
	}
	return result{Type: text(target, typeKey), ID: &candidate}
}

// queryText is a canonical text of a search: the same for the same question.
func (c *call) queryText(kind string, r engine.Request, target *ast.Term) string {
	var b strings.Builder
	b.WriteString(kind)
	for _, t := range []*ast.Term{r.Subject, r.Action, r.Resource, r.Context, target} {
		b.WriteByte('\n') // terms escape line feeds
		if t != nil {
			b.WriteString(t.String())
		}
	}
	return b.String()
}
