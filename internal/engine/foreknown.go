package engine

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/policies"
)

// foreknown are values of rules that need no evaluation: of constants, and of
// what the library says about subjects and resources on record, which every
// decision asks for and which takes OPA a third of its time. It says what the
// library says (policies/qlik/request.rego and site.rego), or nothing, and then OPA
// evaluates the rule. Stock OPA decides without it, so that the differential tests
// hold the two together.
type foreknown struct {
	constants map[uint64]constant
	facts     map[uint64]fact
}

type constant struct {
	name  ast.Ref
	value *ast.Term
}

// fact is what a rule says of every valid request by somebody on record about
// something on record: nil for nothing.
type fact struct {
	name ast.Ref
	of   func(*memory) *ast.Term
}

func facts() map[uint64]fact {
	always := func(*memory) *ast.Term { return ast.InternedTerm(true) }
	never := func(*memory) *ast.Term { return nil }
	resource := func(m *memory) *ast.Term { return m.resource }
	byName := map[uint64]fact{}
	for name, of := range map[string]func(*memory) *ast.Term{
		"type": func(m *memory) *ast.Term { return m.typ }, "id": resource, "resource": resource,
		"valid": always, "known_resource": always, "unknown_action": never,
	} {
		f := fact{ast.MustParseRef("data.qlik.request." + name), of}
		byName[hashOf(f.name)] = f
	}
	return byName
}

var (
	entityFunction = ast.MustParseRef("data.qlik.site.entity")
	idFunction     = ast.MustParseRef("data.qlik.site.id")
	isUserFunction = ast.MustParseRef("data.qlik.request.is_user")
	userRule       = ast.MustParseRef("data.qlik.request.user")
	subjectRule    = ast.MustParseRef("data.qlik.request.subject")
	admittedRule   = ast.MustParseRef("data.qlik.request.admitted")
)

// newForeknown returns nil for a policy with another library than this version's:
// nobody knows what its rules say.
func newForeknown(modules []bundles.Module, compiled map[string]*ast.Module) *foreknown {
	for _, own := range policies.Modules() {
		if !slices.ContainsFunc(modules, func(m bundles.Module) bool {
			return strings.TrimPrefix(m.Path, "/") == own.Path && string(m.Source) == own.Source
		}) {
			return nil
		}
	}
	k := &foreknown{constants: map[uint64]constant{}, facts: facts()}
	for _, m := range compiled {
		for _, r := range m.Rules {
			if isConstant(m, r) {
				name := m.Package.Path.Extend(r.Head.Ref())
				k.constants[hashOf(name)] = constant{name, r.Head.Value}
			}
		}
	}
	return k
}

// isConstant says whether a compiled rule has a value that depends on nothing, and
// is the only one of its name.
func isConstant(m *ast.Module, r *ast.Rule) bool {
	if r.Default || r.Else != nil || len(r.Head.Args) > 0 || r.Head.RuleKind() != ast.SingleValue || !r.Head.Ref().IsGround() || !isLiteral(r.Head.Value) {
		return false
	}
	if len(r.Body) != 1 || !r.Body[0].Equal(ast.NewExpr(ast.BooleanTerm(true))) {
		return false
	}
	for _, other := range m.Rules {
		if other != r && other.Head.Ref().Equal(r.Head.Ref()) {
			return false
		}
	}
	return true
}

// isLiteral says whether a term is written out: no variable, call, reference or
// comprehension is in it.
func isLiteral(t *ast.Term) bool {
	literal := true
	ast.WalkTerms(t, func(t *ast.Term) bool {
		switch t.Value.(type) {
		case ast.Null, ast.Boolean, ast.Number, ast.String, *ast.Array, ast.Object, ast.Set:
		default:
			literal = false
		}
		return !literal
	})
	return literal
}

func (k *foreknown) constant(h uint64, name ast.Ref) *ast.Term {
	if c, ok := k.constants[h]; ok && sameName(c.name, name) {
		return c.value
	}
	return nil
}

// fact is what is known of a valid request for what is on record; false where
// nothing is.
func (k *foreknown) fact(m *memory, h uint64, name ast.Ref) (value *ast.Term, known bool) {
	if m.resource == nil {
		return nil, false
	}
	f, ok := k.facts[h]
	if !ok || !sameName(f.name, name) {
		return nil, false
	}
	return f.of(m), true
}

