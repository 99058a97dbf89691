package rulefiles

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// exportOrder are the fields of a rule in the order of the repository service.
var exportOrder = []string{
	"id", "createdDate", "modifiedDate", "modifiedByUserName", "category", "subcategory", "type", "name", "rule",
	"resourceFilter", "actions", "comment", "disabled", "ruleContext", "seedId", "version", "tags", "privileges",
	"impactSecurityAccess", "schemaPath",
}

// fieldOf returns a field of an export, as JSON, if the rule's own data determine it; otherwise
// false. The name is in lower case.
func fieldOf(r *ruleset.Rule, name string) (json.RawMessage, bool) {
	text := func(s string) (json.RawMessage, bool) { return json.RawMessage(quote(s)), true }
	switch name {
	case "id":
		if r.Derived {
			return nil, false
		}
		return text(r.ID)
	case "category":
		return text(r.Category.String())
	case "type":
		if r.Type == "" {
			return nil, false
		}
		return text(r.Type)
	case "name":
		return text(r.Name)
	case "rule":
		return text(r.Condition.Content)
	case "resourcefilter":
		return text(r.Filter.Content)
	case "actions":
		return json.RawMessage(strconv.FormatUint(uint64(r.Actions), 10)), true
	case "comment":
		return text(r.Comment)
	case "disabled":
		return json.RawMessage(strconv.FormatBool(r.Disabled)), true
	case "rulecontext":
		return json.RawMessage(strconv.Itoa(int(r.Context))), true
	case "tags":
		return tags(r.Tags, nil), true
	}
	return nil, false
}

// tags returns tags in the form of an export. Tags of the earlier export keep their ids.
func tags(names []string, before json.RawMessage) json.RawMessage {
	known := map[string]json.RawMessage{}
	if v := (jsonfile.Value{Raw: before}); before != nil && v.Kind() == '[' {
		for _, item := range v.AppendItems(nil) {
			var tag struct{ Name string }
			if json.Unmarshal(item.Raw, &tag) == nil {
				known[tag.Name] = item.Raw
			}
		}
	}
	list := []json.RawMessage{}
	for _, name := range names {
		tag, ok := known[name]
		if !ok {
			tag = json.RawMessage(`{"name":` + quote(name) + `}`)
		}
		list = append(list, tag)
	}
	b, _ := json.Marshal(list) // well-formed values
	return b
}

// Export returns rules as the JSON of an export, one field per line, in the order of the rules. The
// rules must come from files in the directory root, an absolute path, which contains the lock file;
// the lock may be nil. An unchanged rule keeps the fields of its last export; of a changed rule, the
// fields in its file are replaced.
func (l *Lock) Export(root string, rules []ruleset.Rule) []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := range rules {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  {")
		for i, f := range l.fields(root, &rules[i]) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("\n    " + quote(f.name) + ": ")
			var value bytes.Buffer
			_ = json.Indent(&value, f.value, "    ", "  ") // well-formed, so without error
			b.Write(value.Bytes())
		}
		b.WriteString("\n  }")
	}
	if len(rules) > 0 {
		b.WriteByte('\n')
	}
	b.WriteString("]\n")
	return b.Bytes()
}

type exportField struct {
	name  string
	value json.RawMessage
}

// fields returns the fields of a rule in the order of an export.
func (l *Lock) fields(root string, r *ruleset.Rule) []exportField {
	if r.Raw != nil {
		return rawFields(r)
	}
	e := l.entry(root, r)
	same := e.Digest == Digest(r)
	names := slices.Clone(exportOrder)
	for _, m := range e.Fields {
		name := string(m.Name.Text())
		if !slices.ContainsFunc(names, func(n string) bool { return schema.Fold(n) == schema.Fold(name) }) {
			names = append(names, name)
		}
	}
	var fields []exportField
	for _, name := range names {
		canonical, managed := fieldOf(r, schema.Fold(name))
		stored, known := e.Field(name)
		switch {
		case same && slices.Contains(e.Omitted, name):
			continue
		case name == "tags" && known && !same:
			canonical = tags(r.Tags, stored)
		case known && (same || !managed):
			canonical = stored
		case !managed:
			continue
		}
		fields = append(fields, exportField{name, canonical})
	}
	return fields
}

// rawFields returns the fields of a rule from an export, unchanged.
func rawFields(r *ruleset.Rule) []exportField {
	var fields []exportField
	for _, m := range (jsonfile.Value{Raw: r.Raw}).AppendMembers(nil) {
		fields = append(fields, exportField{string(m.Name.Text()), m.Value.Raw})
	}
	return fields
}

// entry returns the lock's entry of a rule, an empty one for an unknown rule.
func (l *Lock) entry(root string, r *ruleset.Rule) *Locked {
	if l == nil {
		return &Locked{}
	}
	name, err := filepath.Abs(r.Condition.File)
	if err == nil {
		name, err = filepath.Rel(root, name)
	}
	if err != nil {
		name = r.Condition.File
	}
	name = filepath.ToSlash(name)
	if e := l.Rules[key(r, name)]; e != nil {
		return e
	}
	return &Locked{}
}
