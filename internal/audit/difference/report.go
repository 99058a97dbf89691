package difference

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Side is one side of a comparison: rules, as read and compiled, and their bundle.
type Side struct {
	Rules  []ruleset.Rule
	Policy *compiler.Policy
	// Bundle contains the policy and the site, projected to what the rules of either side read;
	// in ModeClasses, the policy only.
	Bundle *bundles.Bundle
	// Prepared is the compiled bundle; if it is nil, Compare compiles it.
	Prepared *matrix.Prepared
	// Decisions caches the decisions of the side; nil caches nothing.
	Decisions *Decisions
}

// prepare compiles the policy of a side, unless it is compiled already.
func (s *Side) prepare(ctx context.Context) (err error) {
	if s.Prepared == nil {
		s.Prepared, err = matrix.Prepare(ctx, s.Bundle)
	}
	return err
}

// Input is what Compare compares.
type Input struct {
	Old, New Side
	// Mode is ModeSite or ModeClasses.
	Mode string
	// SameSite says that both sides have the same snapshot.
	SameSite bool
	// Contexts are those to compare in; if it is empty, all that the rules distinguish.
	// NoContext stands for requests without a context.
	Contexts []string
	// Environment holds session attributes.
	Environment map[string][]string
	// Rest is what is known about rules that are the same on both sides; nil decides all rules.
	Rest     *Rest
	Progress snapshot.Progress
}

// NoContext stands for requests without a context.
const NoContext = "none"

// Compare returns the effect on access of the change from the old side to the new one.
func Compare(ctx context.Context, in Input) (*Report, error) {
	w := &work{Input: in, report: &Report{Mode: in.Mode, Category: categoryOf(in.New), Groups: []Group{}, Rules: []RuleChange{}, LeftOut: []LeftOut{}, Stale: []Entry{}, Gates: []Gate{}}}
	w.pairs = match(in.Old.Rules, in.New.Rules)
	w.markInvalid()
	if in.Mode == ModeClasses {
		if err := w.synthesize(ctx); err != nil {
			return nil, err
		}
	} else if err := w.addSections(); err != nil {
		return nil, err
	}
	if err := w.compare(ctx); err != nil {
		return nil, err
	}
	w.describe()
	return w.report, nil
}

// work is a report under construction.
type work struct {
	Input
	report *Report
	pairs  []*pair
	// counted are the actions that can differ, by type.
	counted map[string]uint32
	tally   *tally
	causes  *causeBook
	// synthesized is the synthesized site, nil if there is a snapshot.
	synthesized *synthesized
	// space counts cells over all sessions.
	space *space
	// readers read the new side and the old side.
	readers []*partition.Reader
}

// markInvalid records which rules a side leaves out.
func (w *work) markInvalid() {
	out := func(p *compiler.Policy) map[diag.Rule]bool {
		all := map[diag.Rule]bool{}
		for _, r := range p.Skipped {
			all[r] = true
		}
		return all
	}
	old, new := out(w.Old.Policy), out(w.New.Policy)
	for _, p := range w.pairs {
		p.oldOut = p.old != nil && old[diag.Rule{ID: p.old.ID, Name: p.old.Name}]
		p.newOut = p.new != nil && new[diag.Rule{ID: p.new.ID, Name: p.new.Name}]
	}
}

// numbers returns the pairs by the rules' ids on one side.
func numbers(pairs []*pair, of func(*pair) *ruleset.Rule) map[string]int32 {
	all := make(map[string]int32, len(pairs))
	for i, p := range pairs {
		if r := of(p); r != nil {
			all[r.ID] = int32(i)
		}
	}
	return all
}

// types returns the types with entities on either side.
func (w *work) types() []string {
	all := slices.Concat(sitedata.Types(&w.Old.Bundle.Data), sitedata.Types(&w.New.Bundle.Data))
	slices.Sort(all)
	return slices.Compact(all)
}

