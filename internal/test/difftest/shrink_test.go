package difftest

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// shrinker makes a failing case smaller: it removes everything that the failure does not depend on.
type shrinker struct {
	open    opener
	options options
	kind    string // of the failure
	left    int    // the number of smaller cases that may still be tried
	best    sitegen.Case
}

// shrink returns a small case that fails in the same way, and its failure. It tries at most tries smaller
// cases.
func shrink(c sitegen.Case, o options, open opener, f failure, tries int) (sitegen.Case, failure) {
	s := &shrinker{open: open, options: o, kind: f.kind, left: tries, best: c}
	if _, request := check(context.Background(), c, o, open, nil); request != nil {
		c.Requests = [][]byte{request}
		s.try(c)
	}
	for range 3 {
		before := s.size()
		s.rules()
		s.files()
		s.requests()
		s.conditions()
		if s.size() == before {
			break
		}
	}
	return s.best, s.failure(s.best)
}

func (s *shrinker) size() int {
	n := len(s.best.Rules)
	for _, content := range s.best.Files {
		n += len(content)
	}
	for _, request := range s.best.Requests {
		n += len(request)
	}
	return n
}

// failure returns how a case fails: before any request, or for one of them.
func (s *shrinker) failure(c sitegen.Case) failure {
	f, _ := check(context.Background(), c, s.options, s.open, nil)
	return f
}

// try keeps a case if it fails in the same way.
func (s *shrinker) try(c sitegen.Case) bool {
	if s.left <= 0 {
		return false
	}
	s.left--
	if s.failure(c).kind != s.kind {
		return false
	}
	s.best = c
	return true
}

func (s *shrinker) tryRules(rules any) bool {
	c := s.best
	c.Rules = encode(rules)
	return s.try(c)
}

// rules removes rules, and then fields of the remaining ones.
func (s *shrinker) rules() {
	reduce(exported(s.best.Rules), s.tryRules)
}

// exported returns the rules of an export in any of its forms.
func exported(export []byte) any {
	v := decode(export)
	if o, ok := v.(map[string]any); ok {
		if packages, ok := o["localpackagelist"].([]any); ok {
			var rules []any
			for _, p := range packages {
				list, _ := p.(map[string]any)["ruleList"].([]any)
				rules = append(rules, list...)
			}
			return rules
		}
	}
	return v
}

// files removes files, entities and fields.
func (s *shrinker) files() {
	for _, name := range slices.Sorted(maps.Keys(s.best.Files)) {
		with := func(content []byte) bool {
			c := s.best
			c.Files = maps.Clone(c.Files)
			if c.Files[name] = content; content == nil {
				delete(c.Files, name)
			}
			return s.try(c)
		}
		if !with(nil) {
			reduce(decode(s.best.Files[name]), func(v any) bool { return with(encode(v)) })
		}
	}
}

// requests removes requests, and then fields of the remaining ones.
func (s *shrinker) requests() {
	reduceList(s.best.Requests, func(requests [][]byte) bool {
		c := s.best
		c.Requests = requests
		return s.try(c)
	})
	for i, request := range s.best.Requests {
		reduce(decode(request), func(v any) bool {
			c := s.best
			c.Requests = slices.Clone(c.Requests)
			c.Requests[i] = encode(v)
			return s.try(c)
		})
	}
}

// conditions replaces the conditions of rules by simpler ones.
func (s *shrinker) conditions() {
	rules, _ := exported(s.best.Rules).([]any)
	for i := range rules {
		for again := true; again; {
			rule, _ := rules[i].(map[string]any)
			text, _ := rule["rule"].(string)
			tree, _ := condition.Parse(&diag.Text{Content: text}, diag.Rule{})
			again = tree != nil && slices.ContainsFunc(simpler(tree), func(n condition.Node) bool {
				candidate := slices.Clone(rules)
				simple := maps.Clone(rule)
				simple["rule"], candidate[i] = condition.Print(n), simple
				if simple["rule"] == text || !s.tryRules(candidate) {
					return false
				}
				rules = candidate
				return true
			})
		}
	}
}

func decode(content []byte) any {
	var v any
	if json.Unmarshal(content, &v) != nil {
		return nil
	}
	return v
}

func encode(v any) []byte {
	content, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was decoded from JSON
	}
	return content
}
