package page

import (
	"encoding/json"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Describe adds data of the export that does not affect decisions to the rules of a document:
// type, comment, tags, and who changed them and when. A bundle does not contain it.
func (d *Document) Describe(rules []ruleset.Rule) {
	byID := map[string]*ruleset.Rule{}
	for i := range rules {
		byID[rules[i].ID] = &rules[i]
	}
	for i := range d.Rules {
		if from := byID[d.Rules[i].ID]; from != nil {
			one := &d.Rules[i]
			one.Type, one.Comment, one.Tags = from.Type, from.Comment, from.Tags
			one.Modified, one.ModifiedBy = LastChange(*from)
		}
	}
}

// LastChange returns when a rule was changed and by whom, according to the export; both are
// empty if it does not say.
func LastChange(rule ruleset.Rule) (when, user string) {
	var fields struct {
		ModifiedDate       string
		ModifiedByUserName string
	}
	if len(rule.Raw) == 0 || json.Unmarshal(rule.Raw, &fields) != nil {
		return "", ""
	}
	return fields.ModifiedDate, fields.ModifiedByUserName
}
