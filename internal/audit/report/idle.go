package report

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
)

// Idle is an enabled rule that grants nobody anything in an audit, with the reason why it may
// still grant something elsewhere.
type Idle struct {
	Rule RuleInfo
	// Reason is Nothing if no other context and no session attribute can make the rule grant
	// anything on this site; otherwise it is what could, starting with what the rule itself
	// tests.
	Reason string
	// Elsewhere says that the rule, or one that grants a right it asks for, is for requests
	// with another context than the audit's.
	Elsewhere bool
	// Attributes are session attributes that were not sent and that the rule tests, or one that
	// grants a right it asks for; sorted.
	Attributes []string
}

// The reasons why a rule grants nothing, as sections of Summary.
const (
	Nothing   = "nothing"
	Elsewhere = "elsewhere"
	Session   = "session"
)

// Unsent is a session attribute that rules test and that was not sent.
type Unsent struct {
	Name string
	// Rules are the ids of the rules that test it, sorted.
	Rules []string
}

// Idle returns the relevant enabled rules that grant nobody anything, in the order of their
// names.
func (a *Audit) Idle() []Idle {
	reach, creators := a.Reach(), a.creators()
	var all []Idle
	var g *dependencies
	for _, info := range a.Names.Rules {
		if info.Disabled || !a.counts(info, reach) || reach[info.ID].Pairs > 0 || creators[info.ID] > 0 {
			continue
		}
		if g == nil {
			g = newDependencies(&a.Model.Reads)
		}
		contexts, attributes := g.of(info.ID)
		one := Idle{Rule: info, Elsewhere: a.elsewhere(contexts), Attributes: a.unsent(attributes), Reason: Nothing}
		own, tested := g.own(info.ID)
		switch {
		case a.elsewhere(own):
			one.Reason = Elsewhere
		case len(a.unsent(tested)) > 0:
			one.Reason = Session
		case one.Elsewhere:
			one.Reason = Elsewhere
		case len(one.Attributes) > 0:
			one.Reason = Session
		}
		all = append(all, one)
	}
	return all
}

// elsewhere reports whether one of these contexts is not the audit's.
func (a *Audit) elsewhere(contexts map[string]bool) bool {
	for context := range contexts {
		if context != a.Context {
			return true
		}
	}
	return false
}

// Unsent returns the session attributes that rules test and that were not sent, by name.
func (a *Audit) Unsent() []Unsent {
	rules := map[string][]string{}
	for _, rule := range a.Model.Reads.Rules {
		_, attributes := asks(&a.Model.Reads, rule)
		for _, name := range a.unsent(attributes) {
			if !slices.Contains(rules[name], rule.ID) {
				rules[name] = append(rules[name], rule.ID)
			}
		}
	}
	var all []Unsent
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		slices.Sort(rules[name])
		all = append(all, Unsent{name, rules[name]})
	}
	return all
}

// unsent returns those of the attributes that the session does not have.
func (a *Audit) unsent(attributes map[string]bool) []string {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if len(a.Model.Session.Strings(name, false)) == 0 {
			missing = append(missing, name)
		}
	}
	return missing
}

// contextAttribute is the attribute with the context of a request.
const contextAttribute = "context"

// asks returns the contexts and the session attributes that a rule tests itself.
func asks(r *reads.Reads, rule reads.Rule) (contexts, attributes map[string]bool) {
	contexts, attributes = map[string]bool{}, map[string]bool{}
	for _, n := range rule.Tests {
		test := r.Tests[n]
		if test.Kind == reads.From {
			contexts[test.Context] = true
		}
		for _, op := range []*reads.Operand{test.Left, test.Right} {
			switch {
			case op == nil || op.Root != reads.Environment:
			case op.Property == contextAttribute:
				contexts["hub"], contexts["qmc"] = true, true
			default:
				attributes[op.Property] = true
			}
		}
	}
	return contexts, attributes
}

// dependencies are the rules that grant the rights that a rule asks for.
type dependencies struct {
	reads *reads.Reads
	// forms are the specialised forms of each rule, with the class of resources of each.
	forms map[string][]form
}

type form struct {
	class *reads.Class
	rule  int
}

func newDependencies(r *reads.Reads) *dependencies {
	d := &dependencies{r, map[string][]form{}}
	for i := range r.Classes {
		for _, rule := range r.Classes[i].Rules {
			id := r.Rules[rule].ID
			d.forms[id] = append(d.forms[id], form{&r.Classes[i], rule})
		}
	}
	return d
}

// own returns the contexts and the session attributes that a rule tests itself.
func (d *dependencies) own(id string) (contexts, attributes map[string]bool) {
	contexts, attributes = map[string]bool{}, map[string]bool{}
	for _, f := range d.forms[id] {
		c, a := asks(d.reads, d.reads.Rules[f.rule])
		maps.Copy(contexts, c)
		maps.Copy(attributes, a)
	}
	return contexts, attributes
}

// of returns the contexts and the session attributes that a rule depends on: those that it
// tests itself and, transitively, those of the rules that grant what it asks for.
func (d *dependencies) of(id string) (contexts, attributes map[string]bool) {
	contexts, attributes = map[string]bool{}, map[string]bool{}
	seen := map[form]bool{}
	open := slices.Clone(d.forms[id])
	for len(open) > 0 {
		f := open[len(open)-1]
		open = open[:len(open)-1]
		if seen[f] {
			continue
		}
		seen[f] = true
		rule := d.reads.Rules[f.rule]
		c, a := asks(d.reads, rule)
		maps.Copy(contexts, c)
		maps.Copy(attributes, a)
		for _, n := range rule.Tests {
			if test := d.reads.Tests[n]; test.Kind == reads.Privilege {
				open = append(open, d.granting(f.class, test)...)
			}
		}
	}
	return contexts, attributes
}

// granting returns the rules that can grant the right that a test asks for.
func (d *dependencies) granting(class *reads.Class, test reads.Test) []form {
	if steps := test.Left.Steps; len(steps) > 0 {
		class = d.reads.Of(steps[len(steps)-1].Type)
	}
	if class == nil {
		return nil
	}
	var all []form
	for _, rule := range class.Rules {
		if d.reads.Rules[rule].Actions&test.Action != 0 {
			all = append(all, form{class, rule})
		}
	}
	return all
}

// Note describes which session attributes were not given although rules test them, and what
// that means; "" if there are none.
func Note(unsent []Unsent) string {
	if len(unsent) == 0 {
		return ""
	}
	names, rules := make([]string, len(unsent)), map[string]bool{}
	for i, u := range unsent {
		names[i] = u.Name
		for _, id := range u.Rules {
			rules[id] = true
		}
	}
	noun := "rules test them"
	if len(rules) == 1 {
		noun = "rule tests them"
	}
	return "session attributes were not given: " + strings.Join(names, ", ") + " (" + strconv.Itoa(len(rules)) + " " + noun + ")"
}