// call is what functions of the library say of what is on record: site.entity and
// site.id of it, and request.is_user where the subject, whose handle is user, is.
func (k *foreknown) call(data *bundles.Document, user *ast.Term, call ast.Ref) *ast.Term {
	if len(call) < 2 || len(call) > 3 {
		return nil
	}
	function, ok := call[0].Value.(ast.Ref)
	last := call[len(call)-1]
	handle, isText := last.Value.(ast.String)
	if !ok || !isText || offRecord(handle) {
		return nil
	}
	switch {
	case len(call) == 3 && sameName(function, entityFunction):
		if typ, ok := call[1].Value.(ast.String); ok {
			return record(data, string(typ), string(handle))
		}
	case len(call) == 2 && sameName(function, idFunction):
		return last
	case len(call) == 2 && user != nil && sameName(function, isUserFunction):
		return ast.InternedTerm(handle == user.Value.(ast.String))
	}
	return nil
}

// offRecord says whether a handle is of what is not on record: described, or lost.
func offRecord(handle ast.String) bool { return strings.HasPrefix(string(handle), "\x1f") }

// record returns an entity on record, nil if there is none.
func record(data *bundles.Document, typ, handle string) *ast.Term {
	value, ok := data.Lookup("site", "entities", typ, handle)
	if !ok {
		return nil
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	return ast.NewTerm(ast.LazyObject(fields))
}

// request puts into a memory who the subject is, and that the request is
// admitted, of a valid one by somebody on record about something on record.
func (k *foreknown) request(m *memory, input ast.Value) {
	in, ok := input.(ast.Object)
	if !ok {
		return
	}
	subject, ok := part(in, subjectKey)
	if !ok {
		return
	}
	login, ok := text(subject, idKey)
	if !ok {
		return
	}
	user, ok := m.data.Lookup("site", "subjects", strings.ToLower(login))
	handle, isText := user.(string)
	if !ok || !isText {
		return
	}
	m.user = ast.StringTerm(handle)
	m.Put(userRule, m.user)
	if subject := record(m.data, "user", handle); subject != nil {
		m.Put(subjectRule, subject)
	}
	resource, okResource := part(in, resourceKey)
	if kind, _ := text(subject, typeKey); kind != "user" || !okResource || !hasValidContext(in) {
		return
	}
	typ, okType := text(resource, typeKey)
	id, okID := text(resource, idKey)
	typ, id = strings.ToLower(typ), strings.ToLower(id)
	if !okType || !okID || !m.data.Has("site", "entities", typ, id) {
		return
	}
	if in.Get(actionKey) != nil {
		action, okAction := part(in, actionKey)
		if !okAction {
			return
		}
		name, _ := text(action, nameKey)
		name = strings.ToLower(name)
		if _, known := ruleset.ParseAction(name); !known {
			return
		}
		m.Put(admittedRule, ast.ArrayTerm(ast.StringTerm(typ), ast.StringTerm(name), ast.StringTerm(id)))
	}
	m.typ, m.resource = ast.StringTerm(typ), ast.StringTerm(id)
}

// part returns a part of a request; its properties, if any, are valid.
func part(in ast.Object, key *ast.Term) (ast.Object, bool) {
	t := in.Get(key)
	if t == nil {
		return nil, false
	}
	o, ok := t.Value.(ast.Object)
	return o, ok && isObjectIfAny(o.Get(propertiesKey))
}

func isObjectIfAny(t *ast.Term) bool {
	if t == nil {
		return true
	}
	_, ok := t.Value.(ast.Object)
	return ok
}

// text returns the text that an object or a term of one has under a key, and whether it
// has one there.
func text(o interface {
	Get(key *ast.Term) *ast.Term
}, key *ast.Term) (string, bool) {
	t := o.Get(key)
	if t == nil {
		return "", false
	}
	s, ok := t.Value.(ast.String)
	return string(s), ok
}

// hasValidContext says whether a request has no context, or one whose origin is
// known and whose session attributes are texts and lists of texts.
func hasValidContext(in ast.Object) bool {
	t := in.Get(contextKey)
	if t == nil {
		return true
	}
	context, ok := t.Value.(ast.Object)
	if !ok || !isObjectIfAny(context.Get(environmentKey)) {
		return false
	}
	origin, isText := text(context, originKey)
	if context.Get(originKey) != nil && (!isText || origin != "hub" && origin != "qmc") {
		return false
	}
	environment := context.Get(environmentKey)
	return environment == nil || !environment.Value.(ast.Object).Until(func(_, value *ast.Term) bool { return !isTexts(value) })
}

func isTexts(t *ast.Term) bool {
	switch v := t.Value.(type) {
	case ast.String:
		return true
	case *ast.Array:
		return !v.Until(func(e *ast.Term) bool { _, ok := e.Value.(ast.String); return !ok })
	}
	return false
}

var (
	propertiesKey  = ast.StringTerm("properties")
	environmentKey = ast.StringTerm("environment")
	originKey      = ast.StringTerm("request_context")
)
