package ruleset

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Decode reads the rules of one export, in any of its shapes and encodings: an array of rules,
// one rule, or a rule package; or one rule in the format of package qrule. name is the file's
// path as shown in diagnostics.
func Decode(name string, data []byte) ([]Rule, diag.List) {
	return newDecoder(name, data).all()
}

// all returns the diagnostics of the file.
func (d *decoder) all() ([]Rule, diag.List) {
	d.document()
	rules, doubles := unique(d.rules)
	return rules, append(d.found, doubles...)
}

// entry is a rule of a file, complete or not, and the position of its identity: its id or, if
// it has none, its beginning.
type entry struct {
	Rule
	broken bool
	file   *jsonfile.File
	start  int
	end    int
}

// decoder reads one file.
type decoder struct {
	file   *jsonfile.File
	failed *jsonfile.Error
	rules  []*entry
	found  diag.List
	// foreign says that the objects of the file were reported as something other than rules.
	foreign bool
	// known and seen are the contents of a Cache before and after the file; nil without one.
	known, seen map[string]cached
}

func newDecoder(name string, data []byte) *decoder {
	file, failed := jsonfile.New(name, data)
	return &decoder{file: file, failed: failed}
}

const expected = `A file of rules is a list [{"name": …, "rule": …, "resourceFilter": …, "actions": …}, …], one such rule, ` +
	`or a rule package {"localpackagelist": [{"ruleList": [ … ]}]}.`

// document reads the whole file. Content after the document is an error, but errors inside the
// document are still reported.
func (d *decoder) document() {
	if d.failed != nil {
		d.fail(d.failed)
		return
	}
	if isRuleFile(d.file) {
		d.ruleFile()
		return
	}
	value, failed := d.file.Document()
	if value.Raw != nil {
		d.value(value)
	}
	if failed != nil {
		d.fail(failed)
	}
}

func (d *decoder) fail(e *jsonfile.Error) {
	code := codeNoJSON
	if e.Kind == jsonfile.NoText {
		code = codeNoText
	}
	text, where := d.file.Excerpt(e.Offset, e.Offset)
	d.found = append(d.found, diag.Diagnostic{
		Code: code, Severity: diag.Error, Summary: e.Summary, Detail: e.Detail, Text: text, Subject: where,
	})
}

// value reads the document according to its shape.
func (d *decoder) value(v jsonfile.Value) {
	switch {
	case v.Kind() == '[', v.IsNull(), v.Wrapped():
		d.list(v)
	case v.Kind() == '{':
		if list, ok := field(v, "localpackagelist"); ok {
			d.packages(list)
			break
		}
		d.rule(v)
		return
	default:
		d.report(codeNoRules, diag.Error, v, fmt.Sprintf("the file contains %s and no rules", kindName(v)), expected)
		return
	}
	if len(d.rules) == 0 && !d.found.HasErrors() {
		d.report(codeEmpty, diag.Warning, v, "the file contains no rule", "Rules only grant: without any, everything is denied.")
	}
}

func (d *decoder) list(v jsonfile.Value) {
	for _, item := range v.List() {
		d.rule(item)
	}
}

func (d *decoder) packages(list jsonfile.Value) {
	if list.Kind() != '[' {
		d.report(codeNoRules, diag.Error, list, fmt.Sprintf("localpackagelist is %s, not a list of packages", kindName(list)), expected)
		return
	}
	for _, item := range list.AppendItems(nil) {
		var rules jsonfile.Value
		ok := item.Kind() == '{'
		if ok {
			rules, ok = field(item, "rulelist")
		}
		switch {
		case ok && rules.Kind() == '[':
			d.list(rules)
		case ok && rules.IsNull():
		default:
			d.report(codeNoRules, diag.Error, item, "a rule package has no ruleList", expected)
		}
	}
}

// field returns the first field of an object whose case-folded name is key.
func field(object jsonfile.Value, key string) (jsonfile.Value, bool) {
	for _, m := range object.AppendMembers(nil) {
		if schema.Fold(string(m.Name.Text())) == key {
			return m.Value, true
		}
	}
	return jsonfile.Value{}, false
}

// report adds a finding about a value that is not part of a rule.
func (d *decoder) report(code diag.Code, severity diag.Severity, v jsonfile.Value, summary, detail string) {
	text, where := d.file.Excerpt(v.Offset, v.End())
	d.found = append(d.found, diag.Diagnostic{
		Code: code, Severity: severity, Summary: summary, Detail: detail, Text: text, Subject: where,
	})
}

// kindName describes the kind of a JSON value as part of a sentence.
func kindName(v jsonfile.Value) string {
	switch v.Kind() {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a text"
	case '0':
		return "a number"
	case 'n':
		return "null"
	}
	return string(v.Raw) // true or false
}