func (w *work) compare(ctx context.Context) error {
	byOld := numbers(w.pairs, func(p *pair) *ruleset.Rule { return p.old })
	byNew := numbers(w.pairs, func(p *pair) *ruleset.Rule { return p.new })
	both := [2]*reads.Reads{&w.Old.Policy.Reads, &w.New.Policy.Reads}
	w.counted = affected(both, w.types(), func(n int, id string) bool {
		at := byOld
		if n == 1 {
			at = byNew
		}
		return !w.SameSite || w.pairs[at[id]].changed()
	})
	w.tally, w.causes = newTally(), newCauseBook()
	if w.Rest != nil && w.Rest.Hashes != nil {
		w.tally.hashes = w.Rest.Hashes
	}
	w.space = &space{hash: w.tally.hash}
	w.report.space = w.space
	w.report.Compared = Compared{Resources: map[string]int{}, ResourceClasses: map[string]int{}, Contexts: []string{}}
	if len(w.counted) == 0 {
		return nil
	}
	v := &variants{pairs: w.pairs, new: w.New, entryPoints: map[int]*engine.EntryPoint{}}
	if w.Rest != nil {
		v.without = func(p *pair) bool { return !w.Rest.Decided(p.new.ID) }
	}
	types := slices.Sorted(maps.Keys(w.counted))
	if err := w.Old.prepare(ctx); err != nil {
		return err
	}
	if err := w.New.prepare(ctx); err != nil {
		return err
	}
	for _, s := range w.sessions(both) {
		all := newSets()
		d := &sessionDiff{
			pairs: w.pairs, counted: w.counted, sets: all, sameSite: w.SameSite, context: cmp.Or(s.Context, NoContext), session: s,
			number: len(w.space.sessions), tally: w.tally, causes: w.causes, variants: v, progress: w.Progress,
		}
		var err error
		if d.old, err = w.side(ctx, &w.Old, s, byOld, all); err != nil {
			return err
		}
		if d.new, err = w.side(ctx, &w.New, s, byNew, all); err != nil {
			return err
		}
		if d.rest, err = w.rest(ctx, s, byNew, all); err != nil {
			return err
		}
		if err := d.join(); err != nil {
			return err
		}
		if err := d.compare(ctx, types); err != nil {
			return err
		}
		w.account(d, types)
	}
	w.report.Compared.Decisions += v.asked
	return nil
}

// sessions returns the sessions to compare in.
func (w *work) sessions(both [2]*reads.Reads) []partition.Session {
	contexts := w.Contexts
	if len(contexts) == 0 {
		contexts = []string{NoContext}
		if w.reads(both, reads.From) {
			contexts = []string{"hub", "qmc", NoContext}
		}
	}
	var all []partition.Session
	for _, c := range contexts {
		if c == NoContext {
			c = ""
		}
		all = append(all, partition.Session{Context: c, Environment: w.Environment})
	}
	return all
}

// reads reports whether the rules of types that can differ contain tests of a kind.
func (w *work) reads(both [2]*reads.Reads, kind reads.Kind) bool {
	for _, side := range both {
		for typ := range w.counted {
			for _, rule := range rulesOf(side, typ) {
				for _, n := range rule.Tests {
					if side.Tests[n].Kind == kind {
						return true
					}
				}
			}
		}
	}
	return false
}

// account records the basis of the report.
func (w *work) account(d *sessionDiff, types []string) {
	c := &w.report.Compared
	c.Contexts = append(c.Contexts, d.context)
	c.Users, c.UserClasses = len(d.users.names), max(c.UserClasses, len(d.users.classes))
	for _, typ := range types {
		c.Resources[typ] = len(d.types[typ].resources.names)
		c.ResourceClasses[typ] = max(c.ResourceClasses[typ], len(d.types[typ].resources.classes))
	}
	c.Decisions += d.old.Asked + d.new.Asked
	s := sessionCells{d.users, map[string]*joined{}, map[string]map[[2]int32][]cellOf{}}
	for _, typ := range types {
		s.resources[typ], s.exceptional[typ] = d.types[typ].resources, d.types[typ].exceptional
	}
	w.space.sessions = append(w.space.sessions, s)
}

// describe converts the counts to the report.
func (w *work) describe() {
	r := w.report
	r.tallied = w.groups()
	for _, g := range r.tallied {
		r.Groups = append(r.Groups, g.Group)
	}
	r.count()
	if w.synthesized != nil {
		w.check()
		r.Compared.Questions = w.synthesized.questions
	}
	r.conditions = w.conditions()
	w.ruleChanges()
	w.leaveOut()
	r.Proved = w.synthesized != nil && len(r.Groups) == 0 && len(r.LeftOut) == 0
	w.spellTypes()
}

