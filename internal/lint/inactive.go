package lint

import (
	"cmp"
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

const leaver = `{"user": [{"id": "00000000-0000-4000-8000-000000000001", "userId": "anna", "userDirectory": "ACME", "name": "Anna", "roles": [], "removedExternally": true},
 {"id": "00000000-0000-4000-8000-000000000002", "userId": "ben", "userDirectory": "ACME", "name": "Ben", "roles": []}],
 "stream": [{"id": "00000000-0000-4000-8000-0000000000e1", "name": "Sales", "owner": {"id": "00000000-0000-4000-8000-000000000001"}}]}`

var _ = New(Lint{
	Code: "Q0908", Title: "rule for a former user", Category: Site, Level: diag.Warning, Scope: PerSite,
	Doc: Doc{
		What:   "A rule names a user that is inactive or removed from the directory.",
		Wrong:  []string{`App_*: user.userId = "anna" and user.userDirectory = "ACME"`},
		Right:  []string{`App_*: user.userId = "ben" and user.userDirectory = "ACME"`},
		Site:   leaver,
		Why:    "The next user with this account name gets the right. Remove the name.",
		Source: "Qlik Admin Playbook, license_maintenance.md; practice of access reviews.",
	},
	Check: func(p *Pass) {
		reported := map[*Rule]bool{}
		p.customTests(func(r *Rule, t test, a ir.OneOf) {
			if !everyoneHas[a.Value.Key()] || a.Value.Key() == userDirectory || reported[r] || r.negated(t.node) {
				return
			}
			for _, u := range p.Site.sorted("user") {
				if p.Site.hasLeft(u.ID) && evaluate(a, subject{user: u}) == certainly {
					reported[r] = true
					p.On(r).Node(t.node, Finding{
						Summary: fmt.Sprintf("%s is inactive, or no longer in the directory", cmp.Or(u.Login(), u.ID)),
						Detail:  "The next user with this account name gets the right. Remove the name from the rule.",
					})
					return
				}
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0912", Title: "owner who has left", Category: Site, Level: diag.Info, Scope: PerSite,
	Doc: Doc{
		What:   "Streams or apps are owned by users that are inactive or removed from the directory.",
		Wrong:  []string{`Stream_*: resource.owner = user`},
		Right:  []string{`Stream_*: resource.@audience = user.group`},
		Site:   leaver,
		Why:    "Rules that grant access to the owner give nobody access. Assign another owner. The lint is active only if rules test the owner.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		tests := false
		for _, r := range p.Rules {
			for _, s := range r.Scopes {
				ir.Visit(s.Condition, func(a ir.Atom, _ bool) { tests = tests || r.Grants() && ownerTest(a) })
			}
		}
		n := 0
		var first *snapshot.Entity
		for _, key := range []string{"stream", "app"} {
			for _, e := range p.Site.sorted(key) {
				for _, owner := range e.Relations["owner"] {
					if p.Site.hasLeft(owner.ID) {
						if n++; first == nil {
							first = e
						}
					}
				}
			}
		}
		if first == nil || !tests {
			return
		}
		p.Nowhere(Finding{
			Summary: fmt.Sprintf("%s by users who have left, %s %q first", several(n, "stream or app is owned", "streams and apps are owned"), first.TypeName, first.Scalars["name"]),
			Detail:  "Rules that grant access to the owner give nobody access. Assign another owner.",
		})
	},
})
