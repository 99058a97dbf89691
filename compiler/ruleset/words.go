package ruleset

import (
	"slices"
	"strings"
)

// String returns "Security", "License" or "Sync", as in exports.
func (c Category) String() string {
	return [...]string{"", "Security", "License", "Sync"}[c]
}

// String returns "both", "hub" or "qmc".
func (c Context) String() string {
	return [...]string{"both", "hub", "qmc"}[c]
}

// parseCategory returns the category with the given name, ignoring case, and whether there is
// one.
func parseCategory(name string) (Category, bool) {
	for c := Security; c <= Sync; c++ {
		if strings.EqualFold(name, c.String()) {
			return c, true
		}
	}
	return 0, false
}

// contextWords are the spellings of each context (D, O), in lower case.
var contextWords = map[Context][]string{
	Both: {"0", "bothqliksenseandqmc", "both"},
	Hub:  {"1", "qliksenseonly", "hub"},
	QMC:  {"2", "qmconly", "qmc"},
}

// parseContext returns the context for a number or a name, ignoring case, and whether there is
// one.
func parseContext(word string) (Context, bool) {
	for c, words := range contextWords {
		if slices.Contains(words, strings.ToLower(word)) {
			return c, true
		}
	}
	return 0, false
}
