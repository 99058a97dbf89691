package lsp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// maxProperties is the maximum number of custom properties of users that are offered instead of a list.
const maxProperties = 3

// identities are the properties that identify one user.
var identities = map[string]bool{"name": true, "userid": true, "id": true}

// userLists offers to replace the users that an `or` names one by one by a group or a custom property with the name
// of the rule. The rule then grants the same once these users have the value, so the title lists the users who
// need it.
func (o *offer) userLists() {
	condition.Walk(o.tree, func(n condition.Node) bool {
		or, ok := n.(*condition.Or)
		if !ok || !o.touches(o.rule.Condition, or.Span()) {
			return true
		}
		var users []string
		var rest []condition.Node
		for _, operand := range or.Operands {
			if user, ok := userNamed(operand); ok {
				users = append(users, user)
			} else {
				rest = append(rest, operand)
			}
		}
		if len(users) < 2 {
			return true
		}
		for _, property := range o.userProperties() {
			var by condition.Node = &condition.Comparison{
				Left: &property, Op: condition.Equal, Right: &condition.String{Value: o.rule.Name},
			}
			title := fmt.Sprintf("replace %d users by %s; give it to %s", len(users), condition.Print(by), strings.Join(users, ", "))
			if len(rest) > 0 {
				by = &condition.Or{Operands: append([]condition.Node{by}, rest...)}
			}
			o.replace(title, o.rule.Condition, or.Span(), condition.Print(by))
		}
		return true
	})
}

// userNamed returns the user that a comparison names; false if it names none.
func userNamed(n condition.Node) (string, bool) {
	c, ok := n.(*condition.Comparison)
	if !ok || !c.Op.Equality() {
		return "", false
	}
	left, isPath := c.Left.(*condition.Path)
	right, isText := c.Right.(*condition.String)
	if !isPath || !isText || left.Root != "user" || len(left.Segments) != 1 || left.Segments[0].Custom || !identities[schema.Fold(left.Segments[0].Name)] {
		return "", false
	}
	return right.Value, true
}

// userProperties returns the group, and custom properties of users.
func (o *offer) userProperties() []condition.Path {
	paths := []condition.Path{{Root: "user", Segments: []condition.Segment{{Name: "group"}}}}
	if o.site == nil {
		return paths
	}
	names := slices.Sorted(maps.Values(o.site.custom["user"]))
	for _, name := range names[:min(maxProperties, len(names))] {
		paths = append(paths, condition.Path{Root: "user", Segments: []condition.Segment{{Name: name, Custom: true}}})
	}
	return paths
}
