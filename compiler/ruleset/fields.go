package ruleset

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// fields reads the fields of one rule.
type fields struct {
	*decoder
	object jsonfile.Value
	byKey  map[string]jsonfile.Value // by folded name
	rule   *entry
}

// rule reads one rule. Fields that docs/language.md does not mention are ignored.
func (d *decoder) rule(v jsonfile.Value) {
	f := fields{decoder: d, object: v, byKey: map[string]jsonfile.Value{}, rule: &entry{
		file: d.file, start: v.Offset, end: v.Offset + 1,
	}}
	if v.Kind() != '{' {
		d.report(codeNoRules, diag.Error, v, fmt.Sprintf("a rule was expected here, not %s", kindName(v)), expected)
		return
	}
	if d.fromCache(v) {
		return
	}
	before := len(d.found)
	members := v.AppendMembers(nil)
	for _, m := range members {
		key := schema.Fold(string(m.Name.Text()))
		if _, double := f.byKey[key]; !double {
			f.byKey[key] = m.Value
		}
	}
	if f.notExported() {
		return
	}
	if !f.has("resourcefilter") && !f.has("rule") && !f.has("actions") {
		d.report(codeNoRules, diag.Error, v, "this object is not a rule: it has neither resourceFilter nor rule nor actions", expected)
		return
	}
	d.rules = append(d.rules, f.rule)
	f.read()
	f.doubles(members)
	if d.seen != nil && len(d.found) == before {
		f.cache()
	}
}

func (f *fields) has(key string) bool { _, ok := f.byKey[key]; return ok }

// read fills the rule, starting with its identity because all findings name it.
func (f *fields) read() {
	r := &f.rule.Rule
	r.Filter = f.located("resourceFilter", "resourceFilter")
	r.Condition = f.located("condition", "rule")
	if id, ok := f.present("id"); ok && id.Kind() == '"' && len(id.Text()) > 0 {
		r.ID = string(id.Text())
		f.rule.start, f.rule.end = id.Offset, id.End()
	}
	if name, ok := f.present("name"); ok && name.Kind() == '"' {
		r.Name = string(name.Text())
	}
	if r.ID == "" {
		r.ID, r.Derived = derivedID(r), true
	}
	for _, name := range []string{"id", "name", "resourceFilter", "rule"} {
		f.text(name)
	}
	r.Comment = f.text("comment")
	r.Type = f.text("type")
	r.Category = f.category()
	r.Context = f.context()
	r.Actions = f.actions()
	r.Disabled = f.disabled()
	r.Tags = f.tags()
	r.Raw = f.object.Raw
}

// tags returns the names of the tags, which are objects in the repository's own exports.
func (f *fields) tags() []string {
	v, ok := f.present("tags")
	if !ok || v.Kind() == '"' { // such as an object truncated by ConvertTo-Json
		return nil
	}
	var tags []string
	for _, item := range v.List() {
		if item.Kind() == '{' {
			item, _ = field(item, "name")
		}
		if item.Raw != nil && item.Kind() == '"' {
			tags = append(tags, string(item.Text()))
		}
	}
	return tags
}

// doubles reports duplicate fields, ignoring case.
func (f *fields) doubles(members []jsonfile.Member) {
	for _, m := range members {
		name := string(m.Name.Text())
		if first := f.byKey[schema.Fold(name)]; first.Offset != m.Value.Offset {
			f.fault(codeDoubleField, m.Name, fmt.Sprintf("the field %q is given twice", name),
				"Remove one of the two; names of fields ignore case.")
			text, where := f.file.Excerpt(first.Offset, first.End())
			last := &f.decoder.found[len(f.decoder.found)-1]
			last.Related = []diag.Related{{Message: "it is here first", Text: text, Range: where}}
		}
	}
}

// present returns a field's value and whether it exists and is not null.
func (f *fields) present(name string) (jsonfile.Value, bool) {
	v, ok := f.byKey[schema.Fold(name)]
	return v, ok && !v.IsNull()
}

// text returns the string in a field, "" if it is absent, null or of another kind, which is
// reported.
func (f *fields) text(name string) string {
	v, ok := f.present(name)
	switch {
	case !ok:
		return ""
	case v.Kind() != '"':
		f.wrongKind(name, v, "a text")
		return ""
	}
	return string(v.Text())
}

// located returns the string in a field with its position in the file; if the field is absent,
// the position is that of the rule.
func (f *fields) located(label, name string) *diag.Text {
	if v, ok := f.present(name); ok && v.Kind() == '"' {
		return f.file.StringText(label, v)
	}
	return f.file.At(label, f.object.Offset)
}

