package ruleset

import (
	"slices"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

// Format returns the rule in the format of .qrule files, from which [Decode] reads an equal
// rule. The id is left out if it is derived.
func (r *Rule) Format() []byte {
	h := qrule.Header{
		Name: r.Name, ID: r.ID, Filter: r.Filter.Content, Actions: r.Actions.words(),
		Context: r.Context.String(), Type: r.Type, Category: strings.ToLower(r.Category.String()),
		Disabled: r.Disabled, Tags: r.Tags, Only: r.Only, Comment: r.Comment,
	}
	if r.Derived {
		h.ID = ""
	}
	if slices.Contains(ruleTypes, r.Type) {
		h.Type = strings.ToLower(r.Type)
	}
	return qrule.Format(h, r.Condition.Content)
}

const allWord = "all"

// words returns a mask as written in the header of a .qrule file: all, or the names of the
// actions and then the bits without a name as numbers.
func (m Actions) words() []string {
	if m == All {
		return []string{allWord}
	}
	words := m.Names()
	for bit := Actions(1); bit != 0; bit <<= 1 {
		if m.unknown()&bit != 0 {
			words = append(words, strconv.FormatUint(uint64(bit), 10))
		}
	}
	return words
}

// parseBits returns the bits of one of these words. Any number is accepted as a mask.
func parseBits(word string) (Actions, bool) {
	if strings.EqualFold(word, allWord) {
		return All, true
	}
	if a, ok := ParseAction(word); ok {
		return Actions(a), true
	}
	n, err := strconv.ParseUint(word, 10, 32)
	return Actions(n), err == nil
}
