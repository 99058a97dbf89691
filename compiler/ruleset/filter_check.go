package ruleset

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Check warns about items that are probably not what was meant: the name of a type alone, which
// matches nothing, because the key of a resource is longer; a type or a section that is similar
// to a known one; and an id that is a name. Known types are those of the schema and siteTypes,
// the types of the site's entities. An unknown name that is not similar to anything may be
// another type, or the id of a TransientObject such as LoadbalancingSelectList.
func (f Filter) Check(s *schema.Schema, siteTypes []string, text *diag.Text, rule diag.Rule) diag.List {
	c := filterCheck{schema: s, siteTypes: siteTypes, text: text, rule: rule}
	for _, item := range f.Items {
		c.item(item)
	}
	return c.found
}

type filterCheck struct {
	schema *schema.Schema
	// siteTypes are the types of the site's entities, whether or not the schema has them.
	siteTypes []string
	text      *diag.Text
	rule      diag.Rule
	found     diag.List
}

func (c *filterCheck) item(item FilterItem) {
	if isSection(item.Text) {
		c.section(item)
		return
	}
	name, id, split := strings.Cut(item.Text, "_")
	t, known := c.schema.Type(name)
	switch {
	case known && id == "" && !item.Prefix:
		c.warn(codeBareType, item, fmt.Sprintf("the filter item %q matches no resource", c.written(item)),
			fmt.Sprintf("Did you mean %[1]s_*, the type itself, or %[1]s*, every type that begins so?", t.Name),
			&diag.Fix{Message: "name all resources of the type", Range: item.Range, Replacement: t.Name + "_*"})
	case known && !t.Transient && id != "" && !isID(id, item.Prefix):
		tested := "resource.name"
		if _, kinds := t.Properties["objecttype"]; kinds {
			tested = "resource.objectType or resource.name"
		}
		c.warn(codeNoID, item, fmt.Sprintf("the filter item %q matches no resource: what follows the underscore is an id", c.written(item)),
			fmt.Sprintf("An id is a GUID, not a name or a kind. Write %s_* and test %s in the condition.", t.Name, tested), nil)
	case !known && (split || item.Prefix):
		c.unknown(item, name, split)
	}
}

// unknown warns about a type that neither the schema nor the site has, if it is similar to one
// that they have.
func (c *filterCheck) unknown(item FilterItem, name string, split bool) {
	if isOneOf(c.siteTypes, name) {
		return
	}
	var names []string
	for _, t := range c.schema.Types() {
		names = append(names, t.Name)
	}
	names = append(names, c.siteTypes...) // of equal names, the schema's spelling comes first
	if !split && begins(append(names, qmcSection, hubSection), name) {
		return
	}
	near, ok := diag.Suggest(name, names)
	if !ok {
		return
	}
	written := c.written(item)
	typ, _, _ := strings.Cut(strings.TrimSuffix(written, "*"), "_")
	meant := near + written[len(typ):]
	c.warn(codeUnknownName, item, fmt.Sprintf("there is no type %q; did you mean %s?", typ, meant),
		"The filter matches nothing, unless the site has a type of that name. A schema file can describe it.",
		&diag.Fix{Message: "did you mean " + meant + "?", Range: item.Range, Replacement: meant})
}

// section warns about a section of the QMC that is similar to a known one.
func (c *filterCheck) section(item FilterItem) {
	name, ok := strings.CutPrefix(item.Text, qmcSection)
	if !ok || item.Prefix && begins(sections, name) || isOneOf(sections, name) {
		return
	}
	near, ok := diag.Suggest(name, sections)
	if !ok {
		return
	}
	meant := "QmcSection_" + near
	if item.Prefix {
		meant += "*"
	}
	c.warn(codeUnknownName, item, fmt.Sprintf("no section of the QMC is known as %q; did you mean %s?", c.written(item), meant),
		"Sections have the names of types, such as QmcSection_App. The filter matches nothing, unless the site has a section of that name.",
		&diag.Fix{Message: "did you mean " + meant + "?", Range: item.Range, Replacement: meant})
}

// written returns an item as written in the filter.
func (c *filterCheck) written(item FilterItem) string {
	return c.text.Content[item.Range.Start:item.Range.End]
}

func (c *filterCheck) warn(code diag.Code, item FilterItem, summary, detail string, fix *diag.Fix) {
	c.found = append(c.found, diag.Diagnostic{
		Code: code, Severity: diag.Warning, Summary: summary, Detail: detail,
		Rule: c.rule, Text: c.text, Subject: item.Range, Fix: fix,
	})
}

// isID reports whether case-folded text is a GUID or, with prefix, the beginning of one.
func isID(text string, prefix bool) bool {
	const guid = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(text) > len(guid) || len(text) < len(guid) && !prefix {
		return false
	}
	for i := range len(text) {
		if hex := strings.IndexByte("0123456789abcdef", text[i]) >= 0; hex != (guid[i] == 'x') || !hex && text[i] != '-' {
			return false
		}
	}
	return true
}
