package escalate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// OnRecord returns one persona for each set of users of a site that rules cannot distinguish:
// every test of a property has the same result for all of them, and properties that are
// compared with other values are equal.
func OnRecord(rules []ruleset.Rule, site *snapshot.Site, options evaluate.Options) []Persona {
	evaluator, _ := evaluate.New(rules, &snapshot.Site{}, options)
	tests := testsOf(rules, propertyOf)
	found := map[string]*Persona{}
	names := map[string]bool{}
	var list []*Persona
	for _, key := range slices.Sorted(maps.Keys(site.Users)) {
		u := site.Users[key]
		login := u.Login()
		signature := tests.of(evaluator, u)
		p := found[signature]
		if p == nil {
			p = &Persona{Name: nameOf(tests.properties(u)), Properties: propertiesOf(u), record: u}
			if names[p.Name] {
				p.Name += ", such as " + login
			}
			names[p.Name] = true
			found[signature] = p
			list = append(list, p)
		}
		p.Users = append(p.Users, login)
	}
	slices.SortFunc(list, func(a, b *Persona) int { return strings.Compare(a.Name, b.Name) })
	personas := make([]Persona, len(list))
	for i, p := range list {
		personas[i] = *p
	}
	return personas
}

// propertiesOf returns the properties of an entity by case-folded name.
func propertiesOf(e *snapshot.Entity) map[string][]string {
	properties := map[string][]string{"id": {e.ID}, "name": nil}
	for name, text := range e.Scalars {
		properties[name] = []string{text}
	}
	for name, list := range e.Custom {
		properties["@"+name] = list
	}
	maps.Copy(properties, e.Lists)
	maps.Copy(properties, e.Attributes)
	return properties
}

// tests are the tests of rules on a user: on its properties, as the subject and as the
// resource.
type tests struct {
	// literal are comparisons of a property, by its name, with a string.
	literal map[string][]*condition.Comparison
	// whole are the properties that are compared with other values.
	whole map[string]bool
	// read returns the property that a path reads.
	read func(condition.Operand) (string, bool)
}

func testsOf(rules []ruleset.Rule, read func(condition.Operand) (string, bool)) tests {
	t := tests{map[string][]*condition.Comparison{}, map[string]bool{}, read}
	parsed, _ := solve.Parse(rules)
	for _, r := range parsed {
		condition.Walk(r.Tree, func(n condition.Node) bool {
			switch n := n.(type) {
			case *condition.Comparison:
				t.comparison(n, n.Left, n.Right)
				t.comparison(n, n.Right, n.Left)
			case *condition.Call:
				if name, ok := t.read(&n.Path); ok && n.Kind().Absence() {
					t.literal[name] = append(t.literal[name], nil)
				}
			case *condition.And, *condition.Or, *condition.Not, *condition.Bool:
			}
			return true
		})
	}
	return t
}

func (t tests) comparison(n *condition.Comparison, side, other condition.Operand) {
	name, ok := t.read(side)
	if !ok {
		return
	}
	if _, isText := other.(*condition.String); isText {
		t.literal[name] = append(t.literal[name], n)
	} else {
		t.whole[name] = true
	}
}

// propertyOf returns the case-folded name of a property of the subject or the resource.
func propertyOf(o condition.Operand) (string, bool) {
	if p, ok := o.(*condition.Path); !ok || len(p.Segments) != 1 {
		return "", false
	}
	return lastOf(o)
}

// lastOf returns the case-folded name of the property at the end of any path.
func lastOf(o condition.Operand) (string, bool) {
	p, ok := o.(*condition.Path)
	if !ok || len(p.Segments) == 0 {
		return "", false
	}
	last := p.Segments[len(p.Segments)-1]
	name := schema.Fold(last.Name)
	if last.Custom {
		name = "@" + name
	}
	return name, true
}

