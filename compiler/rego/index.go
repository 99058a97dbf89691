package rego

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/privilege"
)

// index writes the module that finds the module for a type.
func index(plan *privilege.Plan, served map[*privilege.Class]*privilege.Class, reserved map[string]bool) Module {
	m := newModule("types", "Which module decides about the resources of a type.", reserved)
	var named, prefixes []string
	may := []string{"default may(_, _, _) := false\n"}
	grantedBy := []string{"default granted_by(_, _, _) := set()\n"}
	for _, c := range plan.Classes {
		if served[c] != c {
			continue
		}
		test := "type == " + quote(c.Key)
		if c.Named {
			named = append(named, c.Key)
		} else {
			prefixes = append(prefixes, c.Prefix())
			test = "longest_prefix(type) == " + quote(c.Prefix())
		}
		if len(c.Rules) == 0 {
			continue
		}
		pkg := m.use("types." + packageOf(c.Key))
		may = append(may, definition("may(type, action, id)", []string{test, pkg + ".may(action, id)"}))
		grantedBy = append(grantedBy, fmt.Sprintf("granted_by(type, action, id) := %s.granted_by(action, id) if %s\n", pkg, test))
	}
	m.write(strings.Join(may, "\n"))
	m.write(strings.Join(grantedBy, "\n"))
	m.write(comment(" ", "The longest prefix that a filter has of the types that no module is for.") +
		"longest_prefix(type) := max({prefix |\n\tnot named[type]\n\tsome prefix in prefixes\n\tstartswith(type, prefix)\n})\n")
	m.write(comment(" ", "The types with a module of their own, or with no rights at all.") + set("named", named))
	m.write(set("prefixes", prefixes))
	return m.finish()
}

// set writes a set, an element a line.
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
