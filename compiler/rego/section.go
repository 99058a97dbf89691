package rego

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
)

// Section is a part of the generated policy: its packages, and what its METADATA says.
type Section int

// The sections: the rights of Security rules below data.qlik, who takes which licence
// below data.qlik.license, and which node serves which app below data.qlik.placement.
const (
	Rights Section = iota
	Licences
	Placement
)

// path returns the path below data.qlik of a package that a module of the section means.
// The sections share the packages site and request, but the subject of Placement is a node.
//
// What Rights calls types is rights in the others: OPA takes the METADATA of two packages
// whose names are permutations of each other, as qlik.types.license would be of
// qlik.license.types, for those of one.
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

// rules says which rules of a site the section comes from.
func (s Section) rules() string {
	return [...]string{"security rules", "licence rules", "load balancing rules"}[s]
}

// title begins the title of the module of a class.
func (s Section) title() string {
	return [...]string{"Rights on", "Licences of the kind", "Nodes for"}[s]
}

// action returns how the QMC calls what the rules of the section allow, "" for the actions
// of the rule.
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
