package difftest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// deaf returns an engine that ignores one rule.
func deaf(ask decider, rule string) decider {
	return func(ctx context.Context, request []byte) (answer, error) {
		a, err := ask(ctx, request)
		a.GrantedBy = slices.DeleteFunc(a.GrantedBy, func(id string) bool { return id == rule })
		return a, err
	}
}

// few is the size of a site that shrinks within seconds.
var few = sitegen.Size{Users: 4, Streams: 2, Apps: 3, Objects: 3, Others: 1, Rules: 12, Requests: 80}

// TestShrinkToOneRule plants an engine that ignores one rule: the shrunk case may only contain that rule,
// with the condition true, and a request for what it grants, on an empty site.
func TestShrinkToOneRule(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons, one after the other")
	}
	t.Parallel()
	c := sitegen.Generate(7, few)
	o := options{}
	rule := granting(t, c, o)
	planted := func(ctx context.Context, c sitegen.Case, o options) (*site, failure) {
		s, f := open(ctx, c, o)
		if s != nil {
			s.ask = deaf(s.ask, rule)
		}
		return s, f
	}
	small, report := shrunk(t, c, o, planted)
	rules, _ := ruleset.Decode("rules.json", small.Rules)
	if len(rules) != 1 || rules[0].ID != rule {
		t.Fatalf("%d rules are left; want only %s\n%s", len(rules), rule, report)
	}
	if text := strings.TrimSpace(rules[0].Condition.Content); text != "" && text != "true" {
		t.Errorf("the condition left is %s", text)
	}
	if len(small.Files) > 1 || len(small.Requests) != 1 {
		t.Errorf("%d files and %d requests are left", len(small.Files), len(small.Requests))
	}
	for _, part := range []string{"the engines differ", "reference: allow=true", "engine:    allow=true", "-- request --", rule, "-- the reference --", "package qlik.types"} {
		if !strings.Contains(report, part) {
			t.Errorf("the report does not have %q:\n%s", part, report)
		}
	}
}

// granting returns a rule that grants one of the case's requests.
func granting(t *testing.T, c sitegen.Case, o options) string {
	s, f := open(t.Context(), c, o)
	if f.kind != "" {
		t.Fatal(f)
	}
	defer s.close()
	for _, request := range c.Requests {
		if a, _ := s.compare(t.Context(), request); len(a.GrantedBy) > 1 {
			return a.GrantedBy[0]
		}
	}
	t.Fatal("nothing is granted")
	return ""
}

// TestShrinkToOneComparison plants an engine that evaluates like as =: the shrunk case may only contain one
// comparison.
func TestShrinkToOneComparison(t *testing.T) {
	exact.Skip(t)
	t.Parallel()
	o := options{}
	planted := func(ctx context.Context, c sitegen.Case, o options) (*site, failure) {
		s, f := made(func(s *site, dir string) failure { return s.read(c, o, dir) })
		if s == nil {
			return nil, f
		}
		c.Rules = bytes.ReplaceAll(c.Rules, []byte(" like "), []byte(" = "))
		wrong, f := open(ctx, c, o)
		if wrong == nil {
			s.close()
			return nil, f
		}
		defer wrong.close()
		s.ask, s.compiled = wrong.ask, wrong.compiled
		return s, f
	}
	small, report := shrunk(t, showing(t, 8, o, planted), o, planted)
	rules, _ := ruleset.Decode("rules.json", small.Rules)
	likes := 0
	for _, r := range rules {
		tree, _ := condition.Parse(r.Condition, diag.Rule{})
		condition.Walk(tree, func(n condition.Node) bool {
			switch n := n.(type) {
			case *condition.Or, *condition.And:
				t.Errorf("a condition left is %s", condition.Print(n))
			case *condition.Comparison:
				if n.Op == condition.Like {
					likes++
				}
			}
			return true
		})
	}
	if len(rules) > 2 || likes != 1 {
		t.Errorf("%d rules with %d like are left\n%s", len(rules), likes, report)
	}
}

// showing returns the first case from a seed on in which a planted fault has an effect.
func showing(t *testing.T, seed uint64, o options, planted opener) sitegen.Case {
	t.Helper()
	for last := seed + 20; seed < last; seed++ {
		c := sitegen.Generate(seed, few)
		if f, _ := check(t.Context(), c, o, planted, nil); f.kind == "the engines differ" {
			return c
		}
	}
	t.Fatal("the fault shows on none of 20 sites")
	return sitegen.Case{}
}

// shrunk shrinks a case that must fail, and reports it.
func shrunk(t *testing.T, c sitegen.Case, o options, planted opener) (sitegen.Case, string) {
	f, _ := check(t.Context(), c, o, planted, nil)
	if f.kind != "the engines differ" {
		t.Fatalf("the fault does not show: %s", f)
	}
	small, f := shrink(c, o, planted, f, 4000)
	return small, tell(small, nil, o, planted, f, 1)
}

func TestReduceList(t *testing.T) {
	list := []int{1, 2, 3, 4, 5, 6, 7, 8, 9}
	got := reduceList(list, func(l []int) bool { return slices.Contains(l, 3) && slices.Contains(l, 8) })
	if !slices.Equal(got, []int{3, 8}) {
		t.Errorf("left are %v; want 3 and 8", got)
	}
}
