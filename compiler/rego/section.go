package rego

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
)

// Section is a part of the generated policy: its packages, and the content of their METADATA.
type Section int

// The sections: the rights of Security rules below data.qlik, the users' licences below
// data.qlik.license, and the nodes that serve apps below data.qlik.placement.
const (
	Rights Section = iota
	Licences
	Placement
)

// path returns the path below data.qlik of a package of the section. The sections share the
// packages site and request, except that the subject of Placement is a node.
//
// The package that Rights calls types is called rights in the other sections: OPA confuses the
// METADATA of two packages whose names are permutations of each other, such as
// qlik.types.license and qlik.license.types.
func (s Section) path(pkg string) string {
	switch s {
	case Licences:
		if pkg != "site" && pkg != "request" {
			return "license." + rightsOf(pkg)
		}
	case Placement:
		if pkg != "site" {
			return "placement." + rightsOf(pkg)
		}
	case Rights:
	}
	return pkg
}

func rightsOf(pkg string) string {
	if below, ok := strings.CutPrefix(pkg, "types"); ok && (below == "" || below[0] == '.') {
		return "rights" + below
	}
	return pkg
}

// rules describes the rules of a site that the section comes from.
func (s Section) rules() string {
	return [...]string{"security rules", "licence rules", "load balancing rules"}[s]
}

// title is the first part of the title of a class's module.
func (s Section) title() string {
	return [...]string{"Rights on", "Licences of the kind", "Nodes for"}[s]
}

// action returns the QMC's name for the action that rules of the section allow, "" for the
// actions of the rule.
func (s Section) action() string {
	return [...]string{"", "allow access", "load balancing"}[s]
}

// actionsOf returns the actions that METADATA names.
func (s Section) actionsOf(r *resolve.Rule) []string {
	if action := s.action(); action != "" {
		return []string{action}
	}
	return r.Actions.Names()
}
