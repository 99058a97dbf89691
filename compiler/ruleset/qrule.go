package ruleset

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

// isRuleFile reports whether a file holds one rule in the format of package qrule.
func isRuleFile(file *jsonfile.File) bool {
	return strings.EqualFold(filepath.Ext(file.Name), qrule.Extension) || qrule.IsText(file.Text)
}

// header reads the header of a .qrule file.
type header struct {
	*decoder
	doc  *qrule.Document
	rule *entry
}

func (d *decoder) ruleFile() {
	text := d.file.Text
	if !utf8.Valid(text) {
		at := bytes.IndexRune(text, utf8.RuneError)
		d.fail(&jsonfile.Error{
			Kind: jsonfile.NoText, Offset: max(at, 0),
			Summary: "the file is not valid UTF-8", Detail: "Save it as UTF-8.",
		})
		return
	}
	h := header{decoder: d, doc: qrule.Parse(text), rule: &entry{file: d.file, end: min(len("---"), len(text))}}
	d.rules = append(d.rules, h.rule)
	h.read()
	h.faults()
}

// read fills the rule, starting with its identity because all findings name it.
func (h *header) read() {
	r := &h.rule.Rule
	r.Filter = h.file.At("resourceFilter", 0)
	if e, ok := h.doc.Find("filter"); ok {
		r.Filter = h.file.Located("resourceFilter", e.Value.Text, e.Value.Pieces, e.Value.At.End)
	}
	eol := qrule.LF
	if e, ok := h.doc.Find("eol"); ok {
		eol = e.Value.Text
	}
	c := qrule.Condition(h.file.Text, h.doc.Body, eol)
	r.Condition = h.file.Located("condition", c.Text, c.Pieces, c.At.End)
	if e, ok := h.doc.Find("id"); ok {
		r.ID = e.Value.Text
		h.rule.start, h.rule.end = e.Value.At.Start, e.Value.At.End
	}
	r.Name = h.text("name")
	if r.ID == "" {
		r.ID, r.Derived = derivedID(r), true
	}
	for _, key := range []string{"id", "filter"} {
		h.text(key)
	}
	h.word("eol", eol == qrule.LF || eol == qrule.CRLF || eol == qrule.Keep, "the line ends are lf, crlf or keep")
	r.Comment = h.text("comment")
	r.Type = ruleType(h.text("type"))
	category, known := parseCategory(h.text("category"))
	h.word("category", known, "the categories are security, license and sync")
	r.Category = max(category, Security)
	r.Context, known = parseContext(h.text("context"))
	h.word("context", known, "the contexts are both, hub and qmc")
	disabled := h.text("disabled")
	r.Disabled = disabled == "true"
	h.word("disabled", r.Disabled || disabled == "false", "disabled is true or false")
	r.Tags = h.list("tags")
	r.Only = h.list("only")
	if e, ok := h.doc.Find("only"); ok && len(r.Only) == 0 {
		h.fault(codeHeader, e.Value.At, "only names no site", "Write `only: [prod]`, or leave the line out: the file is then for all sites.")
	}
	r.Actions = h.actions()
}

// text returns the string of a key, "" if it is absent or a list, which is reported.
func (h *header) text(key string) string {
	e, ok := h.doc.Find(key)
	if ok && e.Value.IsList {
		h.fault(codeWrongKind, e.Value.At, fmt.Sprintf("the value of the key %s is a list", key), "It must be a string.")
	}
	return e.Value.Text
}

// list returns the items of a key; a single string counts as a list of one.
func (h *header) list(key string) []string {
	var items []string
	for _, s := range h.scalars(key) {
		items = append(items, s.Text)
	}
	return items
}

func (h *header) scalars(key string) []qrule.Scalar {
	e, ok := h.doc.Find(key)
	if ok && !e.Value.IsList && e.Value.Text != "" {
		return []qrule.Scalar{e.Value.Scalar}
	}
	return e.Value.List
}

// wordCodes are the diagnostics of the keys that have a fixed set of values.
var wordCodes = map[string]diag.Code{"eol": codeHeader, "category": codeCategory, "context": codeContext, "disabled": codeWrongKind}

