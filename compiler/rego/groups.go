package rego

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Groups writes the module that lists the access groups which License rules name.
func Groups(groups []ruleset.AccessGroup) Module {
	m := newModule("groups", "The access groups that licence rules name, and their kinds", &names{section: Licences})
	var b strings.Builder
	b.WriteString("all := [\n")
	for _, g := range groups {
		for line := range strings.Lines(comment(" ", g.Name())) {
			b.WriteString("\t" + line)
		}
		fmt.Fprintf(&b, "\t{\"kind\": %s, \"type\": %s, \"id\": %s},\n", quote(g.AccessKind.Name), quote(schema.Fold(g.Type)), quote(g.ID))
	}
	b.WriteString("]\n")
	m.write(b.String())
	return m.finish()
}
