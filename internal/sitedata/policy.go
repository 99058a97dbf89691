package sitedata

import (
	"encoding/json"
	"fmt"

	"github.com/qlik2rego/qlik2rego/bundles"
)

const (
	policy  = bundles.PolicyRoot
	rules   = "rules"
	view    = "view"
	reads   = "reads"
	sources = "sources"
)

// HasRules reports whether the bundle lists its rules.
func HasRules(d *bundles.Document) bool { return d.Has(policy, rules) }

// Rules returns the ids of the rules of a bundle, sorted.
func Rules(d *bundles.Document) []string { return d.Keys(policy, rules) }

// DecodeRules decodes the bundle's description of all of its rules.
func DecodeRules(d *bundles.Document, into any) error { return decode(d, into, policy, rules) }

// DecodeRule decodes the bundle's description of a rule; it does not change into if there is
// none.
func DecodeRule(d *bundles.Document, id string, into any) error {
	if !d.Has(policy, rules, id) {
		return nil
	}
	return decode(d, into, policy, rules, id)
}

// RuleText returns a string from the bundle's description of a rule, such as name or category,
// "" if there is none.
func RuleText(d *bundles.Document, id, field string) string {
	v, _ := d.Lookup(policy, rules, id, field)
	text, _ := v.(string)
	return text
}

// RuleDisabled returns whether a rule is disabled; known is false if the bundle does not say.
func RuleDisabled(d *bundles.Document, id string) (disabled, known bool) {
	v, _ := d.Lookup(policy, rules, id, "disabled")
	disabled, known = v.(bool)
	return disabled, known
}

// ViewTypes returns the keys of the types that rules read, sorted.
func ViewTypes(d *bundles.Document) []string { return d.Keys(policy, view) }

// InView reports whether rules read a type under its own key.
func InView(d *bundles.Document, typ string) bool { return d.Has(policy, view, typ) }

// TypeName returns the name of a type as written.
func TypeName(d *bundles.Document, typ string) (string, bool) {
	v, _ := d.Lookup(policy, view, typ, "name")
	name, ok := v.(string)
	return name, ok
}

// Relation returns the key of the target type of a relation, and whether it may lead to several
// entities.
func Relation(d *bundles.Document, typ, relation string) (target string, many, ok bool) {
	v, _ := d.Lookup(policy, view, typ, "relations", relation, "type")
	target, ok = v.(string)
	several, _ := d.Lookup(policy, view, typ, "relations", relation, "many")
	return target, several == true, ok
}

// Forms returns the forms in which rules read a property: "" case-folded, "=" as written. group
// is "scalars" or "lists".
func Forms(d *bundles.Document, typ, group, name string) []any {
	v, _ := d.Lookup(policy, view, typ, group, name)
	list, _ := v.([]any)
	return list
}

// HasList reports whether rules read a list of a type.
func HasList(d *bundles.Document, typ, name string) bool {
	return d.Has(policy, view, typ, "lists", name)
}

// HasReads reports whether the bundle describes what its rules read.
func HasReads(d *bundles.Document) bool { return d.Has(policy, reads) }

// DecodeReads decodes what rules read, in the form of compiler/reads.
func DecodeReads(d *bundles.Document, into any) error { return decode(d, into, policy, reads) }

// SameReads reports whether two documents share what rules read.
func SameReads(d, o *bundles.Document) bool { return d.Same(o, policy, reads) }

// HasSources reports whether the bundle has a source map.
func HasSources(d *bundles.Document) bool { return d.Has(policy, sources) }

// DecodeSources decodes the source map, in the form of compiler.Sources.
func DecodeSources(d *bundles.Document, into any) error { return decode(d, into, policy, sources) }

// decode converts via JSON, because documents are not typed.
func decode(d *bundles.Document, into any, path ...string) error {
	v, ok := d.Lookup(path...)
	if !ok {
		return fmt.Errorf("the bundle has no %v", path)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
