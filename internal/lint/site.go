package lint

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// The lints of this file hold rules against a snapshot. Session attributes are not in
// a snapshot, and whoever is not on record yet is not either: findings are about the
// site as it is.

const siteSource = "The entities of the snapshot."

const twoUsers = `{"user": [{"id": "00000000-0000-4000-8000-000000000001", "userId": "anna", "userDirectory": "ACME", "name": "Anna", "roles": ["RootAdmin"], "attributes": [{"attributeType": "group", "attributeValue": "Sales"}]},
 {"id": "00000000-0000-4000-8000-000000000002", "userId": "ben", "userDirectory": "ACME", "name": "Ben", "roles": [], "attributes": [{"attributeType": "group", "attributeValue": "Finance"}, {"attributeType": "office", "attributeValue": "Lund"}]}],
 "app": [{"id": "00000000-0000-4000-8000-0000000000a1", "name": "Budget", "customProperties": [{"value": "Finance", "definition": {"name": "team"}}]}],
 "custompropertydefinition": [{"id": "00000000-0000-4000-8000-0000000000c1", "name": "team", "choiceValues": ["Finance", "Sales"]}]}`

var _ = New(Lint{
	Code: "Q0901", Title: "value that no user has", Category: Site, Level: diag.Warning, Scope: PerSite, Fix: Suggested,
	Doc: Doc{
		What:   "A rule tests an attribute, role or custom property of users for a value that no user on record has.",
		Wrong:  []string{`App_*: user.group = "Finanse" and resource.owner = user`},
		Right:  []string{`App_*: user.group = "Finance" and resource.owner = user`},
		Site:   twoUsers,
		Why:    "The test is true for nobody today. Mostly the value is misspelled, or the group was renamed in the directory.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		if len(p.Site.Records["user"]) == 0 {
			p.CannotRun("the snapshot has no users")
			return
		}
		known := map[string]map[string]string{}
		p.customTests(func(r *Rule, t test, a ir.OneOf) {
			property := propertyOf(a.Value)
			if property == nil || property.Of.Root != ir.User || everyoneHas[a.Value.Key()] {
				return
			}
			if known[property.Name] == nil {
				known[property.Name] = p.Site.userValues(property.Name)
			}
			values := known[property.Name]
			if len(values) == 0 || values[fold(t.text.Value)] != "" || property.Name == "roles" {
				return // an attribute that nobody has may come with the session; Q0914 is about roles
			}
			f := Finding{
				Summary: fmt.Sprintf("no user on record has the value %q for %s", t.text.Value, t.path),
				Detail:  "The test is true for nobody on this site. Check the spelling, or whether the group was renamed.",
			}
			if near, ok := diag.Suggest(t.text.Value, slices.Sorted(maps.Values(values))); ok {
				f.Summary += fmt.Sprintf("; did you mean %q?", near)
				f.Fix = Replace("write "+near, t.text.Range, quote(near))
			}
			p.On(r).Range(t.text.Range, f)
		})
	},
})

// customTests calls f for every equality of a path with one value in the rules that a
// site made, enabled ones of all categories.
func (p *Pass) customTests(f func(*Rule, test, ir.OneOf)) {
	for _, r := range p.Rules {
		if r.Product() || r.Disabled {
			continue
		}
		r.tests(func(t test) {
			if !equality(t.node.Op) {
				return
			}
			for _, s := range r.Scopes {
				if o, ok := s.Parts[t.node].(ir.OneOf); ok {
					f(r, t, o)
					return
				}
			}
		})
	}
}

// userValues returns the values of a property of the users on record, as written, by
// their case-folded form.
func (d *Data) userValues(name string) map[string]string {
	values := map[string]string{}
	for _, u := range d.sorted("user") {
		for _, v := range property(u, name) {
			values[fold(v)] = v
		}
	}
	return values
}

// definition is a custom property that the site defines.
type definition struct {
	name    string
	choices []string
}

// definitions returns the custom properties of the site by case-folded name, nil if
// the snapshot does not have them.
func (d *Data) definitions() map[string]definition {
	list := d.sorted("custompropertydefinition")
	if len(list) == 0 {
		return nil
	}
	all := map[string]definition{}
	for _, e := range list {
		all[fold(e.Scalars["name"])] = definition{e.Scalars["name"], e.Lists["choicevalues"]}
	}
	return all
}

