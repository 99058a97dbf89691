package smt

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// never is the date that the repository writes for an event that has not happened. It counts as no
// value, which matters if a rule names it.
const never = "1753-01-01T00:00:00.000Z"

// The values of the session attribute context for requests from the hub and from the QMC.
const fromHub, fromQMC = "AppAccess", "ManagementAccess"

// fields are the properties of a user that are neither directory attributes nor custom properties.
var fields = []string{"id", "name", "userid", "userdirectory", "userdirectoryconnectorname", "roles"}

// sent are the session attributes that the proxy sends for every user.
var sent = []string{"browser", "context", "device", "ip", "os", "requesttype", "securerequest"}

// axioms asserts facts about every site, for everything that the formulas read.
func (s *script) axioms() {
	s.oneEntity()
	for _, id := range s.order {
		v := s.values[id]
		for _, p := range v.places {
			if s.never[s.leader(v.key)] {
				s.assert(implies(p.has, not("(= "+p.text+" "+literal(never)+")")))
			}
		}
		s.identity(v)
		s.domain(v)
	}
	s.assertType()
	if v := s.user.read["userdirectory"]; v != nil {
		for _, p := range v.places {
			s.assert(implies(p.has, member(p.text, `(re.* (re.union (re.range "\u{0}" "[") (re.range "]" "\u{2ffff}")))`)))
		}
		if !s.off(solve.Visitors) {
			s.visitors()
		}
	}
	s.context()
}

// identity asserts that every entity has an id, and every user a login.
func (s *script) identity(v *value) {
	required := v.of != nil && (v.name == "id" || v.of.typ == "user" && (v.name == "userid" || v.name == "userdirectory"))
	if !required || s.off(solve.Identity) {
		return
	}
	s.assert(implies(v.of.exists, s.present([]*value{v})))
	for _, p := range v.places {
		s.assert(implies(p.has, not("(= "+p.text+` "")`)))
	}
}

// domain asserts that properties with a closed set of values have one of them.
func (s *script) domain(v *value) {
	for _, d := range s.world.Axioms().Values {
		if v.key != d.Type+"."+d.Property {
			continue
		}
		for _, p := range v.places {
			s.assert(implies(p.has, s.isOneOf(v, p.text, d.Strings, false)))
		}
		return
	}
}

// oneEntity asserts that entities with the same type and id are one entity, and that users with the
// same login are one user.
func (s *script) oneEntity() {
	if s.off(solve.OneEntity) {
		return
	}
	for i, e := range s.entities {
		for _, f := range s.entities[:i] {
			if e.typ != f.typ || e.term == f.term {
				continue
			}
			for _, names := range [][]string{{"id"}, {"userid", "userdirectory"}} {
				if same := s.agree(e, f, names); same != "false" && (len(names) == 1 || e.typ == "user") {
					s.assert(implies(same, "(= "+e.term+" "+f.term+")"))
				}
			}
		}
	}
}

// agree returns a formula that is true if two entities exist and share a string in each of the
// properties.
func (s *script) agree(e, f *entity, names []string) string {
	all := []string{e.exists, f.exists}
	for _, name := range names {
		x, y := e.read[name], f.read[name]
		if x == nil || y == nil {
			return "false"
		}
		all = append(all, s.common([]*value{x}, []*value{y}, false))
	}
	return and(all...)
}

// assertType asserts that the resource belongs to the type scope of the query.
func (s *script) assertType() {
	v := s.resource.read["resourcetype"]
	if v == nil {
		return
	}
	c := s.world.Classes[s.class]
	for _, p := range v.places {
		if c.Named {
			s.assert(implies(p.has, s.isOneOf(v, p.text, []string{c.Key}, false)))
			continue
		}
		outside := []string{`(= ` + p.text + ` "")`}
		for _, other := range s.world.Classes {
			switch {
			case other.Named:
				outside = append(outside, s.isOneOf(v, p.text, []string{other.Key}, false))
			case len(other.Prefix()) > len(c.Prefix()) && strings.HasPrefix(other.Prefix(), c.Prefix()):
				outside = append(outside, s.begins(v, p.text, other.Prefix()))
			}
		}
		s.assert(implies(p.has, and(s.begins(v, p.text, c.Prefix()), not(or(outside...)))))
	}
}

func (s *script) begins(v *value, text, prefix string) string {
	language := concat(literalLanguage(prefix), "re.all")
	if s.asWritten(v) {
		language = concat(spellings(prefix), "re.all")
	}
	return member(text, language)
}

func (s *script) anonymous() string {
	v := s.property(s.user, "userdirectory", false)
	s.relate(false, []*value{v})
	s.need(v.key, s.user.path, "anonymous", 1)
	return s.some([]*value{v}, func(v *value, text string) string { return s.isOneOf(v, text, []string{"none"}, false) })
}

// visitors asserts that an anonymous user has no record and no session attributes of an identity
// provider, and owns nothing.
func (s *script) visitors() {
	anonymous := s.anonymous()
	for _, id := range s.order {
		v := s.values[id]
		ofUser := v.of == s.user && (v.name == "roles" || !slices.Contains(fields, v.name))
		ofSession := v.of == nil && !slices.Contains(sent, v.name)
		if ofUser || ofSession {
			s.assert(implies(anonymous, not(s.present([]*value{v}))))
		}
	}
	for _, e := range s.entities {
		if !e.owned || e.typ != "user" {
			continue
		}
		for _, names := range [][]string{{"id"}, {"userid", "userdirectory"}} {
			s.assert(implies(anonymous, not(s.agree(e, s.user, names))))
		}
	}
}

// context asserts that the session attribute context agrees with the source of the request.
func (s *script) context() {
	v := s.values["environment.context"]
	if v == nil {
		return
	}
	present := s.present([]*value{v})
	s.assert(implies(or("hub", "qmc"), present))
	if s.off(solve.Context) {
		return
	}
	s.assert(implies(present, or("hub", "qmc")))
	for _, p := range v.places {
		for _, from := range [][2]string{{"hub", fromHub}, {"qmc", fromQMC}} {
			text := from[1]
			if !s.asWritten(v) {
				text = schema.Fold(text)
			}
			s.assert(implies(and(from[0], p.has), "(= "+p.text+" "+literal(text)+")"))
		}
	}
}
