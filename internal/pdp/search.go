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
	// read reads the request without what is searched for, and the parts that
	// every candidate gets: the type and properties.
	read func(o ast.Object) (engine.Request, *ast.Term, error)
	// candidates are the ids or names to look among, in order.
	candidates func(p *live.Policy, wanted *ast.Term) ([]string, bool)
	// alike tells which candidates have the same verdict; nil where nothing does.
	alike func(ctx context.Context, p *live.Policy, base engine.Request, wanted *ast.Term) *engine.Equivalence
	// with puts a candidate into a request.
	with func(r *engine.Request, candidate *ast.Term)
	// key is the field that names a candidate.
	key *ast.Term
}

var subjectSearch = searchKind{
	name: "subject", key: idKey,
	read: func(o ast.Object) (r engine.Request, wanted *ast.Term, err error) {
		if wanted, err = subjectOfKind.of(o); err != nil {
			return r, nil, err
		}
		if r.Action, err = action.of(o); err != nil {
			return r, nil, err
		}
		r.Resource, err = resource.of(o)
		return r, wanted, err
	},
	candidates: func(p *live.Policy, wanted *ast.Term) ([]string, bool) { return p.Subjects(text(wanted, typeKey)) },
	with:       func(r *engine.Request, candidate *ast.Term) { r.Subject = candidate },
}

var resourceSearch = searchKind{
	name: "resource", key: idKey,
	read: func(o ast.Object) (r engine.Request, wanted *ast.Term, err error) {
		if r.Subject, err = subject.of(o); err != nil {
			return r, nil, err
		}
		if r.Action, err = action.of(o); err != nil {
			return r, nil, err
		}
		wanted, err = resourceOfKind.of(o)
		return r, wanted, err
	},
	candidates: func(p *live.Policy, wanted *ast.Term) ([]string, bool) { return p.Resources(text(wanted, typeKey)) },
	alike: func(ctx context.Context, p *live.Policy, base engine.Request, wanted *ast.Term) *engine.Equivalence {
		base.Resource = wanted
		return p.Equivalence(ctx, base)
	},
	with: func(r *engine.Request, candidate *ast.Term) { r.Resource = candidate },
}

var actionSearch = searchKind{
	name: "action", key: nameKey,
	read: func(o ast.Object) (r engine.Request, wanted *ast.Term, err error) {
		if r.Subject, err = subject.of(o); err != nil {
			return r, nil, err
		}
		r.Resource, err = resource.of(o)
		return r, ast.ObjectTerm(), err
	},
	candidates: func(p *live.Policy, _ *ast.Term) ([]string, bool) { return p.ActionNames() },
	with:       func(r *engine.Request, candidate *ast.Term) { r.Action = candidate },
}

// text returns the text that keys lead to, "" if there is none.
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

// result is an entity that was found; an action has a name instead of type and id.
type result struct {
	Type string  `json:"type,omitzero"`
	ID   *string `json:"id,omitzero"`
	Name *string `json:"name,omitzero"`
}

type page struct {
	NextToken string `json:"next_token"`
	Count     int    `json:"count"`
}

// The number of candidates that are decided at once: one at first, because a
// decision may take a good part of the time that there is, and then as many as
// the time for a page is long enough for.
const (
	chunkFirst = 1
	chunkLeast = 1
	maxChunk   = 1 << 14
)

// chunkAfter is the size of the next chunk, which should not take more than an
// eighth of the time for a page.
func chunkAfter(size int, took, page time.Duration) int {
	affordable := int(page / 8 * time.Duration(size) / max(took, 1))
	return max(chunkLeast, min(affordable, 4*size, maxChunk))
}

// search answers a search: the candidates that evaluate to true, in order.
func (c *call) search(kind searchKind) answerer {
	return func(ctx context.Context, o ast.Object) (any, error) {
		base, wanted, err := kind.read(o)
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
		all, ok := kind.candidates(c.policy, wanted)
		if !ok {
			return nil, &refusal{Status: 404, Message: "the policy does not say which " + kind.name + "s there are: it cannot be searched for them"}
		}
		query := c.queryText(kind.name, base, wanted)
		start, err := c.start(&asked, query, len(all))
		if err != nil {
			return nil, err
		}
		limit := c.limits.Page
		if asked.limit >= 0 {
			limit = min(limit, asked.limit)
		}
		found, next, err := c.find(ctx, kind, base, wanted, all, start, limit)
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

// find returns up to limit candidates from a number on that evaluate to true,
// and the number of the candidate to go on with, or -1 at the end. It ends early
// when half of the time is over.
func (c *call) find(ctx context.Context, kind searchKind, base engine.Request, wanted *ast.Term, all []string, start, limit int) ([]result, int, error) {
	found := make([]result, 0, min(limit, len(all)-start))
	j := decisions{call: c, kind: kind, base: base, wanted: wanted, allows: map[int32]bool{}}
	if kind.alike != nil {
		j.alike = kind.alike(ctx, c.policy, base, wanted)
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
				found = append(found, kind.result(wanted, chunk[i]))
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

// decisions are the candidates of a search, judged a chunk at a time.
type decisions struct {
	*call
	kind   searchKind
	base   engine.Request
	wanted *ast.Term
	// alike is nil unless many candidates may have one verdict; allows is what
	// is known by their class.
	alike  *engine.Equivalence
	allows map[int32]bool
}

// judge says which candidates evaluate to true. Of those that the policy cannot
// tell apart it judges the first.
func (j *decisions) judge(ctx context.Context, chunk []string) ([]bool, error) {
	classes := slices.Repeat([]int32{-1}, len(chunk))
	if j.alike != nil {
		var err error
		if classes, err = j.alike.Classes(chunk); err != nil {
			return nil, err
		}
	}
	var open []string
	var at []int
	for i, class := range classes {
		if _, known := j.allows[class]; !known {
			open, at = append(open, chunk[i]), append(at, i)
			if class >= 0 {
				j.allows[class] = false // until it is judged
			}
		}
	}
	allowed := make([]bool, len(chunk))
	if len(open) > 0 {
		verdicts, err := j.policy.Evaluate(ctx, requests(j.kind, j.base, j.wanted, open), false)
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

func (k searchKind) result(wanted *ast.Term, candidate string) result {
	if k.key == nameKey {
		return result{Name: &candidate}
	}
	return result{Type: text(wanted, typeKey), ID: &candidate}
}

func requests(kind searchKind, base engine.Request, wanted *ast.Term, chunk []string) []engine.Request {
	list := make([]engine.Request, len(chunk))
	properties := wanted.Get(propertiesKey)
	typ := wanted.Get(typeKey)
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

// queryText is what a search asks, the same text for the same question.
func (c *call) queryText(kind string, r engine.Request, wanted *ast.Term) string {
	var b strings.Builder
	b.WriteString(kind)
	for _, t := range []*ast.Term{r.Subject, r.Action, r.Resource, r.Context, wanted} {
		b.WriteByte('\n') // in no term, which escapes it
		if t != nil {
			b.WriteString(t.String())
		}
	}
	return b.String()
}
