package pdp

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// searchKind is one of the three searches.
type searchKind struct {
	name string
	// read parses the request except the target of the search, and the parts that all
	// candidates share: type and properties.
	read func(o ast.Object) (engine.Request, *ast.Term, error)
	// candidates are the ids or names to decide, sorted.
	candidates func(p *live.Policy, target *ast.Term) ([]string, bool)
	// equivalence returns which candidates have the same verdict; nil if that is unknown.
	equivalence func(ctx context.Context, p *live.Policy, base engine.Request, target *ast.Term) *engine.Equivalence
	// with adds a candidate to a request.
	with func(r *engine.Request, candidate *ast.Term)
	// key is the field that identifies a candidate.
	key *ast.Term
}

var subjectSearch = searchKind{
	name: "subject", key: idKey,
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
	candidates: func(p *live.Policy, target *ast.Term) ([]string, bool) { return p.Subjects(text(target, typeKey)) },
	with:       func(r *engine.Request, candidate *ast.Term) { r.Subject = candidate },
}

var resourceSearch = searchKind{
	name: "resource", key: idKey,
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
	candidates: func(p *live.Policy, target *ast.Term) ([]string, bool) { return p.Resources(text(target, typeKey)) },
	equivalence: func(ctx context.Context, p *live.Policy, base engine.Request, target *ast.Term) *engine.Equivalence {
		base.Resource = target
		return p.Equivalence(ctx, base)
	},
	with: func(r *engine.Request, candidate *ast.Term) { r.Resource = candidate },
}

var actionSearch = searchKind{
	name: "action", key: nameKey,
	read: func(o ast.Object) (r engine.Request, target *ast.Term, err error) {
		if r.Subject, err = subject.of(o); err != nil {
			return r, nil, err
		}
		r.Resource, err = resource.of(o)
		return r, ast.ObjectTerm(), err
	},
	candidates: func(p *live.Policy, _ *ast.Term) ([]string, bool) { return p.ActionNames() },
	with:       func(r *engine.Request, candidate *ast.Term) { r.Action = candidate },
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
		all, ok := kind.candidates(c.policy, target)
		if !ok {
			return nil, &refusal{Status: 404, Message: "the policy does not say which " + kind.name + "s there are: it cannot be searched for them"}
		}
		query := c.queryText(kind.name, base, target)
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
		c.journal.searched(kind.name, o, found)
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
	j := decisions{call: c, kind: kind, base: base, target: target, allows: map[int32]bool{}}
	if kind.equivalence != nil {
		j.equivalence = kind.equivalence(ctx, c.policy, base, target)
	}
	size, began := chunkFirst, time.Now()
	for start < len(all) {
		chunk, before := all[start:min(start+size, len(all))], time.Now()
		allowed, err := j.judge(ctx, chunk)
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

// decisions are the candidates of a search, decided in chunks.
type decisions struct {
	*call
	kind   searchKind
	base   engine.Request
	target *ast.Term
	// equivalence is nil unless many candidates may have the same verdict; allows has the known
	// results by class.
	equivalence *engine.Equivalence
	allows      map[int32]bool
}

// judge returns which candidates evaluate to true. It decides only the first of candidates that
// the policy cannot distinguish.
func (j *decisions) judge(ctx context.Context, chunk []string) ([]bool, error) {
	classes := slices.Repeat([]int32{-1}, len(chunk))
	if j.equivalence != nil {
		var err error
		if classes, err = j.equivalence.Classes(chunk); err != nil {
			return nil, err
		}
	}
	var open []string
	var at []int
	for i, class := range classes {
		if _, known := j.allows[class]; !known {
			open, at = append(open, chunk[i]), append(at, i)
			if class >= 0 {
				j.allows[class] = false // until it is decided
			}
		}
	}
	allowed := make([]bool, len(chunk))
	if len(open) > 0 {
		verdicts, err := j.policy.Evaluate(ctx, requests(j.kind, j.base, j.target, open), false)
		if err != nil {
			return nil, err
		}
		for n, v := range verdicts {
			if v.Err != nil {
				return nil, v.Err // an answer without this candidate could be wrong
			}
			allowed[at[n]] = v.Allow
			if class := classes[at[n]]; class >= 0 {
				j.allows[class] = v.Allow
			}
		}
	}
	for i, class := range classes {
		if class >= 0 {
			allowed[i] = j.allows[class]
		}
	}
	return allowed, nil
}

func (k searchKind) result(target *ast.Term, candidate string) result {
	if k.key == nameKey {
		return result{Name: &candidate}
	}
	return result{Type: text(target, typeKey), ID: &candidate}
}

func requests(kind searchKind, base engine.Request, target *ast.Term, chunk []string) []engine.Request {
	list := make([]engine.Request, len(chunk))
	properties := target.Get(propertiesKey)
	typ := target.Get(typeKey)
	for i, id := range chunk {
		members := make([][2]*ast.Term, 0, 3)
		if typ != nil {
			members = append(members, [2]*ast.Term{typeKey, typ})
		}
		members = append(members, [2]*ast.Term{kind.key, ast.StringTerm(id)})
		if properties != nil {
			members = append(members, [2]*ast.Term{propertiesKey, properties})
		}
		list[i] = base
		kind.with(&list[i], ast.ObjectTerm(members...))
	}
	return list
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