func (f *fields) category() Category {
	name := f.text("category")
	if v, ok := f.present("category"); ok && name != "" {
		c, ok := parseCategory(name)
		if !ok {
			f.fault(codeCategory, v, fmt.Sprintf("unknown category %q", name), "The categories are Security, License and Sync.")
		}
		return c
	} else if !ok || v.Kind() == '"' {
		f.warn(codeNoCategory, f.object, "the rule has no category and is read as a Security rule",
			`Add "category": "Security", or export the rules in full.`)
	}
	return Security
}

func (f *fields) context() Context {
	v, ok := f.present("ruleContext")
	if !ok {
		f.warn(codeNoContext, f.object, "the rule has no ruleContext and applies both in hub and QMC",
			`Condensed exports leave it out. Export the rules in full, or add "ruleContext": 0.`)
		return Both
	}
	word := string(v.Raw)
	switch v.Kind() {
	case '"':
		word = string(v.Text())
	case '0':
	default:
		f.wrongKind("ruleContext", v, "a number or a text")
		return Both
	}
	c, ok := parseContext(word)
	if !ok {
		f.fault(codeContext, v, fmt.Sprintf("unknown rule context %s", v.Raw),
			"The contexts are 0 or BothQlikSenseAndQMC, 1 or QlikSenseOnly, 2 or QMCOnly.")
	}
	return c
}

func (f *fields) actions() Actions {
	v, ok := f.present("actions")
	if !ok {
		f.fault(codeActions, f.object, "the rule has no actions", "Add the sum of the bits of its actions, such as 2 for Read.")
		return 0
	}
	number := string(v.Raw)
	switch v.Kind() {
	case '"':
		number = string(v.Text())
	case '0':
	case '[':
		f.fault(codeActions, v, "the actions are a list, not a bit mask", sumOf(v))
		return 0
	default:
		f.wrongKind("actions", v, "a number")
		return 0
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		f.fault(codeActions, v, fmt.Sprintf("the actions %s are not a bit mask", v.Raw), sumOf(v))
		return 0
	}
	mask := Actions(n)
	if mask == 0 {
		f.warn(codeNoActions, v, "the rule has no actions and grants nothing", "Disable it, or give it the actions that it is for.")
	}
	if bits := mask.unknown(); bits != 0 {
		f.warn(codeUnknownActions, v, fmt.Sprintf("the actions %d have unknown bits: %d", n, uint32(bits)),
			fmt.Sprintf("They are ignored. Known are the bits 1 (create) to %d (approve).", AllActions[len(AllActions)-1]))
	}
	return mask
}

func (f *fields) disabled() bool {
	v, ok := f.present("disabled")
	if ok && v.Kind() != 't' && v.Kind() != 'f' {
		f.wrongKind("disabled", v, "true or false")
	}
	return ok && v.Kind() == 't'
}

func (f *fields) wrongKind(name string, v jsonfile.Value, wanted string) {
	f.fault(codeWrongKind, v, fmt.Sprintf("the field %q is %s", name, kindName(v)), fmt.Sprintf("It must be %s.", wanted))
}

// fault reports an error; the rule is then left out.
func (f *fields) fault(code diag.Code, v jsonfile.Value, summary, detail string) {
	f.rule.broken = true
	f.about(code, diag.Error, v, summary, detail)
}

func (f *fields) warn(code diag.Code, v jsonfile.Value, summary, detail string) {
	f.about(code, diag.Warning, v, summary, detail)
}

func (f *fields) about(code diag.Code, severity diag.Severity, v jsonfile.Value, summary, detail string) {
	end := v.End()
	if v.Offset == f.object.Offset {
		end = v.Offset + 1 // the position is the rule as a whole, shown by its first byte
	}
	text, where := f.file.Excerpt(v.Offset, end)
	f.decoder.found = append(f.decoder.found, diag.Diagnostic{
		Code: code, Severity: severity, Summary: summary, Detail: detail, Text: text, Subject: where,
		Rule: f.rule.identity(),
	})
}

func (r *Rule) identity() diag.Rule { return diag.Rule{ID: r.ID, Name: r.Name} }

// derivedID returns an id for a rule without one: a version 8 UUID that is a digest of name,
// filter and condition, each preceded by its length.
func derivedID(r *Rule) string {
	var b []byte
	for _, text := range []string{r.Name, r.Filter.Content, r.Condition.Content} {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	sum := sha256.Sum256(b)
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	hex := fmt.Sprintf("%x", sum[:16])
	return strings.Join([]string{hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:]}, "-")
}
