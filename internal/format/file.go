package format

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

// File returns the bytes of an export or of a .qrule file with its rules formatted, in the
// file's own encoding. Rules with errors are unchanged. The list has the errors of the file,
// but no warnings.
func File(name string, data []byte, o Options) ([]byte, diag.List) {
	return rewrite(name, data, wholeFile, func(r *ruleset.Rule) (filter, condition string, list diag.List) { return Rule(r, o) })
}

// Rewrite returns the bytes of an export or of a .qrule file in which the filter and the
// condition of every rule are replaced by the results of change. Nothing else in the file
// changes. Rules for which change reports an error are unchanged. The list has the errors of
// the file and of change, but no warnings.
func Rewrite(name string, data []byte, change func(*ruleset.Rule) (filter, condition string, list diag.List)) ([]byte, diag.List) {
	return rewrite(name, data, inPlace, change)
}

// editor returns the edits that set the filter and the condition of a rule.
type editor func(file *jsonfile.File, r *ruleset.Rule, filter, condition string) []jsonfile.Edit

func rewrite(name string, data []byte, single editor, change func(*ruleset.Rule) (filter, condition string, list diag.List)) ([]byte, diag.List) {
	rules, found := ruleset.Decode(name, data)
	file, failed := jsonfile.New(name, data)
	if failed != nil {
		return data, errorsOf(found)
	}
	var edits []jsonfile.Edit
	for i := range rules {
		r := &rules[i]
		filter, condition, list := change(r)
		found = append(found, list...)
		switch {
		case list.HasErrors():
		case r.Raw == nil:
			edits = append(edits, single(file, r, filter, condition)...)
		default:
			edits = appendString(edits, file, r.Filter, filter)
			edits = appendString(edits, file, r.Condition, condition)
		}
	}
	return file.Apply(edits), errorsOf(found)
}

func errorsOf(list diag.List) diag.List {
	var broken diag.List
	for _, d := range list {
		if d.Severity == diag.Error {
			broken = append(broken, d)
		}
	}
	return broken
}

// wholeFile returns the edit that rewrites a .qrule file, with its own line ends.
func wholeFile(file *jsonfile.File, r *ruleset.Rule, filter, condition string) []jsonfile.Edit {
	formatted := *r
	formatted.Filter, formatted.Condition = &diag.Text{Content: filter}, &diag.Text{Content: condition}
	text := formatted.Format()
	if hasCRLF(file) && !bytes.Contains(text, []byte{'\r'}) {
		text = bytes.ReplaceAll(text, []byte{'\n'}, []byte("\r\n"))
	}
	return []jsonfile.Edit{{Range: diag.Range{End: len(file.Text)}, Text: string(text)}}
}

func hasCRLF(file *jsonfile.File) bool {
	line, _, _ := bytes.Cut(file.Text, []byte{'\n'})
	return bytes.HasSuffix(line, []byte{'\r'})
}

// inPlace returns the edits that replace the filter and the condition of a .qrule file in
// place, if the file then parses to the intended rule. Otherwise the file is rewritten: a list
// of filter items, or a condition whose line ends the file cannot keep, is not replaced by a
// string.
func inPlace(file *jsonfile.File, r *ruleset.Rule, filter, condition string) []jsonfile.Edit {
	doc := qrule.Parse(file.Text)
	var edits []jsonfile.Edit
	if e, ok := doc.Find("filter"); ok && filter != r.Filter.Content {
		edits = append(edits, jsonfile.Edit{Range: e.Value.At, Text: qrule.Quote(filter)})
	}
	if condition != r.Condition.Content {
		eol := qrule.LF
		if e, ok := doc.Find("eol"); ok {
			eol = e.Value.Text
		}
		text := condition
		if hasCRLF(file) && eol == qrule.LF {
			text = strings.ReplaceAll(condition, "\n", "\r\n")
		}
		edits = append(edits, jsonfile.Edit{Range: qrule.Condition(file.Text, doc.Body, eol).At, Text: text})
	}
	rules, _ := ruleset.Decode(file.Name, file.Apply(edits))
	if len(rules) != 1 || rules[0].Filter.Content != filter || rules[0].Condition.Content != condition {
		return wholeFile(file, r, filter, condition)
	}
	return edits
}

// appendString adds the edit that replaces a string of an export, if it exists and differs.
func appendString(edits []jsonfile.Edit, file *jsonfile.File, old *diag.Text, text string) []jsonfile.Edit {
	if old.Content == text {
		return edits
	}
	v, ok := file.String(file.OffsetOf(old.Locate(0)))
	if !ok {
		return edits
	}
	quoted, _ := jsontext.AppendQuote(nil, text) // valid UTF-8, because it was parsed
	return append(edits, jsonfile.Edit{Range: diag.Range{Start: v.Offset, End: v.End()}, Text: string(quoted)})
}
