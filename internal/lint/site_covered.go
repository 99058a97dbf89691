package lint

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

var _ = New(Lint{
	Code: "Q0906", Title: "rule grants only what others grant on this site", Category: Site, Level: diag.Info, Scope: PerSite,
	Doc: Doc{
		What:  "Other rules grant the same for every user and resource of the snapshot.",
		Wrong: []string{"App_* read: user.name = \"Anna\" and resource.name = \"Budget\"\nApp_* read: user.group = \"Sales\""},
		Right: []string{"App_* read: user.name = \"Ben\" and resource.name = \"Budget\"\nApp_* read: user.group = \"Sales\""},
		Site:  twoUsers,
		Why: "Removing the rule has no effect today. It may be for future users and resources. Rules whose tests a snapshot cannot " +
			"decide, such as rights and session attributes, are not reported.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		if len(p.Site.Records["user"]) == 0 {
			p.CannotRun("the snapshot has no users")
			return
		}
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() || r.Has(ruleset.CreateAction) {
				continue // resources to be created do not exist yet
			}
			if c := (&coverage{Pass: p, rule: r, by: map[*Rule]bool{}}); c.whole() {
				var related []diag.Related
				for _, o := range p.Rules {
					if c.by[o] {
						related = append(related, See(o, "the rule %q grants the same", o.Name))
					}
				}
				p.On(r).Whole(Finding{
					Summary: "on this site other rules grant everything that this rule grants",
					Detail:  "Removing the rule has no effect today. Delete it, unless it is for future users and resources.",
					Related: related,
				})
			}
		}
	},
})

// maxCompared is the maximum number of pairs of a user and a resource that are compared for one
// rule.
const maxCompared = 100_000

// coverage determines whether other rules grant what a rule grants on a site.
type coverage struct {
	*Pass
	rule  *Rule
	by    map[*Rule]bool
	pairs int
}

// whole reports whether other rules grant everything that the rule may grant, and that is not
// nothing.
func (c *coverage) whole() bool {
	for i := range c.rule.Scopes {
		if !c.scope(&c.rule.Scopes[i]) {
			return false
		}
	}
	return c.pairs > 0
}

func (c *coverage) scope(s *resolve.Scope) bool {
	p := Grant(s)
	if never(p) {
		return true
	}
	resources := slices.DeleteFunc(slices.Clone(c.Site.sorted(s.Key)), func(e *snapshot.Entity) bool { return !c.Site.mayHold(p, nil, e) })
	if len(c.Site.Records[s.Key]) == 0 {
		return false // snapshots have no information about them
	}
	others := c.others(s.Key)
	for _, u := range c.Site.sorted("user") {
		if !c.Site.mayHold(p, u, nil) {
			continue
		}
		for _, e := range resources {
			if !c.Site.mayHold(p, u, e) {
				continue
			}
			if c.pairs++; c.pairs > maxCompared || !c.covered(others, subject{u, e, nil}) {
				return false
			}
		}
	}
	return true
}

// others returns the tests of other rules in a scope, for those that apply whenever the rule
// does.
func (c *coverage) others(key string) map[*Rule]ir.Predicate {
	list := map[*Rule]ir.Predicate{}
	for _, o := range c.Rules {
		if s := o.At(key); o != c.rule && o.Grants() && s != nil && (o.Context == ruleset.Both || o.Context == c.rule.Context) {
			list[o] = Grant(s)
		}
	}
	return list
}

// covered reports whether other rules certainly grant all actions of the rule.
func (c *coverage) covered(others map[*Rule]ir.Predicate, on subject) bool {
	var granted ruleset.Actions
	for _, o := range c.Rules {
		if p := others[o]; p != nil && o.Actions&c.rule.Actions&^granted != 0 && evaluate(p, on) == certainly {
			granted |= o.Actions
			c.by[o] = true
		}
	}
	return c.rule.Actions&^granted == 0
}
