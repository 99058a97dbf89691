package cli

import (
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// session is what requests send: what --env gives and, of a case, values that rules name.
type session struct {
	environment map[string][]string
	// sent are the values of a case, NAME=VALUE.
	sent []string
}

// maxCases bounds the cases of --env-from-rules: each is a whole audit.
const maxCases = 24

// sessionCases returns a case for each combination of session attributes that a rule
// names values of: all of these values, so that any of them is met. Attributes that are
// sent already are left as they are. The number of cases beyond maxCases is returned.
// Patterns (like, matches) and values of resources name no value.
func sessionCases(r *reads.Reads, given map[string][]string) (cases []session, left int) {
	sent := map[string]bool{}
	for name := range given {
		sent[schema.Fold(name)] = true
	}
	combinations := map[string]session{}
	for _, rule := range r.Rules {
		if rule.Actions == 0 {
			continue
		}
		values := map[string][]string{}
		for _, n := range rule.Tests {
			test := r.Tests[n]
			named := test.Kind == reads.OneOf || test.Kind == reads.Identical && test.Right == nil
			if named && test.Left.Root == reads.Environment && !sent[test.Left.Property] && test.Left.Property != "context" {
				values[test.Left.Property] = append(values[test.Left.Property], test.Strings...)
			}
		}
		if len(values) == 0 {
			continue
		}
		one := session{environment: maps.Clone(given)}
		if one.environment == nil {
			one.environment = map[string][]string{}
		}
		key := ""
		for _, name := range slices.Sorted(maps.Keys(values)) {
			slices.Sort(values[name])
			one.environment[name] = slices.Compact(values[name])
			for _, value := range one.environment[name] {
				one.sent = append(one.sent, name+"="+value)
				key += name + "=" + value + "\x00"
			}
		}
		combinations[key] = one
	}
	for _, key := range slices.Sorted(maps.Keys(combinations)) {
		if len(cases) == maxCases {
			left++
			continue
		}
		cases = append(cases, combinations[key])
	}
	return cases, left
}
