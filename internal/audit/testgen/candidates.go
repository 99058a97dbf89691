package testgen

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/solve/cells"
)

// candidates are requests about the entities of a site: one for every pair of a class of
// subjects and a class of resources, and one for every way in which identity makes pairs of
// these classes exceptional.
type candidates struct {
	branches *branches
	names    names
	bundle   *bundles.Bundle
	site     *snapshot.Site
	// limit is the maximum number of requests; pairs is the number without a limit.
	limit, pairs int
	out          []Request
}

// generate generates the requests, in the order of session, type, and classes.
func (c *candidates) generate(ctx context.Context) error {
	sessions := c.sessions()
	var held []string
	covered := map[string]bool{}
	for _, typ := range sitedata.Types(&c.bundle.Data) {
		covered[c.branches.class(typ)] = true
		if len(c.branches.byClass[c.branches.class(typ)]) > 0 {
			held = append(held, typ)
		}
	}
	bare := c.bare(covered)
	share := c.limit / max(1, len(sessions)*(len(held)+len(bare)))
	for _, session := range sessions {
		model, err := partition.Build(ctx, &c.bundle.Data, partition.Question{Session: session, Types: held, Actions: uint32(everyAction)})
		if err != nil {
			return err
		}
		subjects := c.subjects(model)
		for _, typ := range held {
			r := model.Resources[typ]
			resources := c.resources(r)
			c.product(subjects, resources, session, max(share, len(subjects)+len(resources)))
			c.exceptional(model, r, session, max(share, len(subjects)))
		}
		for _, resource := range bare {
			c.product(subjects, []Entity{resource}, session, len(subjects))
		}
	}
	return nil
}

// everyAction is the mask of all named actions.
var everyAction = func() (mask ruleset.Action) {
	for _, a := range ruleset.AllActions {
		mask |= a
	}
	return mask
}()

// product adds requests for at most limit pairs, along diagonals: every subject and every
// resource occurs within as many pairs as the longer list has entities.
func (c *candidates) product(subjects, resources []Entity, session partition.Session, limit int) {
	pairs, longer := len(subjects)*len(resources), max(len(subjects), len(resources))
	c.pairs += pairs
	for n := range min(pairs, limit) {
		shift, i := n/longer, n%longer
		if longer == len(subjects) {
			c.add(subjects[i], resources[(i+shift)%len(resources)], session)
		} else {
			c.add(subjects[(i+shift)%len(subjects)], resources[i], session)
		}
	}
}

func (c *candidates) add(subject, resource Entity, session partition.Session) {
	c.out = append(c.out, Request{subject, resource, Context{session.Context, session.Environment}})
}

// subjects returns the first subject of every class.
func (c *candidates) subjects(m *partition.Model) []Entity {
	list := make([]Entity, len(m.Subjects.Classes))
	for i, class := range m.Subjects.Classes {
		list[i] = c.subject(m, class.Members[0])
	}
	return list
}

func (c *candidates) subject(m *partition.Model, n int32) Entity {
	id := m.Subjects.IDs[n]
	if user := c.site.Users[schema.Fold(id)]; user != nil {
		id = user.Login()
	}
	return Entity{Type: "user", ID: id}
}

// resources returns the first existing resource of every class.
func (c *candidates) resources(r *partition.Resources) []Entity {
	var list []Entity
	for _, class := range r.Classes {
		if n := class.Members[0]; int(n) < r.Recorded {
			list = append(list, c.resource(r, n))
		}
	}
	return list
}

func (c *candidates) resource(r *partition.Resources, n int32) Entity {
	e := Entity{Type: c.names.typeName(r.Type), ID: r.Handles[n]}
	if record := c.site.Records[r.Type][r.Handles[n]]; record != nil {
		e.Type, e.ID = record.TypeName, record.ID
	}
	return e
}

// exceptional adds requests for exceptional pairs: the first of every two classes and every set
// of identity tests that they meet, directly or through rights.
func (c *candidates) exceptional(m *partition.Model, r *partition.Resources, session partition.Session, limit int) {
	seen := map[string]bool{}
	for n := range int32(r.Recorded) {
		for _, user := range r.Exceptional[n] {
			key := fmt.Sprint(m.Subjects.Of[user], r.Of[n], meets(m, r, n, user))
			if seen[key] {
				continue
			}
			seen[key] = true
			c.pairs++
			if limit--; limit >= 0 {
				c.add(c.subject(m, user), c.resource(r, n), session)
			}
		}
	}
}

