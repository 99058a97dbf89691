package closure

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// Contender is plain Go.
var Contender = model.Contender{
	Name:    "closures",
	About:   "a Go function a rule, looped over by type, action and id; rights on parents remembered",
	Prepare: prepare,
}

type test func(*model.Frame) bool

type stage struct {
	any  []test
	byID map[string][]test
}

type program struct {
	site   *model.Site
	stages map[model.Stage]*stage
	// may decides the rights that rules depend on.
	may func(model.Stage, *model.Frame) bool
}

// Test returns the test of a predicate, for peers that support functions. may decides rights.
func Test(site *model.Site, predicate ir.Predicate, may func(model.Stage, *model.Frame) bool) func(*model.Frame) bool {
	return (&program{site: site, may: may}).test(predicate)
}

func prepare(_ context.Context, c *model.Case) (model.Decide, error) {
	p := &program{site: c.Site, stages: map[model.Stage]*stage{}}
	p.may = func(s model.Stage, f *model.Frame) bool { return p.stages[s].holds(f) }
	for _, s := range c.Order {
		rules := c.Stages[s]
		made := &stage{p.tests(rules.Any), map[string][]test{}}
		for id, list := range rules.ByID {
			made.byID[id] = p.tests(list)
		}
		p.stages[s] = made
	}
	return func(i int) (bool, error) {
		q := c.Queries[i]
		return p.stages[q.Stage].holds(&model.Frame{Query: q, Resource: q.Resource, Held: new(model.Held)}), nil
	}, nil
}

func (s *stage) holds(f *model.Frame) bool {
	for _, t := range s.byID[f.Resource.ID] {
		if t(f) {
			return true
		}
	}
	for _, t := range s.any {
		if t(f) {
			return true
		}
	}
	return false
}

func (p *program) tests(rules []model.Rule) []test {
	list := make([]test, len(rules))
	for i, r := range rules {
		list[i] = p.test(r.Predicate)
	}
	return list
}

func (p *program) all(terms []ir.Predicate) []test {
	list := make([]test, len(terms))
	for i, t := range terms {
		list[i] = p.test(t)
	}
	return list
}

func (p *program) test(predicate ir.Predicate) test {
	switch q := predicate.(type) {
	case ir.Constant:
		return func(*model.Frame) bool { return q.Value }
	case ir.Conjunction:
		terms := p.all(q.Terms)
		return func(f *model.Frame) bool {
			for _, t := range terms {
				if !t(f) {
					return false
				}
			}
			return true
		}
	case ir.Disjunction:
		terms := p.all(q.Terms)
		return func(f *model.Frame) bool {
			for _, t := range terms {
				if t(f) {
					return true
				}
			}
			return false
		}
	case ir.Negation:
		term := p.test(q.Term)
		return func(f *model.Frame) bool { return !term(f) }
	case ir.OneOf:
		return p.some(q.Value, q.Exact, isOneOf(q.Strings))
	case ir.Common:
		left, right := p.site.Texts(q.Left, q.Exact), p.site.Texts(q.Right, q.Exact)
		return func(f *model.Frame) bool { return meet(left(f), right(f)) }
	case ir.Identical:
		left, right := p.site.Texts(q.Left, q.Exact), p.site.Texts(q.Right, q.Exact)
		return func(f *model.Frame) bool { return same(left(f), right(f)) }
	case ir.Like:
		return p.some(q.Value, false, Pattern(q.Pattern))
	case ir.Matches:
		return p.some(q.Value, true, regexp.MustCompile(q.Regexp).MatchString)
	case ir.Present:
		texts := p.site.Texts(q.Value, false)
		return func(f *model.Frame) bool { return len(texts(f)) > 0 }
	case ir.Exists:
		entities := p.site.Entities(q.Entities)
		return func(f *model.Frame) bool { return len(entities(f)) > 0 }
	case ir.CommonEntity:
		left, right := p.site.Entities(q.Left), p.site.Entities(q.Right)
		return func(f *model.Frame) bool { return meet(left(f), right(f)) }
	case ir.IdenticalEntity:
		left, right := p.site.Entities(q.Left), p.site.Entities(q.Right)
		return func(f *model.Frame) bool { return same(left(f), right(f)) }
	case ir.Privilege:
		return p.privilege(model.Question{Privilege: q})
	case ir.Anonymous:
		slot := p.site.Layout("user").Texts["userdirectory"]
		return func(f *model.Frame) bool {
			directory := f.Subject.Texts[slot]
			return len(directory) == 1 && directory[0] == "none"
		}
	case ir.From:
		return func(f *model.Frame) bool { return f.From == q.Context }
	}
	panic("a predicate that closures do not know: " + predicate.Key())
}

func (p *program) privilege(q model.Question) test {
	entities, asked := p.site.Entities(q.Entities), q.Stage()
	find := func(parent *model.Frame) bool { return p.may(asked, parent) }
	return func(f *model.Frame) bool {
		for _, e := range entities(f) {
			if f.May(asked, e, find) {
				return true
			}
		}
		return false
	}
}

func (p *program) some(v ir.Value, exact bool, is func(string) bool) test {
	texts := p.site.Texts(v, exact)
	return func(f *model.Frame) bool {
		for _, t := range texts(f) {
			if is(t) {
				return true
			}
		}
		return false
	}
}

func isOneOf(texts []string) func(string) bool {
	if len(texts) == 1 {
		return func(t string) bool { return t == texts[0] }
	}
	if len(texts) <= 8 {
		return func(t string) bool { return slices.Contains(texts, t) }
	}
	set := map[string]bool{}
	for _, t := range texts {
		set[t] = true
	}
	return func(t string) bool { return set[t] }
}

// Pattern returns the test of a pattern.
func Pattern(p ir.Pattern) func(string) bool {
	switch shape, text := p.Shape(); shape {
	case ir.Whole:
		return func(t string) bool { return t == text }
	case ir.Prefix:
		return func(t string) bool { return strings.HasPrefix(t, text) }
	case ir.Suffix:
		return func(t string) bool { return strings.HasSuffix(t, text) }
	case ir.Infix:
		return func(t string) bool { return strings.Contains(t, text) }
	case ir.Anything:
		return func(string) bool { return true }
	default:
		return regexp.MustCompile(text).MatchString
	}
}

func meet[T comparable](a, b []T) bool {
	for _, x := range a {
		if slices.Contains(b, x) {
			return true
		}
	}
	return false
}

func same[T comparable](a, b []T) bool { return len(a) == 1 && len(b) == 1 && a[0] == b[0] }