// tallied is a group with the sets behind its counts, by part.
type tallied struct {
	Group
	in               [][]*cellsOf
	users, resources []bitset
	// named returns some of the members of a part.
	named []func(limit int) (users, resources []Member)
}

func (w *work) groups() []tallied {
	var all []tallied
	for _, key := range slices.Sorted(maps.Keys(w.tally.groups)) {
		g := w.tally.groups[key]
		t := tallied{Group: Group{Kind: g.kind, Causes: []Cause{}, Parts: []Part{}}}
		for _, n := range g.causes {
			t.Causes = append(t.Causes, w.cause(w.causes.all[n]))
		}
		parts := w.parts(g)
		t.Examples = w.examples(parts)
		for _, p := range parts {
			users, resources := p.users.bits(), p.resources.bits()
			part := Part{
				Type: w.typeName(p.typ), Action: p.action, Contexts: p.contexts, Fingerprint: p.fingerprint,
				Counts: Counts{Cells: p.amount, Users: users.count(), Resources: resources.count()},
			}
			for _, path := range p.paths {
				var through []RuleRef
				for _, n := range w.causes.steps[path] {
					through = append(through, w.pairs[n].ref())
				}
				part.Through = append(part.Through, through)
			}
			t.Parts = append(t.Parts, part)
			t.in = append(t.in, p.cells)
			t.users, t.resources = append(t.users, users), append(t.resources, resources)
			t.named = append(t.named, func(limit int) ([]Member, []Member) {
				return w.named("user", p.users.joined, users, limit), w.named(p.typ, p.resources.joined, resources, limit)
			})
			t.Cells += p.amount
		}
		all = append(all, t)
	}
	slices.SortStableFunc(all, func(a, b tallied) int {
		return cmp.Or(cmp.Compare(b.Cells, a.Cells), cmp.Compare(a.Kind, b.Kind), cmp.Compare(fmt.Sprint(a.Causes), fmt.Sprint(b.Causes)))
	})
	return all
}

// examples chooses cells of the parts in turn. Synthesized ones with the shortest descriptions
// come first.
func (w *work) examples(parts []*mergedPart) []Example {
	chosen := []Example{}
	if w.synthesized != nil {
		for _, p := range parts {
			slices.SortStableFunc(p.examples, func(a, b cellOf) int {
				return cmp.Compare(w.synthesized.size(p.partTally, a), w.synthesized.size(p.partTally, b))
			})
		}
	}
	for i := range maxCandidates {
		for _, p := range parts {
			if i >= len(p.examples) || len(chosen) == maxExamples {
				continue
			}
			e := w.example(p, p.examples[i])
			if !slices.ContainsFunc(chosen, func(o Example) bool {
				return o.User == e.User && o.Type == e.Type && o.Resource == e.Resource && o.Action == e.Action
			}) {
				chosen = append(chosen, e)
			}
		}
	}
	return chosen
}

func (w *work) example(p *mergedPart, c cellOf) Example {
	login := p.users.joined.names[c.user]
	e := Example{User: w.loginOf(login), Type: p.typ, Resource: p.resources.joined.names[c.resource], Action: p.action}
	e.Name = w.nameOf(e)
	if w.synthesized != nil {
		e.UserIs, e.ResourceIs = w.synthesized.descriptions["user:"+login], w.synthesized.descriptions[e.Type+":"+e.Resource]
	}
	e.Type = w.typeName(e.Type)
	return e
}

// mergedPart is the cells of one type and action over all contexts: the part of the first
// context, with the members, paths and examples of all.
type mergedPart struct {
	*partTally
	cells       []*cellsOf
	contexts    []ContextCells
	amount      int64
	fingerprint string
}

