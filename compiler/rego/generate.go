package rego

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/privilege"
)

// Generate returns the modules of a section of the plan, sorted by path. The output is
// deterministic.
func Generate(plan *privilege.Plan, section Section) []Module {
	served := serve(plan)
	names := namesOf(plan, section)
	subject := &subjectWriter{
		module: newModule("subject", "Rules that test the subject only, for resources of all types", names),
		names:  map[string]string{},
	}
	var modules []Module
	for _, c := range plan.Classes {
		if served[c] != c || len(c.Rules) == 0 {
			continue
		}
		w := &classWriter{
			module:  newModule("types."+names.packages[c.Key], titleOf(c, section), names),
			class:   c,
			subject: subject,
		}
		modules = append(modules, w.write())
	}
	modules = append(modules, index(plan, served, names))
	if len(subject.names) > 0 {
		modules = append(modules, subject.module.finish())
	}
	slices.SortFunc(modules, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return modules
}

func titleOf(c *privilege.Class, s Section) string {
	switch prefix := c.Prefix(); {
	case c.Named:
		return s.title() + " " + c.Type.Name
	case prefix == "":
		return s.title() + " resources of all types without a module of their own"
	default:
		return fmt.Sprintf("%s resources of the types without a module of their own whose names begin with %s", s.title(), prefix)
	}
}

// serve returns for each class the class whose module decides it: itself or, if the same rules
// have the same predicates in both, the open class that it would belong to if nothing named it.
// A class that a relation leads to has a module of its own, because an open class takes the
// type from the request.
func serve(plan *privilege.Plan) map[*privilege.Class]*privilege.Class {
	related := map[string]bool{}
	content := map[*privilege.Class]string{}
	for _, c := range plan.Classes {
		var b strings.Builder
		for _, r := range c.Rules {
			fmt.Fprintf(&b, "%q\n%s\n", r.Rule.ID, r.Predicate.Key())
			ir.Visit(r.Predicate, func(test ir.Atom, _ bool) {
				if p, ok := test.(ir.Privilege); ok && !p.Entities.IsRoot() {
					related[p.Entities.Type()] = true
				}
			})
		}
		content[c] = b.String()
	}
	served := map[*privilege.Class]*privilege.Class{}
	// Classes are sorted: an open class comes after those with shorter prefixes.
	for i := len(plan.Classes) - 1; i >= 0; i-- {
		served[plan.Classes[i]] = plan.Classes[i]
	}
	for _, open := range []bool{true, false} {
		for _, c := range plan.Classes {
			if c.Named == open || related[c.Key] {
				continue
			}
			if wider := widerClass(plan, c); wider != nil && content[wider] == content[c] && sameOwner(wider, c) {
				served[c] = served[wider]
			}
		}
	}
	return served
}

// sameOwner reports whether a path through owner, the relation that open types have, means the
// same in both classes: a schema may redefine it.
func sameOwner(wider, c *privilege.Class) bool {
	owner, ok := c.Type.Relations["owner"]
	return !ok || owner == wider.Type.Relations["owner"]
}

// widerClass returns the open class with the longest prefix of c's name, except c itself.
func widerClass(plan *privilege.Plan, c *privilege.Class) *privilege.Class {
	var wider *privilege.Class
	for _, o := range plan.Classes {
		if o != c && !o.Named && strings.HasPrefix(c.Prefix(), o.Prefix()) && (wider == nil || len(o.Key) > len(wider.Key)) {
			wider = o
		}
	}
	return wider
}
