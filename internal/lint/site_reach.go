package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// The lints of this file check which users and resources rules reach on a site.

// outcome says whether any user can meet a rule's tests of users, and any resource its tests of
// resources.
type outcome struct{ user, resource bool }

// onSite reports whether some user, and some resource of the site, may meet the rule.
func (s *Set) onSite(r *Rule) outcome {
	var o outcome
	users := s.Site.sorted("user")
	for i := range r.Scopes {
		sc := &r.Scopes[i]
		p := Grant(sc)
		if never(p) {
			continue
		}
		resources := s.Site.sorted(sc.Key)
		free := sc.Type.Transient || len(resources) == 0 && len(s.Site.Records[sc.Key]) == 0 || r.Has(ruleset.CreateAction)
		reaches := free || slices.ContainsFunc(resources, func(e *snapshot.Entity) bool { return s.Site.mayHold(p, nil, e) })
		fits := slices.ContainsFunc(users, func(u *snapshot.Entity) bool { return s.Site.mayHold(p, u, nil) })
		o.resource, o.user = o.resource || reaches, o.user || fits
	}
	return o
}

var _ = New(Lint{
	Code: "Q0905", Title: "rule gives nobody access", Category: Site, Level: diag.Info, Scope: PerSite,
	Doc: Doc{
		What:   "No user of the snapshot matches the tests of the user, or no resource matches those of the resource.",
		Wrong:  []string{`App_*: resource.@team = "Sales" and user.group = "Sales"`},
		Right:  []string{`App_*: resource.@team = "Finance" and user.group = "Sales"`, `App_*: user.environment.group = "x" and resource.@team = "Finance"`},
		Site:   twoUsers,
		Why:    "The rule may be for future users or resources, or it is outdated. Tests of session attributes are assumed to be true.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		if len(p.Site.Records["user"]) == 0 {
			p.CannotRun("the snapshot has no users")
			return
		}
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() || len(r.Scopes) == 0 {
				continue
			}
			o := p.onSite(r)
			if o.user && o.resource {
				continue
			}
			what := "user"
			if o.user {
				what = "resource"
			}
			p.On(r).Whole(Finding{
				Summary: fmt.Sprintf("no %s of the snapshot matches the condition", what),
				Detail:  "The rule gives nobody access on this site. Check the values, or delete the rule if it is outdated.",
			})
		}
	},
})

var _ = New(Lint{
	Code: "Q0915", Title: "combination of attributes that no user has", Category: Site, Level: diag.Warning, Scope: PerSite,
	Supersedes: []diag.Code{"Q0905"},
	Doc: Doc{
		What:   "Each test of the user is true for some user of the snapshot, but all of them together for nobody.",
		Wrong:  []string{`App_*: user.group = "Sales" and user.office = "Lund"`},
		Right:  []string{`App_*: user.group = "Finance" and user.office = "Lund"`},
		Site:   twoUsers,
		Why:    "Often the attributes come from different directories, and no account has all of them. The rule gives nobody access.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		users := p.Site.sorted("user")
		if len(users) == 0 {
			p.CannotRun("the snapshot has no users")
			return
		}
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() || !p.distinguishes(r, users) {
				continue
			}
			p.On(r).Whole(Finding{
				Summary: "each test of the user is true for somebody, but all together for nobody",
				Detail:  "Often the attributes come from different directories. Check the intended accounts.",
			})
		}
	},
})

// distinguishes reports whether every cube of the rule has two or more tests of the user that
// some users meet and no user meets together.
func (p *Pass) distinguishes(r *Rule, users []*snapshot.Entity) bool {
	some := false
	for i := range r.Scopes {
		list, ok := cubesOf(Grant(&r.Scopes[i]))
		if !ok {
			return false
		}
		for _, c := range list {
			var tests []ir.Predicate
			for _, l := range c {
				if readsOnlyUser(l.atom) {
					tests = append(tests, conjunction(cube{l}))
				}
			}
			meets := func(q ir.Predicate) bool {
				return slices.ContainsFunc(users, func(u *snapshot.Entity) bool { return p.Site.mayHold(q, u, nil) })
			}
			if len(tests) < 2 || meets(ir.And(tests...)) || slices.ContainsFunc(tests, func(q ir.Predicate) bool { return !meets(q) }) {
				return false
			}
			some = true
		}
	}
	return some
}

const manyUsers = `{"user": [%s],
 "app": [%s]}`

