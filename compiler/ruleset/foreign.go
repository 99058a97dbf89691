package ruleset

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// notExported reports objects that are not rules of an export, once per file: entities of a
// snapshot, and rows of the repository's database.
func (f *fields) notExported() bool {
	number := func(key string) bool { v, ok := f.byKey[key]; return ok && v.Kind() == '0' }
	summary, detail := "", ""
	switch typ := f.entityType(); {
	case typ != "":
		summary = fmt.Sprintf("the file contains entities of the type %s, not rules", typ)
		detail = "It belongs to a snapshot: name the snapshot's folder with --snapshot. Rules are in systemrule.json."
	case number("category") && number("type"):
		summary = "the rules are rows of the repository's database, not an export"
		detail = "There, category and type are numbers. Export the rules through the API: GET /qrs/systemrule/full, or qlik2rego pull."
	default:
		return false
	}
	if !f.foreign {
		f.foreign = true
		f.report(codeNoRules, diag.Error, jsonfile.Value{Raw: f.object.Raw[:1], Offset: f.object.Offset}, summary, detail)
	}
	return true
}

// entityType returns the type that an object without the fields of a rule says it has, or "".
func (f *fields) entityType() string {
	if path, ok := f.byKey["schemapath"]; ok && path.Kind() == '"' && !f.has("rule") {
		if typ := string(path.Text()); typ != "" && schema.Fold(typ) != "systemrule" {
			return typ
		}
	}
	switch {
	case f.has("rule") || f.has("resourcefilter"):
		return ""
	case f.has("userdirectory") && f.has("userid"):
		return "User"
	case f.has("objecttype"):
		return "App.Object"
	case f.has("stream"):
		return "App"
	}
	return ""
}

// sumOf explains how actions are written, with the number for actions that are written as
// names.
func sumOf(v jsonfile.Value) string {
	const rule = "Actions are a whole number from 0 to 4294967295, the sum of the bits of the actions."
	var sum Actions
	for _, item := range v.List() {
		if item.Kind() != '"' {
			return rule
		}
		for name := range strings.SplitSeq(string(item.Text()), ",") {
			a, ok := ParseAction(strings.ToLower(strings.ReplaceAll(name, " ", "")))
			if !ok {
				return rule
			}
			sum |= Actions(a)
		}
	}
	if sum == 0 {
		return rule
	}
	return fmt.Sprintf("%s Write %d for %s.", rule, sum, strings.Join(sum.Names(), ", "))
}