var _ = New(Lint{
	Code: "Q0902", Title: "value outside the choices of a custom property", Category: Site, Level: diag.Warning, Scope: PerSite, Fix: Suggested,
	Supersedes: []diag.Code{"Q0901"},
	Doc: Doc{
		What:   "A rule compares a custom property with a value that the definition does not offer.",
		Wrong:  []string{`App_*: resource.@team = "Salse" and user.group = "Sales"`},
		Right:  []string{`App_*: resource.@team = "Sales" and user.group = "Sales"`},
		Site:   twoUsers,
		Why:    "Nobody can give a resource or user the value, so the test is never true.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		definitions := p.Site.definitions()
		if definitions == nil {
			p.CannotRun("the snapshot has no definitions of custom properties (custompropertydefinition.json)")
			return
		}
		p.customTests(func(r *Rule, t test, _ ir.OneOf) {
			name, custom := strings.CutPrefix(last(t.path), "@")
			d := definitions[name]
			if !custom || len(d.choices) == 0 || slices.ContainsFunc(d.choices, func(c string) bool { return fold(c) == fold(t.text.Value) }) {
				return
			}
			f := Finding{
				Summary: fmt.Sprintf("the custom property %s has no choice %q", d.name, t.text.Value),
				Detail:  "Nobody can choose the value, so the test is never true. Add the choice, or check the spelling.",
			}
			if near, ok := diag.Suggest(t.text.Value, d.choices); ok {
				f.Fix = Replace("write "+near, t.text.Range, quote(near))
			}
			p.On(r).Range(t.text.Range, f)
		})
	},
})

var _ = New(Lint{
	Code: "Q0903", Title: "custom property that the site does not define", Category: Site, Level: diag.Warning, Scope: PerSite, Fix: Suggested,
	Doc: Doc{
		What:   "A rule reads a custom property that is not defined on the site.",
		Wrong:  []string{`App_*: resource.@taem = user.group`},
		Right:  []string{`App_*: resource.@team = user.group`},
		Site:   twoUsers,
		Why:    "The property is always empty. Mostly it is misspelled, or it was deleted.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		definitions := p.Site.definitions()
		if definitions == nil {
			p.CannotRun("the snapshot has no definitions of custom properties (custompropertydefinition.json)")
			return
		}
		var names []string
		for _, d := range definitions {
			names = append(names, d.name)
		}
		slices.Sort(names)
		for _, r := range p.Rules {
			if r.Product() || r.Disabled {
				continue
			}
			r.paths(func(path *condition.Path, _ condition.Node) {
				name, custom := strings.CutPrefix(last(path), "@")
				if _, defined := definitions[name]; !custom || defined {
					return
				}
				s := path.Segments[len(path.Segments)-1]
				f := Finding{
					Summary: fmt.Sprintf("the site defines no custom property %s", s.Name),
					Detail:  "It is always empty. Define it, or check the spelling.",
				}
				if near, ok := diag.Suggest(s.Name, names); ok {
					f.Summary += fmt.Sprintf("; did you mean %s?", near)
					f.Fix = Replace("write @"+near, s.Range, "@"+near)
				}
				p.On(r).Range(s.Range, f)
			})
		}
	},
})

// guid matches an id of the repository.
var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

var _ = New(Lint{
	Code: "Q0904", Title: "id that is not on record", Category: Site, Level: diag.Warning, Scope: PerSite,
	Doc: Doc{
		What:   "A filter or condition names the id of a resource that the snapshot does not have.",
		Wrong:  []string{`App_00000000-0000-4000-8000-0000000000b2: user.group = "Sales"`},
		Right:  []string{`App_00000000-0000-4000-8000-0000000000a1: user.group = "Sales"`},
		Site:   twoUsers,
		Why:    "The resource was deleted, or the rule comes from another site. The rule grants nothing, until an import brings the id back.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		for _, r := range p.Rules {
			if r.Product() || r.Disabled {
				continue
			}
			for _, item := range r.Rule.Filter.Items {
				key, id, split := strings.Cut(item.Text, "_")
				records := p.Site.Records[key]
				if split && guid.MatchString(id) && len(records) > 0 && records[id] == nil {
					p.On(r).Filter(item.Range, Finding{
						Summary: fmt.Sprintf("no %s on record has this id", p.Options.Schema.Lookup(key).Name),
						Detail:  "The resource was deleted, or the rule comes from another site. Remove the item.",
					})
				}
			}
		}
	},
})