// crowd returns a snapshot of twelve users and twelve apps.
func crowd() string {
	var users, apps []string
	for i := range 12 {
		users = append(users, fmt.Sprintf(`{"id": "00000000-0000-4000-8000-0000000000%02d", "userId": "u%d", "userDirectory": "ACME", "name": "User %d", "roles": ["SecurityAdmin"], "attributes": [{"attributeType": "group", "attributeValue": "Staff"}]}`, i, i, i))
		apps = append(apps, fmt.Sprintf(`{"id": "00000000-0000-4000-8000-0000000001%02d", "name": "App %d"}`, i, i))
	}
	return fmt.Sprintf(manyUsers, strings.Join(users, ",\n  "), strings.Join(apps, ",\n  "))
}

var _ = New(Lint{
	Code: "Q0907", Title: "rule reaches nearly all users and resources", Category: Site, Level: diag.Warning, Scope: PerSite, Max: 90,
	Doc: Doc{
		What:   "A custom rule that grants more than read reaches more than `max` percent of the users and of the resources of a type.",
		Wrong:  []string{`App_* read update: user.group = "Staff"`},
		Right:  []string{`App_* read update: user.group = "Staff" and resource.owner = user`, `App_* read: user.group = "Staff"`},
		Site:   crowd(),
		Why:    "A rule that grants nearly everybody more than read is rarely intended. The group probably has more members than its name suggests.",
		Source: "AWS IAM Access Analyzer, over-broad access.",
	},
	Check: func(p *Pass) {
		users := p.Site.sorted("user")
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() || !r.HasAny(ruleset.UpdateAction, ruleset.DeleteAction, ruleset.ExportAction, ruleset.ChangeOwnerAction, ruleset.ChangeRoleAction, ruleset.PublishAction, ruleset.DuplicateAction) {
				continue
			}
			for i, s := range r.Scopes {
				resources := p.Site.sorted(s.Key)
				if len(users) < 10 || len(resources) < 10 {
					continue
				}
				grant := Grant(&r.Scopes[i])
				u := share(users, func(e *snapshot.Entity) bool { return evaluate(grant, subject{user: e}) == certainly })
				all := share(resources, func(e *snapshot.Entity) bool {
					return evaluate(grant, subject{user: users[0], resource: e}) == certainly
				})
				if u <= p.Max || all <= p.Max {
					continue
				}
				p.On(r).Whole(Finding{
					Summary: fmt.Sprintf("the rule lets %d %% of the users %s %d %% of the resources of the type %s", u, actionsOf(r), all, s.Type.Name),
					Detail:  "Check the members of the group, or test the owner, the stream or a custom property of the resource.",
				})
				break
			}
		}
	},
})

// share returns the percentage of entities that pass a test.
func share(list []*snapshot.Entity, f func(*snapshot.Entity) bool) int {
	n := 0
	for _, e := range list {
		if f(e) {
			n++
		}
	}
	return 100 * n / max(len(list), 1)
}

var _ = New(Lint{
	Code: "Q0911", Title: "stream that nobody can read", Category: Site, Level: diag.Warning, Scope: PerSite, Whole: true,
	Doc: Doc{
		What:   "No enabled rule lets users that are not administrators read a stream.",
		Wrong:  []string{`Stream_*: resource.@audience = user.group`},
		Right:  []string{`Stream_*: resource.name = user.group`},
		Site:   `{"user": [{"id": "00000000-0000-4000-8000-000000000001", "userId": "anna", "userDirectory": "ACME", "name": "Anna", "roles": [], "attributes": [{"attributeType": "group", "attributeValue": "Sales"}]}], "stream": [{"id": "00000000-0000-4000-8000-0000000000e1", "name": "Sales", "customProperties": []}]}`,
		Why:    "Only administrators can see the apps in the stream. Usually a custom property is missing.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		var users []*snapshot.Entity
		for _, u := range p.Site.sorted("user") {
			if len(u.Lists["roles"]) == 0 {
				users = append(users, u)
			}
		}
		if len(users) == 0 {
			p.CannotRun("the snapshot has no users who are not administrators")
			return
		}
		for _, stream := range p.Site.sorted("stream") {
			read := slices.ContainsFunc(p.Rules, func(r *Rule) bool {
				s := r.At("stream")
				return r.Grants() && r.Has(ruleset.ReadAction) && s != nil && slices.ContainsFunc(users, func(u *snapshot.Entity) bool { return p.Site.mayHold(Grant(s), u, stream) })
			})
			if !read {
				p.Nowhere(Finding{
					Summary: fmt.Sprintf("no rule lets anybody but administrators read the stream %q", stream.Scalars["name"]),
					Detail:  "Label the stream, or grant read on it to a group.",
				})
			}
		}
	},
})
