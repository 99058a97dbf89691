package rulefiles

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

// Edit returns the bytes of a file after one of its rules was edited from was to now. It rewrites a
// .qrule file. In an export it changes only the fields that differ, and keeps everything else,
// including unknown fields. The rule was must come from these bytes.
func Edit(name string, data []byte, was, now *ruleset.Rule) ([]byte, error) {
	if strings.EqualFold(path.Ext(name), qrule.Extension) {
		edited := *now
		edited.Only = was.Only // editors of rules do not show this field
		return edited.Format(), nil
	}
	f, fault := jsonfile.New(name, data)
	if fault != nil {
		return nil, fault
	}
	at := bytes.Index(f.Text, was.Raw)
	if at < 0 || len(was.Raw) == 0 {
		return nil, fmt.Errorf("%s does not contain the rule %q any more", name, was.Name)
	}
	object := jsonfile.Value{Raw: f.Text[at : at+len(was.Raw)], Offset: at}
	return f.Apply(edits(object, was, now)), nil
}

// field is a field of an export with its value.
type field struct {
	name  string
	value any
}

// changed returns the fields of an export in which two rules differ.
func changed(was, now *ruleset.Rule) []field {
	var all []field
	add := func(differs bool, name string, value any) {
		if differs {
			all = append(all, field{name, value})
		}
	}
	add(was.Name != now.Name, "name", now.Name)
	add(was.Condition.Content != now.Condition.Content, "rule", now.Condition.Content)
	add(was.Filter.Content != now.Filter.Content, "resourceFilter", now.Filter.Content)
	add(was.Actions != now.Actions, "actions", uint32(now.Actions))
	add(was.Context != now.Context, "ruleContext", int(now.Context))
	add(was.Disabled != now.Disabled, "disabled", now.Disabled)
	add(was.Comment != now.Comment, "comment", now.Comment)
	return all
}

// edits returns the edits that give an object the fields of the rule now. Fields that the object lacks
// are added at its end.
func edits(object jsonfile.Value, was, now *ruleset.Rule) []jsonfile.Edit {
	var all []jsonfile.Edit
	members := object.AppendMembers(nil)
	for _, f := range changed(was, now) {
		text := encode(f.value)
		found := false
		for _, m := range members {
			if schema.Fold(string(m.Name.Text())) == schema.Fold(f.name) && !found {
				found = true
				all = append(all, jsonfile.Edit{Range: diag.Range{Start: m.Value.Offset, End: m.Value.End()}, Text: text})
			}
		}
		if !found && len(members) > 0 {
			end := members[len(members)-1].Value.End()
			all = append(all, jsonfile.Edit{Range: diag.Range{Start: end, End: end}, Text: ", " + strconv.Quote(f.name) + ": " + text})
		}
	}
	return all
}

func encode(value any) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(value) // strings, numbers and booleans can always be encoded
	return strings.TrimSuffix(out.String(), "\n")
}
