package verify

import (
	"cmp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Point is a point of the language that explains differences.
type Point struct {
	// Name is the option under which both sides agree, such as list-inequality=all, or a feature
	// that the rules of either side share, such as matches; "" for an unexplained difference.
	Name string `json:"name"`
	// Settled reports whether the option was tried and makes both sides agree.
	Settled bool `json:"settled"`
	Pairs   int  `json:"pairs"`
	// Rules are the rules that the differences involve.
	Rules []string `json:"rules"`
}

// explainer tries other readings of the rules on the pairs that differ.
type explainer struct {
	records     *snapshot.Site
	environment map[string][]string
	rules       map[string]ruleset.Rule
	readings    []reading
}

func newExplainer(rules []ruleset.Rule, records *snapshot.Site, o Options) *explainer {
	e := &explainer{records: records, environment: map[string][]string{}, rules: map[string]ruleset.Rule{}, readings: readings(rules, records, o.Readings)}
	for name, values := range o.Environment {
		e.environment[schema.Fold(name)] = values
	}
	for _, r := range rules {
		e.rules[schema.Fold(r.ID)] = r
	}
	return e
}

// point returns the reading under which we decide like the site, "" if there is none.
func (e *explainer) point(d Difference, theirs uint32) string {
	user, resource := e.records.Records["user"][schema.Fold(d.User)], e.records.Records[schema.Fold(d.Type)][schema.Fold(d.Resource)]
	if user == nil || resource == nil {
		return ""
	}
	for _, r := range e.readings {
		answer := r.evaluator.Answer(evaluate.Question{Subject: user, Resource: resource, Context: d.Context, Environment: e.environment})
		var mask uint32
		for _, name := range answer.Actions {
			if a, ok := ruleset.ParseAction(name); ok {
				mask |= uint32(a)
			}
		}
		if mask == theirs {
			return r.name
		}
	}
	return ""
}

// points groups differences by their explanation. If no option explains them, it names the feature
// that the rules of only one side share, as a starting point for a search.
func (e *explainer) points(list []Difference) []Point {
	byName := map[string]*Point{}
	points := []Point{}
	for i := range list {
		d := &list[i]
		name, settled := d.Point, d.Point != ""
		one := symmetric(d.OurRules, d.TheirRules)
		if !settled {
			name = e.features(one)
		}
		p := byName[name]
		if p == nil {
			p = &Point{Name: name, Settled: settled, Rules: []string{}}
			byName[name] = p
		}
		p.Pairs++
		for _, id := range one {
			if !slices.Contains(p.Rules, id) {
				p.Rules = append(p.Rules, id)
			}
		}
	}
	for _, p := range byName {
		slices.Sort(p.Rules)
		points = append(points, *p)
	}
	slices.SortFunc(points, func(a, b Point) int { return cmp.Or(cmp.Compare(b.Pairs, a.Pairs), strings.Compare(a.Name, b.Name)) })
	order(list)
	return points
}

// symmetric returns the rules that only one of the two sides has.
func symmetric(a, b []string) []string {
	var one []string
	for _, id := range a {
		if !slices.Contains(b, id) {
			one = append(one, id)
		}
	}
	for _, id := range b {
		if !slices.Contains(a, id) {
			one = append(one, id)
		}
	}
	return one
}

// features names the features used by the rules whose reading is not documented.
func (e *explainer) features(ids []string) string {
	found := map[string]bool{}
	for _, id := range ids {
		r, ok := e.rules[schema.Fold(id)]
		if !ok {
			continue
		}
		node, _ := condition.Parse(r.Condition, diag.Rule{ID: r.ID, Name: r.Name})
		if node == nil {
			found["a rule in error"] = true
			continue
		}
		condition.Walk(node, func(n condition.Node) bool {
			if c, ok := n.(*condition.Comparison); ok {
				found[feature(c)] = true
			}
			return true
		})
	}
	delete(found, "")
	var names []string
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func feature(c *condition.Comparison) string {
	switch {
	case c.Op.Expression():
		return "regular expressions (matches)"
	case c.Op.Inequality():
		return "inequality (" + c.Op.String() + ")"
	case c.Op.Wildcards():
		if s, ok := c.Right.(*condition.String); ok && strings.Contains(s.Value, "?") {
			return "? in like"
		}
	}
	return ""
}