// of returns the results of the tests for a user.
func (t tests) of(e *evaluate.Evaluator, u *snapshot.Entity) string {
	var b strings.Builder
	properties := propertiesOf(u)
	fmt.Fprint(&b, schema.Fold(u.Scalars["userdirectory"]) == "none")
	for _, name := range slices.Sorted(maps.Keys(t.literal)) {
		for _, n := range t.literal[name] {
			switch left, isText := literalOf(n); {
			case n == nil:
				fmt.Fprint(&b, len(properties[name]) > 0)
			case isText:
				fmt.Fprint(&b, e.Compares(n, []string{left}, properties[name]))
			default:
				fmt.Fprint(&b, e.Compares(n, properties[name], []string{n.Right.(*condition.String).Value}))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.whole)) {
		fmt.Fprintf(&b, "%q", properties[name])
	}
	return b.String()
}

// literalOf returns the string on the left of a comparison.
func literalOf(n *condition.Comparison) (string, bool) {
	if n == nil {
		return "", false
	}
	s, ok := n.Left.(*condition.String)
	if !ok {
		return "", false
	}
	return s.Value, true
}

// properties returns the properties of a user that rules test, without its identity.
func (t tests) properties(u *snapshot.Entity) map[string][]string {
	properties := propertiesOf(u)
	maps.DeleteFunc(properties, func(name string, list []string) bool {
		identity := solve.KindOf(strings.TrimPrefix(name, "@"), strings.HasPrefix(name, "@")) == solve.Login
		return identity || len(list) == 0 || t.literal[name] == nil && !t.whole[name]
	})
	return properties
}

// recordOf returns an entity as a record of the solver.
func recordOf(e *snapshot.Entity) *solve.Record {
	r := &solve.Record{Strings: propertiesOf(e), Relations: map[string]*solve.Record{}}
	for name, to := range e.Relations {
		if len(to) > 0 {
			r.Relations[name] = recordOf(to[0])
		}
	}
	return r
}

// objects returns the existing objects that a lever can be used on: for users their own record,
// for rules the given ones if the snapshot has none. nil stands for any possible object: a new
// one, or one of a type that the snapshot does not have.
func (r *runner) objects(p Persona, l Lever, action ruleset.Action) []*solve.Record {
	key := schema.Fold(l.Type)
	records := r.site.records[key]
	switch {
	case action == ruleset.CreateAction || r.site.empty:
		return []*solve.Record{nil}
	case key == "user":
		if p.record == nil {
			return []*solve.Record{nil}
		}
		return []*solve.Record{recordOf(p.record)}
	case len(records) == 0:
		return []*solve.Record{nil}
	}
	return records
}

// site holds the existing objects of the types of levers.
type site struct {
	empty   bool
	records map[string][]*solve.Record
}

func siteOf(s *snapshot.Site, rules []ruleset.Rule) site {
	if s == nil {
		return site{empty: true}
	}
	list := site{records: map[string][]*solve.Record{}}
	for _, l := range Levers {
		key := schema.Fold(l.Type)
		if list.records[key] != nil || key == "user" {
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(s.Records[key])) {
			list.records[key] = append(list.records[key], recordOf(s.Records[key][id]))
		}
	}
	if len(list.records["systemrule"]) == 0 {
		for _, r := range rules {
			list.records["systemrule"] = append(list.records["systemrule"], ruleRecord(r))
		}
	}
	return list
}

// ruleRecord returns a rule as an object to which rules apply.
func ruleRecord(r ruleset.Rule) *solve.Record {
	properties := map[string][]string{"id": {r.ID}, "name": {r.Name}, "category": {r.Category.String()}}
	if r.Filter != nil {
		properties["resourcefilter"] = []string{r.Filter.Content}
	}
	return &solve.Record{Strings: properties, Relations: map[string]*solve.Record{}}
}

// Choices returns the closed sets of values in the custom property definitions of a site. A
// definition without values closes nothing.
func Choices(site *snapshot.Site) []solve.Domain {
	var list []solve.Domain
	for _, e := range site.Records["custompropertydefinition"] {
		name := append(slices.Clone(e.Lists["name"]), e.Scalars["name"])[0]
		if name == "" || len(e.Lists["choicevalues"]) == 0 {
			continue
		}
		for _, t := range e.Lists["objecttypes"] {
			list = append(list, solve.Domain{Type: schema.Fold(t), Property: "@" + schema.Fold(name), Strings: e.Lists["choicevalues"]})
		}
	}
	slices.SortFunc(list, func(a, b solve.Domain) int {
		return strings.Compare(a.Type+"."+a.Property, b.Type+"."+b.Property)
	})
	return list
}