// outcome is what a rule is on a site: who and what can meet its tests of users alone
// and of resources alone.
type outcome struct{ user, resource bool }

// onSite reports whether some user on record, and some resource, may meet the rule.
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
		free := sc.Type.Transient || len(resources) == 0 && len(s.Site.Records[sc.Key]) == 0 || r.Has("create")
		reaches := free || slices.ContainsFunc(resources, func(e *snapshot.Entity) bool { return s.Site.mayHold(p, nil, e) })
		fits := slices.ContainsFunc(users, func(u *snapshot.Entity) bool { return s.Site.mayHold(p, u, nil) })
		o.resource, o.user = o.resource || reaches, o.user || fits
	}
	return o
}

var _ = New(Lint{
	Code: "Q0905", Title: "rule gives nobody access", Category: Site, Level: diag.Info, Scope: PerSite,
	Doc: Doc{
		What:   "No user on record meets the tests of the user, or no resource on record those of the resource.",
		Wrong:  []string{`App_*: resource.@team = "Sales" and user.group = "Sales"`},
		Right:  []string{`App_*: resource.@team = "Finance" and user.group = "Sales"`, `App_*: user.environment.group = "x" and resource.@team = "Finance"`},
		Site:   twoUsers,
		Why:    "The rule may wait for users or resources to come, or its time is over. Session attributes count as given: a rule that tests them is not reported for it.",
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
				Summary: fmt.Sprintf("no %s on record meets the condition", what),
				Detail:  "The rule gives nobody access on this site. Check the values, or delete the rule if its time is over.",
			})
		}
	},
})

var _ = New(Lint{
	Code: "Q0915", Title: "attributes that no user has together", Category: Site, Level: diag.Warning, Scope: PerSite,
	Supersedes: []diag.Code{"Q0905"},
	Doc: Doc{
		What:   "Each test of the user is met by somebody on record, and all of them together by nobody.",
		Wrong:  []string{`App_*: user.group = "Sales" and user.office = "Lund"`},
		Right:  []string{`App_*: user.group = "Finance" and user.office = "Lund"`},
		Site:   twoUsers,
		Why:    "Often the attributes come from different directories, so that no account has both. The rule gives nobody access.",
		Source: siteSource,
	},
	Check: func(p *Pass) {
		users := p.Site.sorted("user")
		if len(users) == 0 {
			p.CannotRun("the snapshot has no users")
			return
		}
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() || !p.apart(r, users) {
				continue
			}
			p.On(r).Whole(Finding{
				Summary: "each test of the user is met by somebody, and all together by nobody",
				Detail:  "Often the attributes come from different directories. Check which accounts are meant.",
			})
		}
	},
})

// apart reports whether every cube of the rule has two or more tests of the user that
// some users meet and no user meets together.
func (p *Pass) apart(r *Rule, users []*snapshot.Entity) bool {
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

// crowd makes a snapshot of twelve users and twelve apps.
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
		Why:    "A rule for everybody that does more than read is rarely meant. The group probably has more members than its name says.",
		Source: "AWS IAM Access Analyzer, over-broad access.",
	},
	Check: func(p *Pass) {
		users := p.Site.sorted("user")
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() || !r.HasAny("update", "delete", "export", "changeowner", "changerole", "publish", "duplicate") {
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

// share returns how many percent of entities pass a test.
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
	Code: "Q0909", Title: "administrator role held by many users", Category: Site, Level: diag.Warning, Scope: PerSite, Max: 10,
	Doc: Doc{
		What:   "More than `max` users on record hold an administrator role.",
		Wrong:  []string{`App_*: user.roles = "SecurityAdmin" and resource.owner = user`},
		Right:  []string{`App_*: user.group = "Staff" and resource.owner = user`},
		Site:   crowd(),
		Why:    "Each of them can change rules, users or content. Administrator roles are for a few named people.",
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
					Summary: fmt.Sprintf("%d users hold the administrator role %s", holders[role], role),
					Detail:  "Take the role from those who do not need it.",
				})
			}
		}
	},
})

