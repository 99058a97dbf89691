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
)

// The lints of this file compare the values in rules with a snapshot.

var _ = New(Lint{
	Code: "Q0901", Title: "value that no user has", Category: Site, Level: diag.Warning, Scope: PerSite, Fix: Suggested,
	Doc: Doc{
		What:   "A rule tests an attribute, role or custom property of users for a value that no user on record has.",
		Wrong:  []string{`App_*: user.group = "Finanse" and resource.owner = user`},
		Right:  []string{`App_*: user.group = "Finance" and resource.owner = user`},
		Site:   twoUsers,
		Why:    "The test is true for nobody. Usually the value is misspelt, or the group was renamed in the directory.",
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
				Summary: fmt.Sprintf("no user of the snapshot has the value %q for %s", t.text.Value, t.path),
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

// customTests calls f for every equality of a path with one value in the site's own enabled
// rules of all categories.
func (p *Pass) customTests(f func(*Rule, test, ir.OneOf)) {
	for _, r := range p.Rules {
		if r.Product() || r.Disabled {
			continue
		}
		r.tests(func(t test) {
			if !t.node.Op.Equality() {
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

// userValues returns the values of a property of the existing users, as written, by case-folded
// value.
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
	// types are the case-folded types that can have the property, none if the export does not
	// list them.
	types []string
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
		d := definition{name: e.Scalars["name"], choices: e.Lists["choicevalues"]}
		for _, t := range e.Lists["objecttypes"] {
			d.types = append(d.types, fold(t))
		}
		all[fold(d.name)] = d
	}
	return all
}

var _ = New(Lint{
	Code: "Q0902", Title: "value outside the choices of a custom property", Category: Site, Level: diag.Warning, Scope: PerSite, Fix: Suggested,
	Supersedes: []diag.Code{"Q0901"},
	Doc: Doc{
		What:   "A rule compares a custom property with a value that its definition does not contain.",
		Wrong:  []string{`App_*: resource.@team = "Salse" and user.group = "Sales"`},
		Right:  []string{`App_*: resource.@team = "Sales" and user.group = "Sales"`},
		Site:   twoUsers,
		Why:    "No resource or user can have this value, so the test is never true.",
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
		Why:    "The property is always empty. Usually it is misspelt or was deleted.",
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
	Code: "Q0904", Title: "id that the site does not have", Category: Site, Level: diag.Warning, Scope: PerSite,
	Doc: Doc{
		What:   "A filter or condition names the id of a resource that the snapshot does not have.",
		Wrong:  []string{`App_00000000-0000-4000-8000-0000000000b2: user.group = "Sales"`},
		Right:  []string{`App_00000000-0000-4000-8000-0000000000a1: user.group = "Sales"`},
		Site:   twoUsers,
		Why:    "The resource was deleted, or the rule comes from another site. The rule grants nothing until an import restores the id.",
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
						Summary: fmt.Sprintf("no %s of the snapshot has this id", p.Options.Schema.Lookup(key).Name),
						Detail:  "The resource was deleted, or the rule comes from another site. Remove the item.",
					})
				}
			}
		}
	},
})
