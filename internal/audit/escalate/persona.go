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

// Persona is a user to ask about.
type Persona struct {
	Name  string
	Texts map[string][]string
	// Users are the logins of the users on record that are such, without a snapshot none.
	Users []string

	// record is one of the users, nil without a snapshot.
	record *snapshot.Entity
}

// ParsePersona reads NAME=VALUE pairs with commas between, such as
// roles=ContentAdmin,group=Sales or environment.os=iOS. A name that is given again adds a
// value.
func ParsePersona(spec string) (Persona, error) {
	p := Persona{Name: spec, Texts: map[string][]string{}}
	for _, pair := range strings.Split(spec, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || name == "" || value == "" {
			return p, fmt.Errorf("%q is not NAME=VALUE: write roles=ContentAdmin, group=Sales or @Region=EMEA, with commas between", pair)
		}
		key := strings.TrimPrefix(schema.Fold(name), "user.")
		p.Texts[key] = append(p.Texts[key], value)
	}
	return p, nil
}

// Named returns a persona for every value that rules compare a list property of the
// user with, and one for a user who has none.
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
							found[key] = Persona{Name: name + "=" + value, Texts: map[string][]string{schema.Fold(name): {value}}}
						}
					}
				}
			}
			return true
		})
	}
	list := []Persona{{Name: "any user", Texts: map[string][]string{}}}
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

func nameOf(texts map[string][]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		parts = append(parts, name+"="+strings.Join(texts[name], "|"))
	}
	if len(parts) == 0 {
		return "users with nothing that rules read"
	}
	return strings.Join(parts, ", ")
}