var _ = New(Lint{
	Code: "Q0910", Title: "choices of a custom property that nothing has", Category: Site, Level: diag.Info, Scope: PerSite,
	Doc: Doc{
		What:   "A custom property that rules read has choices that no entity on record has.",
		Wrong:  []string{`App_*: resource.@team = user.group`},
		Right:  []string{`App_*: resource.name = user.group and resource.owner = user`},
		Site:   twoUsers,
		Why:    "A choice that nothing has is left over, or its label is missing where it should be.",
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
				Detail:  "Remove the choices, or label the users and resources that are meant.",
			})
		}
	},
})

// hasChoice reports whether an entity on record has a value of a custom property.
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
	Code: "Q0911", Title: "stream that nobody can read", Category: Site, Level: diag.Warning, Scope: PerSite, Whole: true,
	Doc: Doc{
		What:   "No enabled rule may let a user on record who is no administrator read a stream.",
		Wrong:  []string{`Stream_*: resource.@audience = user.group`},
		Right:  []string{`Stream_*: resource.name = user.group`},
		Site:   `{"user": [{"id": "00000000-0000-4000-8000-000000000001", "userId": "anna", "userDirectory": "ACME", "name": "Anna", "roles": [], "attributes": [{"attributeType": "group", "attributeValue": "Sales"}]}], "stream": [{"id": "00000000-0000-4000-8000-0000000000e1", "name": "Sales", "customProperties": []}]}`,
		Why:    "What is published to the stream is seen by administrators only. Mostly a label is missing.",
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
				return r.Grants() && r.Has("read") && s != nil && slices.ContainsFunc(users, func(u *snapshot.Entity) bool { return p.Site.mayHold(Grant(s), u, stream) })
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

var _ = New(Lint{
	Code: "Q0914", Title: "administrator role that nobody holds", Category: Site, Level: diag.Info, Scope: PerSite, Product: false,
	Doc: Doc{
		What:   "A custom rule names an administrator role that no user on record holds.",
		Wrong:  []string{`App_*: user.roles = "AppOwner" and resource.owner = user`},
		Right:  []string{`App_*: user.roles = "RootAdmin" and resource.owner = user`},
		Site:   twoUsers,
		Why:    "The rule gives nobody access until somebody gets the role. Roles are free text: a misspelled one is a role of its own.",
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
					Summary: fmt.Sprintf("no user on record holds the role %s", t.text.Value),
					Detail:  "Roles are free text: check the spelling, or give somebody the role.",
				}
				p.On(r).Range(t.text.Range, f)
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0477", Title: "custom property with very many values", Category: Performance, Level: diag.Info, Scope: PerSite, Max: 100,
	Doc: Doc{
		What:   "A custom property that rules read has more choices than the option `max` allows.",
		Wrong:  []string{`App_*: resource.@customer = user.group`},
		Right:  []string{`App_*: resource.@team = user.group`},
		Site:   `{"custompropertydefinition": [{"id": "00000000-0000-4000-8000-0000000000c1", "name": "customer", "choiceValues": [` + strings.Join(many(`"c%d"`, 120), ", ") + `]}, {"id": "00000000-0000-4000-8000-0000000000c2", "name": "team", "choiceValues": ["A"]}]}`,
		Why:    "Hundreds of choices make the QMC slow and rules slow to evaluate. Use a directory attribute.",
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
	Code: "Q0476", Title: "least excluding test first", Category: Performance, Level: diag.Info, Scope: PerSite,
	Doc: Doc{
		What:   "An `and` begins with a test that more than half of the users meet, and a later test is met by fewer than one in twenty.",
		Wrong:  []string{`App_*: user.userDirectory = "ACME" and user.group = "None of them"`},
		Right:  []string{`App_*: user.group = "None of them" and user.userDirectory = "ACME"`},
		Site:   crowd(),
		Why:    "`and` is evaluated from left to right. The test that excludes most saves the others.",
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
