package cedar

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cedar-policy/cedar-go/types"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// writer writes the policies of a stage.
type writer struct {
	site  *model.Site
	stage *stage
}

// condition returns a predicate as Cedar code, or a model.Cannot.
func (w *writer) condition(predicate ir.Predicate) (string, error) {
	switch p := predicate.(type) {
	case ir.Constant:
		return strconv.FormatBool(p.Value), nil
	case ir.Conjunction:
		return w.joined(p.Terms, " && ")
	case ir.Disjunction:
		return w.joined(p.Terms, " || ")
	case ir.Negation:
		term, err := w.condition(p.Term)
		return "!(" + term + ")", err
	case ir.OneOf:
		return w.oneOf(p)
	case ir.Common:
		return w.common(p)
	case ir.Identical:
		return w.identical(p)
	case ir.Like:
		return w.like(p)
	case ir.Matches:
		return "", model.Cannotf("Cedar has no regular expressions")
	case ir.Present:
		v, err := w.value(p.Value, false)
		if v.single {
			return v.guard, err
		}
		return v.guarded("!" + v.text + ".isEmpty()"), err
	case ir.Exists:
		v, err := w.entity(p.Entities)
		return v.guard, err
	case ir.CommonEntity, ir.IdenticalEntity:
		return w.sameEntity(predicate)
	case ir.Privilege:
		q := model.Question{Privilege: p}
		name := "may " + p.Action.Name() + " " + p.Entities.Key()
		w.stage.questions[name] = question{q.Stage(), w.site.Entities(p.Entities)}
		return "context[" + strconv.Quote(name) + "]", nil
	case ir.Anonymous:
		return w.oneOf(ir.OneOf{Value: ir.Property{Of: ir.Entities{Root: ir.User, Origin: "user"}, Name: "userdirectory"}, Strings: []string{"none"}})
	case ir.From:
		return "context.from == " + strconv.Quote(p.Context.String()), nil
	}
	return "", fmt.Errorf("a predicate that Cedar does not know: %s", predicate.Key())
}

func (w *writer) joined(terms []ir.Predicate, sep string) (string, error) {
	list := make([]string, len(terms))
	for i, t := range terms {
		text, err := w.condition(t)
		if err != nil {
			return "", err
		}
		list[i] = "(" + text + ")"
	}
	return strings.Join(list, sep), nil
}

// operand is a value in Cedar: its code, and the guard that is true if the value exists.
type operand struct {
	text, guard string
	single      bool
	// alone is the operand as the only string of a set.
	alone *operand
}

// guarded adds the guard before a test.
func (o operand) guarded(test string) string {
	if o.guard == "" || o.guard == "true" {
		return test
	}
	return o.guard + " && " + test
}

// value returns a value as an operand.
func (w *writer) value(v ir.Value, exact bool) (operand, error) {
	switch v := v.(type) {
	case ir.Literal:
		o := operand{text: quote(model.Text(v, exact)), guard: "true", single: true}
		o.alone = &operand{text: o.text, guard: o.guard, single: true}
		return o, nil
	case ir.Environment:
		w.stage.environment = true
		name := v.Name
		if exact {
			name = "=" + name
		}
		return operand{text: "context.environment[" + quote(name) + "]", guard: "context.environment has " + quote(name)}, nil
	case ir.Property:
		of, err := w.entity(v.Of)
		if err != nil {
			return operand{}, err
		}
		name := model.Name(v, exact)
		if name == "id" {
			return operand{}, model.Cannotf("Cedar compares ids as entities")
		}
		if _, ok := w.site.Layout(v.Of.Type()).Texts[name]; !ok {
			return operand{}, model.Cannotf("%s is not in the data", v.Key())
		}
		attribute := func(name string) *operand {
			has := of.text + " has " + quote(name)
			return &operand{text: of.text + "[" + quote(name) + "]", guard: of.guarded(has), single: true}
		}
		o := attribute(name)
		o.alone = attribute(name)
		if o.single = w.site.Single(v, exact); !o.single {
			o.guard, o.alone = of.guard, attribute(only(name))
		}
		return *o, nil
	}
	return operand{}, fmt.Errorf("a value that Cedar does not know: %s", v.Key())
}

