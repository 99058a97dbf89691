package solve

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/solve/cells"
	"github.com/qlik2rego/qlik2rego/internal/solve/sat"
)

// Axiom is the name of a statement that is true for every site.
type Axiom string

// The axioms.
const (
	// Scalars: a property that is not a list has at most one string.
	Scalars Axiom = "scalars"
	// Identity: every entity has an id, every user a userId and a userDirectory.
	Identity Axiom = "identity"
	// OneEntity: entities of one type with the same id are the same, and so are users with the
	// same userDirectory and userId.
	OneEntity Axiom = "one-entity"
	// Visitors: an anonymous user has no record.
	Visitors Axiom = "anonymous"
	// Context: the session attribute context is the context of the request.
	Context Axiom = "context"
)

// AllAxioms are the axioms with their descriptions.
var AllAxioms = []struct {
	Name Axiom
	Says string
}{
	{Scalars, "a property that is not a list has at most one value"},
	{Identity, "every entity has an id, and every user a userId and a userDirectory; none of them is empty"},
	{OneEntity, "two entities of one type and id are the same, and so are two users of one userDirectory and userId"},
	{Visitors, "an anonymous user has no roles, custom properties, directory attributes and session attributes of an identity provider, and owns nothing"},
	{Context, "user.environment.context is where the request comes from; no request sends another"},
}

// Axioms are the assumptions of a world.
type Axioms struct {
	// Off are axioms that are not assumed.
	Off []Axiom
	// Values are properties with a closed set of values.
	Values []Domain
}

// Domain is a closed set of values.
type Domain struct {
	// Type is the key of a type, "environment" for attributes that are sent with the request.
	Type string
	// Property is the case-folded name, with the @ of a custom property.
	Property string
	// Strings are compared ignoring case.
	Strings []string
}

// Name is the name of the domain in a proof.
func (d Domain) Name() Axiom { return Axiom("values of " + d.Type + "." + d.Property) }

// axiom returns the literal under which an axiom holds. All of them are assumed when a question
// is asked, so that the core shows which were needed.
func (s *Scope) axiom(a Axiom) sat.Lit {
	if l, ok := s.axioms[a]; ok {
		return l
	}
	l := s.sat.New()
	s.axioms[a] = l
	if !slices.Contains(s.world.axioms.Off, a) {
		s.assumed = append(s.assumed, l)
	}
	return l
}

// required reports whether every entity has a string for a property.
func (v *value) required() bool {
	if v.node == nil {
		return false
	}
	return v.name == "id" || v.node.typ == "user" && (v.name == "userid" || v.name == "userdirectory")
}

// domain returns the closed set of values of a property, nil if there is none.
func (s *Scope) domain(v *value) *Domain {
	typ := "environment"
	if v.node != nil {
		typ = v.node.typ
	}
	for i, d := range s.world.axioms.Values {
		if d.Type == typ && d.Property == v.name {
			return &s.world.axioms.Values[i]
		}
	}
	return nil
}

// constrain adds the strings in axioms to the tests of a value.
func (s *Scope) constrain(v *value) {
	if v.required() {
		s.testsOf(v).folded[""] = true
		if t := s.testsOf(v); v.node == s.user && v.name == "userdirectory" && len(t.likes)+len(t.expressions) > 0 {
			t.likes[noBackslash] = true
		}
	}
	if d := s.domain(v); d != nil {
		for _, text := range d.Strings {
			s.testsOf(v).folded[schema.Fold(text)] = true
		}
	}
	if v == s.environment["context"] {
		for _, text := range contextStrings {
			s.testsOf(v).exact[text] = true
		}
	}
	if strs, _ := s.given(v); len(strs) > 0 {
		for _, text := range strs {
			s.testsOf(v).folded[schema.Fold(text)] = true
		}
	}
	if v == s.typeValue() {
		s.constrainType(v)
	}
}

// sentByAll are the session attributes that the proxy sends for everybody.
var sentByAll = []string{"browser", "context", "device", "ip", "os", "requesttype", "securerequest"}

// A subject's id is DIRECTORY\ID, cut at the first backslash.
const noBackslash = `(?s)^[^\\]*$`

