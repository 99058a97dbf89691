package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// order sorts the writes so that rights are granted before others are removed: rules that grant
// more come first, then those that may grant more or less, then those that grant less, then
// deletions. Among these, rules on streams come before those on apps, and those before rules on
// objects, because access to an app depends on its stream.
func (p *Plan) order() {
	slices.SortStableFunc(p.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.phase(), b.phase()), cmp.Compare(a.depth(), b.depth()), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
}

func (c *Change) phase() int {
	switch {
	case c.Op == Delete:
		return 4
	case c.Op == Create, c.Before.Disabled && !c.After.Disabled:
		return 0
	case c.After.Disabled:
		return 3
	case c.Before.Rule != c.After.Rule || c.Before.ResourceFilter != c.After.ResourceFilter || c.Before.RuleContext != c.After.RuleContext:
		return 1
	case c.Before.Actions&^c.After.Actions != 0:
		return 2
	}
	return 0
}

// depth returns the level of the filter's first type in the hierarchy.
func (c *Change) depth() int {
	f := c.After
	if f == nil {
		f = c.Before
	}
	filter := strings.ToLower(strings.TrimSpace(f.ResourceFilter))
	switch {
	case strings.HasPrefix(filter, "stream"):
		return 0
	case strings.HasPrefix(filter, "app."):
		return 2
	}
	return 1
}

// After returns the rules after the first n changes.
func After(site Rules, changes []Change, n int) (Rules, error) {
	rules := Rules{}
	for id, r := range site {
		rules[id] = r
	}
	for _, c := range changes[:n] {
		if c.Op == Delete {
			delete(rules, c.ID)
			continue
		}
		r, err := c.decode()
		if err != nil {
			return nil, err
		}
		rules[c.ID] = r
	}
	return rules, nil
}

// decode returns the rule after a change, as in its file if that is known.
func (c *Change) decode() (ruleset.Rule, error) {
	if c.rule == nil {
		return c.After.Decode(c.ID)
	}
	r := *c.rule
	r.ID = c.ID
	return r, nil
}
