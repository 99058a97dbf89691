package rego

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/privilege"
)

// index writes the module that maps a type to its module.
func index(plan *privilege.Plan, served map[*privilege.Class]*privilege.Class, names *names) Module {
	m := newModule("types", "Which module decides about the resources of a type", names)
	var named, prefixes []string
	may := []string{"default may(_, _, _) := false\n"}
	grantedBy := []string{"default granted_by(_, _, _) := set()\n"}
	actions := []string{"default actions(_, _) := set()\n"}
	for _, c := range plan.Classes {
		if served[c] != c {
			continue
		}
		test := []string{"type == " + quote(c.Key)}
		if c.Named {
			named = append(named, c.Key)
		} else {
			prefixes = append(prefixes, c.Prefix())
			test = []string{"not named[type]", "longest_prefix(type) == " + quote(c.Prefix())}
		}
		if len(c.Rules) == 0 {
			continue
		}
		pkg := m.use("types." + names.packages[c.Key])
		may = append(may, definition("may(type, action, id) := "+pkg+".may(action, id)", test))
		grantedBy = append(grantedBy, definition("granted_by(type, action, id) := "+pkg+".granted_by(action, id)", test))
		actions = append(actions, definition("actions(type, id) := "+pkg+".actions(id)", test))
	}
	m.write(strings.Join(may, "\n"))
	m.write(strings.Join(grantedBy, "\n"))
	m.write(strings.Join(actions, "\n"))
	m.write(comment(" ", "The longest prefix of a type's name that a filter has: of two, the longer sorts last.") +
		"longest_prefix(type) := max({prefix |\n\tsome prefix in prefixes\n\tstartswith(type, prefix)\n})\n")
	m.write(comment(" ", "The types with a module of their own, or with no rights at all.") + set("named", named))
	m.write(set("prefixes", prefixes))
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