// word reports a key whose value is not one of its words.
func (h *header) word(key string, known bool, words string) {
	if e, ok := h.doc.Find(key); ok && !known && !e.Value.IsList {
		h.fault(wordCodes[key], e.Value.At, fmt.Sprintf("unknown %s %q: %s", key, e.Value.Text, words), "Write one of these words, or leave the line out.")
	}
}

func (h *header) actions() Actions {
	e, ok := h.doc.Find("actions")
	if !ok && h.doc.Body < 0 {
		return 0 // the header is missing or not closed, which is reported already
	}
	if !ok {
		h.fault(codeActions, diag.Range{Start: h.rule.start, End: h.rule.end}, "the rule has no actions",
			"Add a line such as `actions: [read, update]` to the header.")
		return 0
	}
	var mask Actions
	for _, s := range h.scalars("actions") {
		bits, ok := parseBits(s.Text)
		if !ok {
			h.fault(codeActions, s.At, fmt.Sprintf("unknown action %q%s", s.Text, suggestion(s.Text, actionNames[:])),
				"The actions are "+strings.Join(actionNames[:], ", ")+" and all. Other bits are written as numbers.")
		}
		mask |= bits
	}
	if mask == 0 && !h.rule.broken {
		h.about(codeNoActions, diag.Warning, e.Value.At, "the rule has no actions and grants nothing", "Disable it, or give it the actions that it is for.")
	}
	if bits := mask.unknown(); bits != 0 {
		h.about(codeUnknownActions, diag.Warning, e.Value.At, fmt.Sprintf("the actions have unknown bits: %d", uint32(bits)),
			fmt.Sprintf("They are ignored. Known are the bits 1 (create) to %d (approve).", AllActions[len(AllActions)-1]))
	}
	return mask
}

func suggestion(word string, words []string) string {
	if near, ok := diag.Suggest(word, words); ok {
		return "; did you mean " + near + "?"
	}
	return ""
}

// faults reports errors in the form of the header: its syntax, unknown keys and duplicate keys.
func (h *header) faults() {
	for _, p := range h.doc.Problems {
		h.fault(codeHeader, p.At, p.Summary, p.Detail)
	}
	first := map[string]qrule.Entry{}
	for _, e := range h.doc.Entries {
		before, double := first[e.Key]
		switch {
		case !slices.Contains(qrule.Keys, e.Key):
			h.fault(codeKey, e.At, fmt.Sprintf("unknown key %q in the header%s", e.Key, suggestion(e.Key, qrule.Keys)),
				"The keys are "+strings.Join(qrule.Keys, ", ")+".")
		case double:
			d := h.fault(codeDoubleField, e.At, fmt.Sprintf("the key %s is given twice", e.Key), "Remove one of the two.")
			text, where := h.file.Excerpt(before.At.Start, before.At.End)
			d.Related = []diag.Related{{Message: "it is here first", Text: text, Range: where}}
		default:
			first[e.Key] = e
		}
	}
}

// fault reports an error; the rule is then left out.
func (h *header) fault(code diag.Code, at diag.Range, summary, detail string) *diag.Diagnostic {
	h.rule.broken = true
	return h.about(code, diag.Error, at, summary, detail)
}

func (h *header) about(code diag.Code, severity diag.Severity, at diag.Range, summary, detail string) *diag.Diagnostic {
	text, where := h.file.Excerpt(at.Start, at.End)
	h.found = append(h.found, diag.Diagnostic{
		Code: code, Severity: severity, Summary: summary, Detail: detail, Text: text, Subject: where, Rule: h.rule.identity(),
	})
	return &h.found[len(h.found)-1]
}

// ruleTypes are the types of rules, as in exports.
var ruleTypes = []string{"Custom", "Default", "ReadOnly"}

// ruleType returns a type as in exports, ignoring case. An unknown type is kept.
func ruleType(word string) string {
	for _, t := range ruleTypes {
		if schema.Fold(t) == schema.Fold(word) {
			return t
		}
	}
	return word
}
