package difference

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// column is something that the tests of rules look at: a property of subject or
// resource, or of what relations lead to or, without a property, whether they lead
// to anything.
type column struct {
	key      string
	root     reads.Root
	steps    []reads.Step
	property string
	// domain is the columns that tests compare with it, and what is named for them.
	domain *domain
	// texts are those that tests name, in all spellings that they tell apart, and fresh
	// are others.
	texts, fresh []string
	// self says that a test compares the entities with the subject.
	self bool
}

// depth is how far relations lead to the column.
func (c *column) depth() int { return len(c.steps) }

// columns are the columns of some rules, by key.
type columns map[string]*column

func (cs columns) of(root reads.Root, steps []reads.Step, property string) *column {
	for i := 1; i < len(steps); i++ { // what leads there is a question of its own
		cs.one(root, steps[:i], "")
	}
	if len(steps) > 0 && property != "" {
		cs.one(root, steps, "")
	}
	return cs.one(root, steps, property)
}

func (cs columns) one(root reads.Root, steps []reads.Step, property string) *column {
	key := pathKey(root, steps) + "." + property
	c := cs[key]
	if c == nil {
		c = &column{key: key, root: root, steps: slices.Clone(steps), property: property}
		c.domain = newDomain(c)
		cs[key] = c
	}
	return c
}

// pathKey is a path as people write it.
func pathKey(root reads.Root, steps []reads.Step) string {
	key := string(root)
	for _, s := range steps {
		key += "." + s.Relation
	}
	return key
}

// sorted returns the columns of a root: what relations lead to before what is asked of
// it.
func (cs columns) sorted(root reads.Root) []*column {
	var list []*column
	for _, c := range cs {
		if c.root == root && (len(c.steps) > 0 || c.property != "") {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b *column) int {
		return cmp.Or(cmp.Compare(a.depth(), b.depth()), cmp.Compare(min(len(a.property), 1), min(len(b.property), 1)), cmp.Compare(a.key, b.key))
	})
	return list
}

// domains returns the domains of the columns, by their first column's key.
func (cs columns) domains() []*domain {
	var list []*domain
	for _, key := range slices.Sorted(maps.Keys(cs)) {
		if c := cs[key]; c == c.domain.columns[0] {
			list = append(list, c.domain)
		}
	}
	return list
}

// take adds other columns, and what they have beside.
func (cs columns) take(others columns) {
	for _, o := range others {
		c := cs.one(o.root, o.steps, o.property)
		c.self = c.self || o.self
		c.texts, c.fresh = united(c.texts, o.texts), united(c.fresh, o.fresh)
	}
}

// united returns a list with what another has beside it.
func united(list, more []string) []string {
	list = slices.Clone(list)
	for _, text := range more {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// collector finds the columns of rules.
type collector struct {
	sides   [2]*reads.Reads
	counted map[string]uint32
	session *partition.Session
	columns columns
	// open are rights on the way, which a rule may ask for again.
	open map[string]bool
	// anonymous says that a test asks whether the subject is.
	anonymous bool
	// cut are rights that more rules grant than were looked into.
	cut map[typeAction]bool
	// unmade are tests that nothing can be made up for.
	unmade map[string]bool
}

// typeAction is an action, a bit, on a type.
type typeAction struct {
	typ    string
	action uint32
}

// supportsMost is the number of rules that are looked into for a right that a rule
// asks for, beside those that can differ.
const supportsMost = 3

// rule adds what a rule's tests look at, on a resource that the steps lead to.
func (k *collector) rule(side *reads.Reads, rule reads.Rule, typ string, steps []reads.Step) {
	for _, n := range rule.Tests {
		k.test(side.Tests[n], typ, steps)
	}
}

func (k *collector) test(t reads.Test, typ string, steps []reads.Step) {
	left, right := k.operand(t.Left, steps), k.operand(t.Right, steps)
	switch t.Kind {
	case reads.OneOf, reads.Identical, reads.Common:
		for _, c := range []*column{left, right} {
			for _, text := range slices.Concat(t.Texts, k.given(t.Left, t.Exact), k.given(t.Right, t.Exact)) {
				if c != nil {
					c.domain.name(text, t.Exact)
				}
			}
		}
		if left != nil && right != nil {
			compare(left, right, t.Exact)
		}
	case reads.Matches:
		if left != nil {
			left.domain.patterns[pattern{t.Texts[0], t.Exact}] = true
		}
	case reads.CommonEntity, reads.IdenticalEntity:
		switch {
		case t.Right == nil:
		case left != nil && left.root == reads.Resource && t.Right.Root == reads.User && len(t.Right.Steps) == 0:
			left.self = true
		case right != nil && right.root == reads.Resource && t.Left.Root == reads.User && len(t.Left.Steps) == 0:
			right.self = true
		default:
			k.unmade[pathKey(t.Left.Root, t.Left.Steps)+" = "+pathKey(t.Right.Root, t.Right.Steps)] = true
		}
	case reads.Privilege:
		if len(t.Left.Steps) == 0 {
			k.right(typ, t.Action, steps)
		} else {
			k.right(endType(t), t.Action, slices.Concat(steps, t.Left.Steps))
		}
	case reads.Anonymous:
		k.anonymous = true
	case reads.Present, reads.Exists, reads.From:
	}
}

// given returns the texts of an operand that is an attribute of the session.
func (k *collector) given(o *reads.Operand, exact bool) []string {
	if o == nil || o.Root != reads.Environment {
		return nil
	}
	return k.session.Texts(o.Property, exact)
}

// operand returns the column of an operand, nil for the session's and for one side
// itself.
func (k *collector) operand(o *reads.Operand, steps []reads.Step) *column {
	if o == nil || o.Root == reads.Environment {
		return nil
	}
	path := o.Steps
	if o.Root == reads.Resource {
		path = slices.Concat(steps, o.Steps)
	}
	if len(path) == 0 && o.Property == "" {
		return nil
	}
	return k.columns.of(o.Root, path, o.Property)
}

// right adds what rules look at that grant an action on the entities that the steps
// lead to: those that can differ, and a few others, so that somebody has the right.
func (k *collector) right(typ string, action uint32, steps []reads.Step) {
	key := fmt.Sprint(pathKey(reads.Resource, steps), action)
	if k.open[key] {
		return
	}
	k.open[key] = true
	type one struct {
		side *reads.Reads
		rule reads.Rule
	}
	var granting []one
	for _, side := range k.sides {
		for _, rule := range rulesOf(side, typ) {
			if rule.Actions&action != 0 && !slices.ContainsFunc(granting, func(o one) bool { return o.rule.ID == rule.ID && o.side == side }) {
				granting = append(granting, one{side, rule})
			}
		}
	}
	slices.SortStableFunc(granting, func(a, b one) int {
		return cmp.Or(cmp.Compare(len(a.rule.Tests), len(b.rule.Tests)), strings.Compare(a.rule.ID, b.rule.ID))
	})
	if k.counted[typ]&action == 0 && len(granting) > supportsMost {
		granting = granting[:supportsMost]
		k.cut[typeAction{typ, action}] = true
	}
	for _, o := range granting {
		k.rule(o.side, o.rule, typ, steps)
	}
}
