package engine

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// equivalences determines which requests about existing resources a Qlik policy answers
// equally, based on the compiler's description of what the rules read (data.qlik.reads). It
// does not know the answers: the policy is asked about one request of each class.
type equivalences struct {
	data  *bundles.Document
	reads *reads.Reads

	mu    sync.Mutex
	kinds map[kind]*partition.Equivalence
}

// kind is a type of resources and an action, both case-folded.
type kind struct{ typ, action string }

// maxEntities is the maximum number of cached entities, of one kind and of all kinds. An entity takes about a
// hundred bytes.
const maxEntities = 1 << 20

// newEquivalences returns nil for data that does not describe what the rules read.
func newEquivalences(data *bundles.Document) *equivalences {
	r, err := partition.Read(data)
	if err != nil {
		return nil
	}
	return &equivalences{data: data, reads: r, kinds: map[kind]*partition.Equivalence{}}
}

// on is newEquivalences for other data of the same policy.
func (a *equivalences) on(data *bundles.Document) *equivalences {
	if a != nil && sitedata.SameReads(data, a.data) {
		return &equivalences{data: data, reads: a.reads, kinds: map[kind]*partition.Equivalence{}}
	}
	return newEquivalences(data)
}

// of returns nil if nothing is known about the kind.
func (a *equivalences) of(k kind) *partition.Equivalence {
	action, known := ruleset.ParseAction(k.action)
	if !known {
		k.action = "" // no rules are about this action, whatever its name is
	}
	if !sitedata.HasType(a.data, k.typ) {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if equivalent, ok := a.kinds[k]; ok {
		return equivalent
	}
	equivalent, err := partition.NewEquivalence(a.data, a.reads, k.typ, uint32(action), maxEntities)
	if err != nil {
		equivalent = nil
	}
	cached := 0
	for _, other := range a.kinds {
		cached += other.Cached()
	}
	if cached > maxEntities {
		clear(a.kinds)
	}
	a.kinds[k] = equivalent
	return equivalent
}

// Equivalence determines which of many resources of one type have the same verdict for one
// subject, action and context. It is not safe for concurrent use.
type Equivalence struct {
	ctx     context.Context
	of      *partition.Equivalence
	classes *partition.SubjectClasses // nil for a subject that does not exist in the data
	subject string
}

// Equivalence returns the equivalence of resources for the rest of a request, whose resource needs no id; nil
// if each resource must be evaluated. ctx is also used by Classes.
func (p *EntryPoint) Equivalence(ctx context.Context, r Request) *Equivalence {
	if p.equivalences == nil || r.Resource.Get(propertiesKey) != nil || r.Subject.Get(propertiesKey) != nil {
		return nil
	}
	typ, okType := text(r.Resource, typeKey)
	action, okAction := text(r.Action, nameKey)
	subject, okSubject := text(r.Subject, idKey)
	if !okType || !okAction || !okSubject {
		return nil
	}
	subject = strings.ToLower(subject)
	of := p.equivalences.of(kind{strings.ToLower(typ), strings.ToLower(action)})
	if of == nil {
		return nil
	}
	a := &Equivalence{ctx: ctx, of: of, subject: subject}
	if handle, ok := sitedata.User(p.data, subject); ok {
		a.subject = handle
	}
	if session, ok := sessionOf(r.Context); ok {
		a.classes = of.For(a.subject, session, func(typ string, action uint32, handles []string) ([]bool, error) {
			return p.allowed(ctx, r, typ, action, handles)
		})
	}
	return a
}

// allowed reports for each resource whether the subject of a request has an action on it.
func (p *EntryPoint) allowed(ctx context.Context, r Request, typ string, action uint32, handles []string) ([]bool, error) {
	requests := make([]Request, len(handles))
	named := ast.ObjectTerm([2]*ast.Term{nameKey, ast.StringTerm(ruleset.Action(action).Name())})
	kind := ast.StringTerm(typ)
	for i, handle := range handles {
		requests[i] = Request{Subject: r.Subject, Action: named, Context: r.Context,
			Resource: ast.ObjectTerm([2]*ast.Term{typeKey, kind}, [2]*ast.Term{idKey, ast.StringTerm(handle)})}
	}
	verdicts, err := p.evaluateAll(ctx, requests, false)
	if err != nil {
		return nil, err
	}
	allowed := make([]bool, len(verdicts))
	for i, v := range verdicts {
		if v.Err != nil {
			return nil, v.Err
		}
		allowed[i] = v.Allow
	}
	return allowed, nil
}

// Classes returns a number for each id: resources with equal numbers have the same verdict, and -1 means that
// the resource must be evaluated. It returns an error only if the context is done.
func (a *Equivalence) Classes(ids []string) ([]int32, error) {
	handles := make([]string, len(ids))
	for i, id := range ids {
		handles[i] = strings.ToLower(id)
	}
	if a.classes != nil {
		list, err := a.classes.Classes(handles)
		if err != nil && a.ctx.Err() == nil { // the policy fails for one of them, so each must be evaluated alone
			return slices.Repeat([]int32{-1}, len(ids)), nil
		}
		return list, err
	}
	list := make([]int32, len(ids))
	for i, place := range a.of.Places(handles) {
		list[i] = -1
		if place.Decides(a.subject) {
			list[i] = place.Class
		}
	}
	return list, nil
}

// firsts returns, for each request, the index of the first request with the same verdict, possibly its own.
func (p *EntryPoint) firsts(ctx context.Context, requests []Request) ([]int, error) {
	firsts := make([]int, len(requests))
	for i := range firsts {
		firsts[i] = i
	}
	for _, group := range groups(requests, Request.asksWith) {
		if len(group) == 1 {
			continue
		}
		equivalent := p.Equivalence(ctx, requests[group[0]])
		if equivalent == nil {
			continue
		}
		ids := make([]string, len(group))
		for i, at := range group {
			ids[i], _ = text(requests[at].Resource, idKey)
		}
		known, err := equivalent.Classes(ids)
		if err != nil {
			return nil, err
		}
		first := map[int32]int{}
		for i, class := range known {
			if class < 0 {
				continue
			}
			if _, ok := first[class]; !ok {
				first[class] = group[i]
			}
			firsts[group[i]] = first[class]
		}
	}
	return firsts, nil
}

// asksWith reports whether two requests differ only in the id of the resource.
func (r Request) asksWith(o Request) bool {
	return r.goesWith(o) && r.Action.Equal(o.Action) && r.Resource.Get(propertiesKey) == nil && o.Resource.Get(propertiesKey) == nil
}
