package verify

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/assume"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// reading is another reading of the rules, with an evaluator for it.
type reading struct {
	// name is the list of options as on the command line, or the id of a point without an option.
	name      string
	evaluator *evaluate.Evaluator
}

// option is a point of the language with an option, and the values of the option.
type option struct {
	name   string
	values []string
}

var options = []option{
	{"list-inequality", []string{"any", "all"}},
	{"entity-text", []string{"error", "never", "id-or-name"}},
	{"session-attributes", []string{"separate", "stored"}},
}

// readings returns the readings to try, those with the fewest changes first: one option, two
// options, then rules rewritten to another meaning of an operator. The reading in use is the first
// one, because its evaluator may agree with the site even if the compiled policy does not.
func readings(rules []ruleset.Rule, records *snapshot.Site, now compiler.Options) []reading {
	current := []string{now.ListInequality.String(), now.EntityText.String(), now.SessionAttributes.String()}
	var list []reading
	add := func(name string, rules []ruleset.Rule, values []string) {
		o := evaluate.Options{Schema: now.Schema}
		o.Read(values[0], values[1], values[2])
		evaluator, _ := evaluate.New(rules, records, o) // a rule with errors grants nothing
		list = append(list, reading{name, evaluator})
	}
	add(ourMistake, rules, current)
	type change struct {
		name   string
		option int
		value  string
	}
	var changes []change
	for i, o := range options {
		for _, value := range o.values {
			if value != current[i] {
				changes = append(changes, change{o.name + "=" + value, i, value})
			}
		}
	}
	with := func(all ...change) []string {
		values := append([]string{}, current...)
		for _, c := range all {
			values[c.option] = c.value
		}
		return values
	}
	for _, c := range changes {
		add(c.name, rules, with(c))
	}
	for _, p := range assume.Points(now) {
		if slices.ContainsFunc(options, func(o option) bool { return o.name == p.ID }) {
			continue
		}
		variants, _ := p.With(rules, now)
		for _, v := range variants {
			if differ(rules, v.Rules) {
				add(p.ID+": "+p.Other, v.Rules, current)
			}
		}
	}
	for i, first := range changes {
		for _, second := range changes[i+1:] {
			if first.option != second.option {
				add(first.name+" "+second.name, rules, with(first, second))
			}
		}
	}
	return list
}

// ourMistake explains differences that the independent evaluator does not have.
const ourMistake = "those of the evaluator (the compiled policy decides differently: please report this)"

func differ(a, b []ruleset.Rule) bool {
	for i := range a {
		if a[i].Condition != b[i].Condition {
			return true
		}
	}
	return false
}
