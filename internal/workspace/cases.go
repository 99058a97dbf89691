package workspace

import (
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// session is the session attributes of requests: the given ones and, in a case, values that rules
// name.
type session struct {
	environment map[string][]string
	// sent are the values of a case, in the form NAME=VALUE.
	sent []string
}

// maxCases is the maximum number of cases, since each is a whole audit.
const maxCases = 24

// sessionCases returns one case for each combination of session attributes whose values rules name.
// A case has all of these values, so that each of them can match. It does not change given
// attributes. left is the number of cases beyond maxCases. Patterns (like, matches) and values of
// resources do not name a value.
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
