package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

type scope = resolve.Scope

const qmcOnly = ruleset.QMC

// temporary matches names and comments of rules for troubleshooting.
var temporary = regexp.MustCompile(`(?i)t-superadmin|troubleshoot|\btemp(orary)?\b|\btest(ing)?\b|\bdebug`)

// allBut returns all actions except the given ones.
func allBut(actions ...ruleset.Action) []ruleset.Action {
	return slices.DeleteFunc(ruleset.All.List(), func(a ruleset.Action) bool { return slices.Contains(actions, a) })
}

func hasAll(r *Rule, actions ...ruleset.Action) bool {
	return !slices.ContainsFunc(actions, func(a ruleset.Action) bool { return !r.Has(a) })
}

// actionsOf names the rule's actions as part of a sentence: "read and update".
func actionsOf(r *Rule) string {
	names := r.Actions.Names()
	switch {
	case len(names) == len(ruleset.AllActions):
		return "do everything with"
	case len(names) > 4:
		return strings.Join(names[:3], ", ") + " and more with"
	}
	return listed(names, "and")
}

// listed joins words as part of a sentence: "a, b and c".
func listed(words []string, last string) string {
	n := len(words)
	if n < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
}

// filterIsEverything reports whether an item of the filter is a star alone.
func (r *Rule) filterIsEverything() bool {
	return slices.ContainsFunc(r.Rule.Filter.Items, func(i ruleset.FilterItem) bool { return i.Prefix && i.Text == "" })
}

// reachOf names the types of scopes as part of a sentence.
func (r *Rule) reachOf(scopes []resolve.Scope) string {
	if r.filterIsEverything() && len(scopes) > 4 {
		return "everything"
	}
	names := typesOf(scopes)
	if len(names) > 4 {
		names = append(names[:3:3], "other types")
	}
	return listed(names, "and")
}

// typesOf returns the names of the types of scopes, in order; the prefix of an open scope only
// if there is nothing else.
func typesOf(scopes []resolve.Scope) []string {
	var names []string
	for _, s := range scopes {
		if s.Named {
			names = append(names, s.Type.Name)
		}
	}
	if len(names) == 0 {
		for _, s := range scopes {
			names = append(names, s.Type.Name)
		}
	}
	return names
}