// meets returns the identity tests that a pair meets and, after the test that leads there,
// those that it meets further along the path.
func meets(m *partition.Model, r *partition.Resources, resource, user int32) []int {
	var met []int
	for _, test := range r.Identities {
		if _, found := slices.BinarySearch(r.Met[test][resource], user); found {
			met = append(met, test)
		}
	}
	for _, test := range r.Rights {
		target := m.Resources[m.Reads.Tests[test].Left.Steps[len(m.Reads.Tests[test].Left.Steps)-1].Type]
		for _, n := range r.Targets(test, resource) {
			if further := meets(m, target, n, user); len(further) > 0 {
				met = append(append(met, -1, test, int(target.Of[n])), further...)
			}
		}
	}
	return met
}

// bare returns resources of the classes of which the site has none: those that a filter names,
// and one that nothing names.
func (c *candidates) bare(covered map[string]bool) []Entity {
	var list []Entity
	for _, class := range c.branches.reads.Classes {
		if covered[class.Key] || len(c.branches.byClass[class.Key]) == 0 {
			continue
		}
		typ := c.names.typeName(class.Key)
		for _, id := range append(c.names.ids[class.Key], anyID) {
			list = append(list, Entity{Type: typ, ID: id})
		}
	}
	return list
}

// maxEnvironments is the maximum number of values of session attributes that are tried with
// every pair; rules that name more get described requests.
const maxEnvironments = 12

// sessions are hub and QMC, without an environment and with each value that a condition
// compares an attribute of it with.
func (c *candidates) sessions() []partition.Session {
	environments := []map[string][]string{nil}
	seen := map[string]bool{}
	for _, rule := range c.branches.rules {
		for _, node := range clausesOf(rule.Tree) {
			name, value, ok := environmentValue(node)
			if key := schema.Fold(name) + "=" + value; ok && !seen[key] && len(environments) <= maxEnvironments {
				seen[key] = true
				environments = append(environments, map[string][]string{name: {value}})
			}
		}
	}
	var list []partition.Session
	for _, environment := range environments {
		for _, from := range []string{ruleset.Hub.String(), ruleset.QMC.String()} {
			list = append(list, partition.Session{Context: from, Environment: environment})
		}
	}
	return list
}

// environmentValue returns the attribute of the environment that a clause compares with a
// string, and a value for which the comparison (with != read as =) is true.
func environmentValue(node condition.Node) (name, value string, ok bool) {
	n, isComparison := node.(*condition.Comparison)
	if !isComparison {
		return "", "", false
	}
	for _, sides := range [][2]condition.Operand{{n.Left, n.Right}, {n.Right, n.Left}} {
		path, isPath := sides[0].(*condition.Path)
		text, isText := sides[1].(*condition.String)
		if isPath && isText && isEnvironment(path) {
			return path.Segments[1].Name, matching(n.Op, text.Value), true
		}
	}
	return "", "", false
}

// matching returns a string for which a comparison with a literal is true or, for != and !==,
// false.
func matching(op condition.Operator, literal string) string {
	test := cells.Tests{Each: 1}
	switch op {
	case condition.Like:
		test.Patterns = []cells.Pattern{{Expression: ir.ParsePattern(schema.Fold(literal)).Regexp(), Folded: true}}
	case condition.Matches:
		test.Patterns, test.Spelt = []cells.Pattern{{Expression: resolve.Anchored(literal)}}, true
	case condition.Equal, condition.ExactEqual, condition.NotEqual, condition.ExactNotEqual:
		return literal
	}
	strs, _ := cells.Representatives(test) // without strings, the literal is as good as any
	for _, text := range strs {
		if text.Matches[0] {
			return text.Written
		}
	}
	return literal
}

func isEnvironment(p *condition.Path) bool {
	return p.Root == "user" && len(p.Segments) == 2 && schema.Fold(p.Segments[0].Name) == "environment" && !p.Segments[0].Custom
}
