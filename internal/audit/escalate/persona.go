package escalate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Persona is a user whose possible rights are computed.
type Persona struct {
	Name       string
	Properties map[string][]string
	// Users are the logins of the existing users with these properties, without a snapshot
	// none.
	Users []string

	// record is one of the users, nil without a snapshot.
	record *snapshot.Entity
}

// ParsePersona parses comma-separated NAME=VALUE pairs, such as roles=ContentAdmin,group=Sales
// or environment.os=iOS. A repeated name adds a value.
func ParsePersona(spec string) (Persona, error) {
	p := Persona{Name: spec, Properties: map[string][]string{}}
	for _, pair := range strings.Split(spec, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || name == "" || value == "" {
			return p, fmt.Errorf("%q is not NAME=VALUE: write roles=ContentAdmin, group=Sales or @Region=EMEA, with commas between", pair)
		}
		key := strings.TrimPrefix(schema.Fold(name), "user.")
		p.Properties[key] = append(p.Properties[key], value)
	}
	return p, nil
}

// Named returns a persona for every value that rules compare a list property of the user with,
// and one for a user without such values.
func Named(rules []ruleset.Rule) []Persona {
	found := map[string]Persona{}
	parsed, _ := solve.Parse(rules)
	for _, r := range parsed {
		condition.Walk(r.Tree, func(n condition.Node) bool {
			if c, ok := n.(*condition.Comparison); ok && c.Op.Equality() {
				for _, pair := range [][2]condition.Operand{{c.Left, c.Right}, {c.Right, c.Left}} {
					if name, value, ok := listTest(pair[0], pair[1]); ok {
						key := name + "=" + schema.Fold(value)
						if _, known := found[key]; !known {
							found[key] = Persona{Name: name + "=" + value, Properties: map[string][]string{schema.Fold(name): {value}}}
						}
					}
				}
			}
			return true
		})
	}
	list := []Persona{{Name: "any user", Properties: map[string][]string{}}}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		list = append(list, found[key])
	}
	return list
}

// listTest returns the property and the value of a comparison of a list of the user.
func listTest(left, right condition.Operand) (name, value string, ok bool) {
	p, isPath := left.(*condition.Path)
	text, isText := right.(*condition.String)
	if !isPath || !isText || p.Root != "user" || len(p.Segments) == 0 || text.Value == "" {
		return "", "", false
	}
	last := p.Segments[len(p.Segments)-1]
	switch {
	case len(p.Segments) == 2 && schema.Fold(p.Segments[0].Name) == "environment":
		return "environment." + last.Name, text.Value, true
	case len(p.Segments) != 1:
		return "", "", false
	case last.Custom:
		return "@" + last.Name, text.Value, true
	}
	switch schema.Fold(last.Name) {
	case "id", "name", "userid", "userdirectory", "userdirectoryconnectorname":
		return "", "", false
	}
	return last.Name, text.Value, true
}

func nameOf(properties map[string][]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		parts = append(parts, name+"="+strings.Join(properties[name], "|"))
	}
	if len(parts) == 0 {
		return "users without any property that rules read"
	}
	return strings.Join(parts, ", ")
}
