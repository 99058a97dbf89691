package lint

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// The lints of this file find tests that are expensive on a site.

var _ = New(Lint{
	Code: "Q0477", Title: "custom property with very many values", Category: Performance, Level: diag.Info, Scope: PerSite, Max: 100,
	Doc: Doc{
		What:   "A custom property that rules read has more choices than the option `max` allows.",
		Wrong:  []string{`App_*: resource.@customer = user.group`},
		Right:  []string{`App_*: resource.@team = user.group`},
		Site:   `{"custompropertydefinition": [{"id": "00000000-0000-4000-8000-0000000000c1", "name": "customer", "choiceValues": [` + strings.Join(many(`"c%d"`, 120), ", ") + `]}, {"id": "00000000-0000-4000-8000-0000000000c2", "name": "team", "choiceValues": ["A"]}]}`,
		Why:    "Hundreds of choices slow down the QMC and the rules. Use a directory attribute.",
		Source: playbook,
	},
	Check: func(p *Pass) {
		definitions := p.Site.definitions()
		seen := map[string]bool{}
		for _, r := range p.Rules {
			if r.Disabled {
				continue
			}
			r.paths(func(path *condition.Path, _ condition.Node) {
				name, custom := strings.CutPrefix(last(path), "@")
				d, ok := definitions[name]
				if !custom || !ok || seen[name] || len(d.choices) <= p.Max {
					return
				}
				seen[name] = true
				p.On(r).Range(path.Range, Finding{
					Summary: fmt.Sprintf("the custom property %s has %d choices", d.name, len(d.choices)),
					Detail:  "So many choices are slow. Use a directory attribute.",
				})
			})
		}
	},
})

var _ = New(Lint{
	Code: "Q0476", Title: "least selective test first", Category: Performance, Level: diag.Info, Scope: PerSite,
	Doc: Doc{
		What:   "An `and` begins with a test that is true for more than half of the users, and a later test is true for fewer than one in twenty.",
		Wrong:  []string{`App_*: user.userDirectory = "ACME" and user.group = "None of them"`},
		Right:  []string{`App_*: user.group = "None of them" and user.userDirectory = "ACME"`},
		Site:   crowd(),
		Why:    "`and` is evaluated from left to right. If the most selective test is first, the others are rarely evaluated.",
		Source: playbook,
	},
	Check: func(p *Pass) {
		users := p.Site.sorted("user")
		if len(users) < 10 {
			p.CannotRun("the snapshot has fewer than ten users")
			return
		}
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() || len(r.Scopes) == 0 {
				continue
			}
			meets := func(n condition.Node) int {
				a, ok := r.Scopes[0].Parts[n].(ir.Atom)
				if !ok || !readsOnlyUser(a) {
					return -1
				}
				for _, v := range valuesOf(a) {
					if _, session := v.(ir.Environment); session {
						return -1
					}
				}
				return share(users, func(u *snapshot.Entity) bool { return p.Site.mayHold(a, u, nil) })
			}
			done := false
			r.chains(func(_ condition.Node, operands []condition.Node, and bool) {
				if !and || done || meets(operands[0]) <= 50 {
					return
				}
				for _, o := range operands[1:] {
					if n := meets(o); n >= 0 && n < 5 {
						done = true
						p.On(r).Node(operands[0], Finding{
							Summary: fmt.Sprintf("%d %% of the users meet the first test, %d %% a later one", meets(operands[0]), n),
							Detail:  fmt.Sprintf("Put %s first.", excerpt(r.Source(o.Span()))),
						})
						return
					}
				}
			})
		}
	},
})