// allowed returns the restriction on a string of a value that always applies, nil for none.
func (s *Scope) allowed(v *value) func(cells.Text, *component) bool {
	switch {
	case v.node == s.user && v.name == "userdirectory":
		return func(t cells.Text, _ *component) bool { return !strings.Contains(t.Written, `\`) }
	case v == s.typeValue():
		return func(t cells.Text, _ *component) bool { return s.isOfScope(t.Fold) }
	}
	return nil
}

// state adds the clauses of all axioms.
func (s *Scope) state() {
	for _, v := range s.values {
		s.stateValue(v)
		s.statePersona(v)
	}
	for _, pair := range s.sameType() {
		if same := s.sameBy(pair[0], pair[1]); same != nil {
			s.congruent(s.and(s.axiom(OneEntity), s.or(same...)), pair[0], pair[1])
		}
	}
	if s.persona != nil && s.persona.Resource != nil {
		s.stateRecord(s.resource, s.persona.Resource)
	}
	s.stateChanges()
	s.sat.Add(s.hub.Not(), s.qmc.Not())
	s.stateVisitors()
	if v := s.environment["context"]; v != nil {
		s.stateContext(v)
	}
}

// contextStrings are the values of the session attribute context, for requests from the hub and
// from the QMC.
var contextStrings = [2]string{"AppAccess", "ManagementAccess"}

// stateContext states the value of the session attribute context: the context of the request
// or, without the axiom, whatever a request sends, but always some value if the request has a
// context.
func (s *Scope) stateContext(v *value) {
	l, c := s.axiom(Context), s.components[v]
	present := s.present([]*value{v})
	for i, from := range [2]sat.Lit{s.hub, s.qmc} {
		s.sat.Add(from.Not(), present)
		for k, t := range c.strs {
			if t.Written == contextStrings[i] {
				s.sat.Add(l.Not(), from.Not(), v.bits[k])
			} else {
				s.sat.Add(l.Not(), from.Not(), v.bits[k].Not())
			}
		}
	}
	s.sat.Add(l.Not(), s.hub, s.qmc, present.Not())
}

// stateVisitors states that an anonymous user has no record. If no formula reads the user's
// directory, nobody needs to be anonymous.
func (s *Scope) stateVisitors() {
	if !s.user.has("userdirectory") {
		return
	}
	known := s.and(s.axiom(Visitors), s.atom(userDirectory, frame{})).Not()
	for _, name := range s.user.names {
		if name == "roles" || !isField(name) {
			for _, bit := range s.user.values[name].bits {
				s.sat.Add(known, bit.Not())
			}
		}
	}
	for name, v := range s.environment {
		if slices.Contains(sentByAll, name) {
			continue
		}
		for _, bit := range v.bits {
			s.sat.Add(known, bit.Not())
		}
	}
	for _, n := range s.nodes {
		if n != s.user && n.typ == "user" && n.parent != nil && n.step.Name == "owner" {
			for _, same := range s.sameBy(n, s.user) {
				s.sat.Add(known, same.Not())
			}
		}
	}
}

func (s *Scope) stateValue(v *value) {
	if !v.many {
		s.atMostOne(s.axiom(Scalars), v.bits)
	}
	if v.required() {
		l := s.axiom(Identity)
		has := []sat.Lit{l.Not(), s.exists(v.node).Not()}
		for i, t := range s.components[v].strs {
			if t.Written == "" {
				s.sat.Add(l.Not(), v.bits[i].Not())
				continue
			}
			has = append(has, v.bits[i])
		}
		s.sat.Add(has...)
	}
	if d := s.domain(v); d != nil {
		l := s.axiom(d.Name())
		for i, t := range s.components[v].strs {
			if !slices.ContainsFunc(d.Strings, func(text string) bool { return schema.Fold(text) == t.Fold }) {
				s.sat.Add(l.Not(), v.bits[i].Not())
			}
		}
	}
}

// atMostOne states that, under a condition, at most one of the literals is true.
func (s *Scope) atMostOne(under sat.Lit, lits []sat.Lit) {
	before := lits[:0:0]
	var earlier sat.Lit
	for i, l := range lits {
		if l == s.yes.Not() {
			continue
		}
		if len(before) > 0 {
			s.sat.Add(under.Not(), earlier.Not(), l.Not())
		}
		before = append(before, l)
		if i+1 == len(lits) {
			break
		}
		next := s.sat.New()
		s.sat.Add(l.Not(), next)
		if len(before) > 1 {
			s.sat.Add(earlier.Not(), next)
		}
		earlier = next
	}
}

// sameBy returns the conditions under which two nodes of one type are the same entity, nil if
// no formula can tell.
func (s *Scope) sameBy(n, m *node) []sat.Lit {
	var ways []sat.Lit
	equal := func(name string) sat.Lit {
		return s.common([]*value{n.values[name]}, []*value{m.values[name]}, false)
	}
	there := s.and(s.exists(n), s.exists(m))
	if n.has("id") && m.has("id") {
		ways = append(ways, s.and(there, equal("id")))
	}
	if n.typ == "user" && n.has("userid", "userdirectory") && m.has("userid", "userdirectory") {
		ways = append(ways, s.and(there, equal("userid"), equal("userdirectory")))
	}
	return ways
}

// joinSame merges the components of the values of nodes that can be one entity.
func (s *Scope) joinSame() {
	for _, pair := range s.sameType() {
		n, m := pair[0], pair[1]
		byID := n.has("id") && m.has("id")
		byLogin := n.typ == "user" && n.has("userid", "userdirectory") && m.has("userid", "userdirectory")
		if byID || byLogin {
			s.joinAll(n, m)
		}
	}
}

func (s *Scope) joinAll(n, m *node) {
	for _, name := range n.names {
		if m.has(name) {
			s.join(n.values[name], m.values[name])
		}
	}
	for _, step := range n.steps {
		if other := m.children[step]; len(other) == 1 && len(n.children[step]) == 1 {
			s.joinAll(n.children[step][0], other[0])
		}
	}
}

// congruent states that, under a condition, everything that is read of two nodes is equal.
func (s *Scope) congruent(under sat.Lit, n, m *node) {
	both := func(a, b sat.Lit) {
		s.sat.Add(under.Not(), a.Not(), b)
		s.sat.Add(under.Not(), a, b.Not())
	}
	for _, name := range n.names {
		if m.has(name) {
			for i, bit := range n.values[name].bits {
				both(bit, m.values[name].bits[i])
			}
		}
	}
	for _, step := range n.steps {
		if other := m.children[step]; len(other) == 1 && len(n.children[step]) == 1 {
			both(s.exists(n.children[step][0]), s.exists(other[0]))
			s.congruent(under, n.children[step][0], other[0])
		}
	}
}
