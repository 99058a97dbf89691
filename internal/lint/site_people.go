package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The lints of this file are about administrators and custom properties of a site.

var _ = New(Lint{
	Code: "Q0909", Title: "administrator role held by many users", Category: Site, Level: diag.Warning, Scope: PerSite, Max: 10,
	Doc: Doc{
		What:   "More than `max` users of the snapshot have an administrator role.",
		Wrong:  []string{`App_*: user.roles = "SecurityAdmin" and resource.owner = user`},
		Right:  []string{`App_*: user.group = "Staff" and resource.owner = user`},
		Site:   crowd(),
		Why:    "Each of them can change rules, users or content. Only a few people should have administrator roles.",
		Source: "Qlik Admin Playbook; practice of access reviews.",
	},
	Check: func(p *Pass) {
		holders := map[string]int{}
		for _, u := range p.Site.sorted("user") {
			for _, role := range u.Lists["roles"] {
				holders[role]++
			}
		}
		named := map[string]bool{}
		for _, r := range p.Rules {
			if r.Disabled {
				continue
			}
			r.tests(func(t test) {
				if t.path.Root == "user" && last(t.path) == "roles" {
					named[fold(t.text.Value)] = true
				}
			})
		}
		for _, role := range slices.Sorted(maps.Keys(holders)) {
			if holders[role] > p.Max && named[fold(role)] {
				p.Nowhere(Finding{
					Summary: fmt.Sprintf("%d users have the administrator role %s", holders[role], role),
					Detail:  "Remove the role from users that do not need it.",
				})
			}
		}
	},
})

var _ = New(Lint{
	Code: "Q0910", Title: "unused choices of a custom property", Category: Site, Level: diag.Info, Scope: PerSite,
	Doc: Doc{
		What:   "A custom property that rules read has choices that no entity of the snapshot uses.",
		Wrong:  []string{`App_*: resource.@team = user.group`},
		Right:  []string{`App_*: resource.name = user.group and resource.owner = user`},
		Site:   twoUsers,
		Why:    "The choice is outdated, or an entity that should have it does not.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		definitions := p.Site.definitions()
		if definitions == nil {
			p.CannotRun("the snapshot has no definitions of custom properties (custompropertydefinition.json)")
			return
		}
		read := map[string]bool{}
		for _, r := range p.Rules {
			r.paths(func(path *condition.Path, _ condition.Node) {
				if name, custom := strings.CutPrefix(last(path), "@"); custom {
					read[name] = true
				}
			})
		}
		for _, name := range slices.Sorted(maps.Keys(definitions)) {
			d := definitions[name]
			unused := slices.DeleteFunc(slices.Clone(d.choices), func(c string) bool { return p.Site.hasChoice(name, c) })
			if !read[name] || len(unused) == 0 {
				continue
			}
			p.Nowhere(Finding{
				Summary: fmt.Sprintf("%s of the custom property %s, %q first", several(len(unused), "choice is used by nothing", "choices are used by nothing"), d.name, unused[0]),
				Detail:  "Remove the choices, or label the intended users and resources.",
			})
		}
	},
})

// hasChoice reports whether some entity has a value of a custom property.
func (d *Data) hasChoice(name, value string) bool {
	for _, records := range d.Records {
		for _, e := range records {
			if slices.ContainsFunc(e.Custom[name], func(v string) bool { return fold(v) == fold(value) }) {
				return true
			}
		}
	}
	return false
}

var _ = New(Lint{
	Code: "Q0914", Title: "administrator role that no user has", Category: Site, Level: diag.Info, Scope: PerSite, Product: false,
	Doc: Doc{
		What:   "A custom rule names an administrator role that no user of the snapshot has.",
		Wrong:  []string{`App_*: user.roles = "AppOwner" and resource.owner = user`},
		Right:  []string{`App_*: user.roles = "RootAdmin" and resource.owner = user`},
		Site:   twoUsers,
		Why:    "The rule gives nobody access until a user gets the role. Roles are free text, so the name may be misspelt.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		if len(p.Site.Records["user"]) == 0 {
			p.CannotRun("the snapshot has no users")
			return
		}
		held := p.Site.userValues("roles")
		p.customTests(func(r *Rule, t test, a ir.OneOf) {
			if _, role := roleTest(a); role && held[fold(t.text.Value)] == "" {
				f := Finding{
					Summary: fmt.Sprintf("no user of the snapshot has the role %s", t.text.Value),
					Detail:  "Roles are free text: check the spelling, or give somebody the role.",
				}
				p.On(r).Range(t.text.Range, f)
			}
		})
	},
})
