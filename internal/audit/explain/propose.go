package explain

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// propose returns the changes that would grant access, and the number of changes that were
// tried. Changes that remove no right come first; within both groups, those that grant least in
// addition.
func (x *Explainer) propose(t evaluate.Trace) ([]Proposal, int) {
	if x.options.Proposals < 0 {
		return nil, 0
	}
	q := t.Question
	granting, tried := newSearch(x, t).granting()
	slices.SortStableFunc(granting, plan.before)
	granting = varied(granting, maxValues, func(p plan) plan { return p })
	granting = granting[:min(len(granting), 3*x.options.Proposals)]
	var near []neighbour
	if len(granting) > 0 {
		near = x.neighbours(q)
	}
	found := make([]reached, 0, len(granting))
	for _, p := range granting {
		found = append(found, reached{p, x.proposal(q, p, near)})
	}
	slices.SortStableFunc(found, func(a, b reached) int {
		return cmp.Or(
			cmp.Compare(min(a.Reach.loss(), 1), min(b.Reach.loss(), 1)),
			compareGains(a.Reach, b.Reach), cmp.Compare(a.Reach.loss(), b.Reach.loss()),
			cmp.Compare(len(a.plan), len(b.plan)), cmp.Compare(a.plan.weight(), b.plan.weight()),
			strings.Compare(a.plan.key(), b.plan.key()),
		)
	})
	found = varied(found, maxEquivalent, func(r reached) plan { return r.plan })
	var list []Proposal
	for _, f := range found[:min(len(found), x.options.Proposals)] {
		f.through = newlyHolding(t, x.evaluator.Trace(f.plan.apply(q)))
		list = append(list, f.Proposal)
	}
	return list, tried
}

// compareGains orders changes by what they grant in addition: first to other users, then to the
// user itself.
func compareGains(a, b Reach) int {
	return cmp.Or(cmp.Compare(a.Users, b.Users), cmp.Compare(len(a.Actions)+a.Resources, len(b.Actions)+b.Resources))
}

// maxEquivalent is the maximum number of proposals that differ in values only.
const maxEquivalent = 2

// varied removes from a list what differs in values only from several earlier entries.
func varied[T any](list []T, similar int, of func(T) plan) []T {
	seen := map[string]int{}
	return slices.DeleteFunc(list, func(one T) bool {
		shape := of(one).shape()
		seen[shape]++
		return seen[shape] > similar
	})
}

// newlyHolding returns the rules whose condition is true for some entity in one trace and for
// none in another.
func newlyHolding(before, after evaluate.Trace) map[string]bool {
	holding := func(t evaluate.Trace) map[string]bool {
		ids := map[string]bool{}
		for _, j := range t.Judgements {
			for _, v := range j.Rules {
				if v.InContext && v.Condition.Holds {
					ids[v.Rule.ID] = true
				}
			}
		}
		return ids
	}
	held, holds := holding(before), holding(after)
	maps.DeleteFunc(holds, func(id string, _ bool) bool { return held[id] })
	return holds
}

// reached is a plan with what it would grant.
type reached struct {
	plan plan
	Proposal
}

// trial tries plans on copies.
type trial struct {
	*Explainer
	question evaluate.Question
	tried    int
}

func (t *trial) grants(p plan) bool {
	t.tried++
	d := t.evaluator.Answer(p.apply(t.question))
	return d.Allow && d.Err == nil
}

// smallest returns a plan without unnecessary edits, and whether it grants access at all.
func (t *trial) smallest(p plan) (plan, bool) {
	if !t.grants(p) {
		return nil, false
	}
	for i := 0; i < len(p); {
		if less := slices.Delete(slices.Clone(p), i, i+1); len(less) > 0 && t.grants(less) {
			p = less
		} else {
			i++
		}
	}
	return p, true
}

// proposal describes a plan that grants access.
func (x *Explainer) proposal(q evaluate.Question, p plan, near []neighbour) Proposal {
	out := Proposal{
		GrantedBy: x.evaluator.Answer(p.apply(q)).GrantedBy,
		Reach:     x.reach(q, p, near),
	}
	for _, e := range p {
		out.Changes = append(out.Changes, x.change(q, e))
	}
	return out
}

// maxAsked is the maximum number of users, and about that of resources, for which the side
// effects of a proposal are computed; fewer if each depends on many rules.
const maxAsked = 500

func (x *Explainer) sample() int {
	return min(maxAsked, max(maxAsked/10, 100_000/max(1, x.enabled)))
}

// reach counts who else would gain or lose the action on the resource, and on what else the
// subject would. A change of the request itself grants nothing to others, but the subject may
// gain rights on other resources.
func (x *Explainer) reach(q evaluate.Question, p plan, near []neighbour) Reach {
	r := Reach{Actions: []string{}}
	before := x.evaluator.Answer(q).Actions
	for _, action := range x.evaluator.Answer(p.apply(q)).Actions {
		if action != q.Action.Name() && !slices.Contains(before, action) {
			r.Actions = append(r.Actions, action)
		}
	}
	inRequest := !slices.ContainsFunc(p, func(e edit) bool { return x.change(q, e).Where != InRequest })
	for _, n := range near {
		if inRequest && n.question.Subject != q.Subject {
			continue
		}
		gain, lose, asked := &r.Resources, &r.ResourcesLose, &r.ResourcesAsked
		if n.question.Resource == q.Resource {
			gain, lose, asked = &r.Users, &r.UsersLose, &r.UsersAsked
		}
		*asked++
		switch after := x.evaluator.Answer(p.apply(n.question)).Allow; {
		case after && !n.allow:
			*gain++
		case n.allow && !after:
			*lose++
		}
	}
	return r
}

// neighbour is a question that differs from the explained one in the subject or in the
// resource, with its answer.
type neighbour struct {
	question evaluate.Question
	allow    bool
}

// neighbours returns the questions that measure the side effects of proposals.
func (x *Explainer) neighbours(q evaluate.Question) []neighbour {
	var near []neighbour
	add := func(other evaluate.Question) {
		near = append(near, neighbour{other, x.evaluator.Answer(other).Allow})
	}
	for _, user := range x.others("user", q.Subject, x.sample()) {
		other := q
		other.Subject = user
		add(other)
	}
	for typeKey := range x.site.Records {
		limit := max(10, x.sample()/2/len(x.site.Records))
		if typeKey == q.Resource.Type {
			limit = x.sample() / 2
		}
		for _, resource := range x.others(typeKey, q.Resource, limit) {
			other := q
			other.Resource = resource
			add(other)
		}
	}
	return near
}

// others returns the first entities of a type, except one.
func (x *Explainer) others(typeKey string, e *snapshot.Entity, limit int) []*snapshot.Entity {
	all := slices.DeleteFunc(slices.Clone(x.records(typeKey)), func(o *snapshot.Entity) bool { return o == e })
	return all[:min(len(all), limit)]
}

// records returns the existing entities of a type, by name and id.
func (x *Explainer) records(typeName string) []*snapshot.Entity {
	if ordered := x.ordered[schema.Fold(typeName)]; ordered != nil {
		return ordered()
	}
	return nil
}

func inOrder(records map[string]*snapshot.Entity) []*snapshot.Entity {
	return slices.SortedFunc(maps.Values(records), func(a, b *snapshot.Entity) int {
		return cmp.Or(strings.Compare(a.Scalars["name"], b.Scalars["name"]), strings.Compare(a.ID, b.ID))
	})
}