// parts returns the parts of a group, largest first.
func (w *work) parts(g *groupTally) []*mergedPart {
	byKey := map[tallyKey][]*partTally{}
	for _, context := range w.report.Compared.Contexts {
		for _, name := range slices.Sorted(maps.Keys(g.parts)) {
			if p := g.parts[name]; p.context == context {
				key := tallyKey{p.typ, p.action}
				byKey[key] = append(byKey[key], p)
			}
		}
	}
	var all []*mergedPart
	for _, list := range byKey {
		all = append(all, w.merge(list))
	}
	slices.SortFunc(all, func(a, b *mergedPart) int {
		return cmp.Or(cmp.Compare(b.amount, a.amount), cmp.Compare(a.typ, b.typ), cmp.Compare(a.action, b.action))
	})
	return all
}

// merge unites the parts of one type and action.
func (w *work) merge(list []*partTally) *mergedPart {
	first := list[0]
	m := &mergedPart{partTally: &partTally{
		typ: first.typ, action: first.action, users: newMembers(first.users.joined), resources: newMembers(first.resources.joined),
	}}
	for _, p := range list {
		m.cells = append(m.cells, p.in)
		m.paths = union(m.paths, p.paths)
		m.examples = append(m.examples, p.examples...)
		for n := range p.users.bits().each() {
			m.users.single[n] = true
		}
		for n := range p.resources.bits().each() {
			m.resources.single[n] = true
		}
	}
	n := w.space.count(m.typ, m.cells)
	m.amount, m.fingerprint = n.amount(m.action), fmt.Sprintf("%016x", n.fingerprint)
	same := len(list) == len(w.report.Compared.Contexts)
	print := n.fingerprint
	for _, p := range list {
		one := w.space.count(m.typ, []*cellsOf{p.in})
		m.contexts = append(m.contexts, ContextCells{p.context, one.amount(m.action)})
		same = same && one.fingerprint == n.fingerprint && one.cells == n.cells
		print = plus(print, times(w.tally.hash(p.context), one.fingerprint))
	}
	if same {
		m.contexts = nil
	} else {
		m.fingerprint = fmt.Sprintf("%016x", print)
	}
	return m
}

// distinct counts the cells of chosen parts, each once whatever its cause.
func (r *Report) distinct(chosen func(g *Group, p Part) bool) (n int64) {
	cells := map[tallyKey][]*cellsOf{}
	for i := range r.Groups {
		for j, p := range r.Groups[i].Parts {
			switch {
			case !chosen(&r.Groups[i], p):
			case r.space == nil:
				n += p.Cells
			default:
				key := tallyKey{schema.Fold(p.Type), p.Action}
				cells[key] = append(cells[key], r.tallied[i].in[j]...)
			}
		}
	}
	for key, list := range cells {
		n += r.space.count(key.typ, list).amount(key.action)
	}
	return n
}

// count counts the cells that the baseline does not accept.
func (r *Report) count() {
	r.Gain, r.Loss, r.Accepted = Counts{}, Counts{}, 0
	type total struct {
		users     bitset
		resources map[string]*bitset
	}
	sum := func(t *total, c *Counts) {
		c.Users = t.users.count()
		c.Resources = 0
		for _, s := range t.resources {
			c.Resources += s.count()
		}
	}
	all := map[string]*total{Gain: {resources: map[string]*bitset{}}, Loss: {resources: map[string]*bitset{}}}
	counts := map[string]*Counts{Gain: &r.Gain, Loss: &r.Loss}
	for i := range r.Groups {
		g := &r.Groups[i]
		mine := &total{resources: map[string]*bitset{}}
		g.Cells, g.Accepted = 0, 0
		for j, p := range g.Parts {
			if p.Accepted {
				g.Accepted += p.Cells
				continue
			}
			g.Cells += p.Cells
			for _, t := range []*total{mine, all[g.Kind]} {
				t.users.union(r.tallied[i].users[j])
				if p.Action == create {
					continue // existing resources are not created
				}
				if t.resources[p.Type] == nil {
					t.resources[p.Type] = &bitset{}
				}
				t.resources[p.Type].union(r.tallied[i].resources[j])
			}
		}
		sum(mine, &g.Counts)
		r.Accepted += g.Accepted
	}
	for kind, t := range all {
		sum(t, counts[kind])
		counts[kind].Cells = r.distinct(func(g *Group, p Part) bool { return g.Kind == kind && !p.Accepted })
	}
}
