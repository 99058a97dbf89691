package rego

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/privilege"
)

// entryPoints are the functions that every module of a type scope has: the name, the
// parameters, and the value without a rule.
var entryPoints = []struct{ name, params, none string }{
	{"may", "action, id", "false"},
	{"granted_by", "action, id", "set()"},
	{"actions", "id", "set()"},
}

// index writes the module that maps a type to its module.
func index(plan *privilege.Plan, served map[*privilege.Class]*privilege.Class, names *names) Module {
	m := newModule("types", "The module that decides on the resources of each type", names)
	var named, prefixes []string
	var byType, byPrefix []*privilege.Class
	for _, c := range plan.Classes {
		switch {
		case served[c] != c:
			continue
		case c.Named:
			named = append(named, c.Key)
			if len(c.Rules) > 0 {
				byType = append(byType, c)
			}
		default:
			prefixes = append(prefixes, c.Prefix())
			if len(c.Rules) > 0 {
				byPrefix = append(byPrefix, c)
			}
		}
	}
	for _, e := range entryPoints {
		spaces := strings.Repeat(", _", strings.Count(e.params, ",")+1)
		definitions := []string{fmt.Sprintf("default %s(_%s) := %s\n", e.name, spaces, e.none)}
		call := func(c *privilege.Class) string {
			return fmt.Sprintf("%s.%s(%s)", m.use("types."+names.packages[c.Key]), e.name, e.params)
		}
		head := fmt.Sprintf("%s(type, %s) := ", e.name, e.params)
		for _, c := range byType {
			definitions = append(definitions, definition(head+call(c), []string{"type == " + quote(c.Key)}))
		}
		switch {
		case len(byPrefix) == 0:
		case len(prefixes) == 1:
			definitions = append(definitions, definition(head+call(byPrefix[0]), []string{"not named[type]"}))
		default:
			unnamed := e.name + "_unnamed"
			definitions = append(definitions, definition(fmt.Sprintf("%s%s(longest_prefix(type), %s)", head, unnamed, e.params), []string{"not named[type]"}))
			for _, c := range byPrefix {
				definitions = append(definitions, fmt.Sprintf("%s(%s, %s) := %s\n", unnamed, quote(c.Prefix()), e.params, call(c)))
			}
		}
		m.write(strings.Join(definitions, "\n"))
	}
	if len(byPrefix) == 0 {
		return m.finish()
	}
	if len(prefixes) > 1 {
		m.write(comment(" ", "The longest prefix in a filter that the type's name begins with. A longer prefix sorts after a shorter one.") +
			"longest_prefix(type) := max({prefix |\n\tsome prefix in prefixes\n\tstartswith(type, prefix)\n})\n")
		m.write(set("prefixes", prefixes))
	}
	m.write(comment(" ", "The types with their own module, and the types without rights.") + set("named", named))
	return m.finish()
}

// set writes a set, one element per line.
func set(name string, elements []string) string {
	if len(elements) == 0 {
		return name + " := set()\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s := {\n", name)
	for _, e := range elements {
		fmt.Fprintf(&b, "\t%s,\n", quote(e))
	}
	b.WriteString("}\n")
	return b.String()
}