// entity returns a set with at most one entity as an operand.
func (w *writer) entity(e ir.Entities) (operand, error) {
	switch {
	case e.IsRoot() && e.Root == ir.User:
		return operand{text: "principal", guard: "true", single: true}, nil
	case e.IsRoot():
		return operand{text: "resource", guard: "true", single: true}, nil
	case e.Many():
		return operand{}, model.Cannotf("Cedar cannot look at the attributes of each entity of a set")
	}
	of, err := w.entity(e.Parent())
	name := quote(e.Steps[len(e.Steps)-1].Name)
	return operand{text: of.text + "[" + name + "]", guard: of.guarded(of.text + " has " + name), single: true}, err
}

func (w *writer) oneOf(p ir.OneOf) (string, error) {
	if p.Value.Key() == "resource.id" && !p.Exact {
		return w.resourceID(p), nil
	}
	v, err := w.value(p.Value, p.Exact)
	quoted := make([]string, len(p.Strings))
	for i, t := range p.Strings {
		quoted[i] = quote(t)
	}
	list := "[" + strings.Join(quoted, ", ") + "]"
	switch {
	case v.single && len(quoted) == 1:
		return v.guarded(v.text + " == " + quoted[0]), err
	case v.single:
		return v.guarded(list + ".contains(" + v.text + ")"), err
	case len(quoted) == 1:
		return v.guarded(v.text + ".contains(" + quoted[0] + ")"), err
	}
	return v.guarded(v.text + ".containsAny(" + list + ")"), err
}

func (w *writer) resourceID(p ir.OneOf) string {
	typ := p.Value.(ir.Property).Of.Type()
	same := make([]string, len(p.Strings))
	for i, id := range p.Strings {
		same[i] = "resource == " + literal(typ, id)
	}
	return strings.Join(same, " || ")
}

// literal returns the code of an entity's identity. It supports only types whose names are identifiers in
// Cedar, which include all types with ids in filters.
func literal(typ, id string) string { return "T_" + typ + "::" + quote(id) }

func (w *writer) common(p ir.Common) (string, error) {
	left, err := w.value(p.Left, p.Exact)
	if err != nil {
		return "", err
	}
	right, err := w.value(p.Right, p.Exact)
	test := left.text + ".containsAny(" + right.text + ")"
	switch {
	case left.single && right.single:
		test = left.text + " == " + right.text
	case right.single:
		test = left.text + ".contains(" + right.text + ")"
	case left.single:
		test = right.text + ".contains(" + left.text + ")"
	}
	return left.guarded(right.guarded(test)), err
}

func (w *writer) identical(p ir.Identical) (string, error) {
	left, err := w.value(p.Left, p.Exact)
	if err != nil {
		return "", err
	}
	right, err := w.value(p.Right, p.Exact)
	if err != nil {
		return "", err
	}
	if left.alone == nil || right.alone == nil {
		return "", model.Cannotf("Cedar cannot tell whether a set of the session has just one element")
	}
	return left.alone.guarded(right.alone.guarded(left.alone.text + " == " + right.alone.text)), nil
}

func (w *writer) like(p ir.Like) (string, error) {
	v, err := w.value(p.Value, false)
	if err != nil {
		return "", err
	}
	shape, text := p.Pattern.Shape()
	pattern := strings.ReplaceAll(strings.Trim(quote(text), `"`), "*", `\*`)
	switch shape {
	case ir.Prefix:
		pattern += "*"
	case ir.Suffix:
		pattern = "*" + pattern
	case ir.Infix:
		pattern = "*" + pattern + "*"
	case ir.Anything:
		pattern = "*"
	case ir.General:
		return "", model.Cannotf("Cedar's like knows no ?")
	case ir.Whole:
	}
	if !v.single {
		return "", model.Cannotf("Cedar cannot hold each text of a set against a pattern")
	}
	return v.guarded(v.text + ` like "` + pattern + `"`), nil
}

func (w *writer) sameEntity(predicate ir.Predicate) (string, error) {
	var sides [2]ir.Entities
	exactlyOne := false
	switch p := predicate.(type) {
	case ir.CommonEntity:
		sides = [2]ir.Entities{p.Left, p.Right}
	case ir.IdenticalEntity:
		sides, exactlyOne = [2]ir.Entities{p.Left, p.Right}, true
	}
	left, err := w.entity(sides[0])
	if err != nil {
		return "", err
	}
	right, err := w.entity(sides[1])
	if err != nil {
		return "", err
	}
	if exactlyOne && (sides[0].Many() || sides[1].Many()) {
		return "", model.Cannotf("Cedar cannot tell whether a set has just one element")
	}
	return left.guarded(right.guarded(left.text + " == " + right.text)), nil
}

// quote formats a string literal of Cedar.
func quote(text string) string { return string(types.String(text).MarshalCedar()) }
