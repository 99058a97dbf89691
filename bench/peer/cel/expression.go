package cel

import (
	"fmt"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// expression returns a predicate as an expression.
func (e *engine) expression(predicate ir.Predicate) string {
	switch p := predicate.(type) {
	case ir.Constant:
		return strconv.FormatBool(p.Value)
	case ir.Conjunction:
		return e.joined(p.Terms, " && ")
	case ir.Disjunction:
		return e.joined(p.Terms, " || ")
	case ir.Negation:
		return "!(" + e.expression(p.Term) + ")"
	case ir.OneOf:
		return e.oneOf(p)
	case ir.Common:
		left, single := e.value(p.Left, p.Exact)
		right, alsoSingle := e.value(p.Right, p.Exact)
		switch {
		case single && alsoSingle:
			return fmt.Sprintf("%s != null && %s == %s", left, left, right)
		case single:
			return fmt.Sprintf("%s in %s", left, right)
		case alsoSingle:
			return fmt.Sprintf("%s in %s", right, left)
		}
		return fmt.Sprintf("%s.exists(t, t in %s)", left, right)
	case ir.Identical:
		return e.identical(p)
	case ir.Like:
		return e.someText(p.Value, false, func(t string) string { return pattern(t, p.Pattern) })
	case ir.Matches:
		return e.someText(p.Value, true, func(t string) string { return t + ".matches(" + strconv.Quote(p.Regexp) + ")" })
	case ir.Present:
		v, single := e.value(p.Value, false)
		if single {
			return v + " != null"
		}
		return v + ".size() > 0"
	case ir.Exists:
		return e.entities(p.Entities) + ".size() > 0"
	case ir.CommonEntity:
		if one(p.Left) && one(p.Right) {
			left, right := e.entity(p.Left), e.entity(p.Right)
			return fmt.Sprintf("%s != null && %s == %s", left, left, right)
		}
		return fmt.Sprintf("%s.exists(t, t in %s)", e.entities(p.Left), e.entities(p.Right))
	case ir.IdenticalEntity:
		left, right := e.entities(p.Left), e.entities(p.Right)
		return fmt.Sprintf("%[1]s.size() == 1 && %[2]s.size() == 1 && %[1]s[0] == %[2]s[0]", left, right)
	case ir.Privilege:
		return e.privilege(model.Question{Privilege: p})
	case ir.Anonymous:
		v, _ := e.value(ir.Property{Of: ir.Entities{Root: ir.User, Origin: "user"}, Name: "userdirectory"}, false)
		return v + ` == "none"`
	case ir.From:
		return e.name("from_", p.Context.String(), cel.BoolType, func(f *model.Frame) ref.Val { return types.Bool(f.From == p.Context) })
	}
	panic("a predicate that CEL does not know: " + predicate.Key())
}

func (e *engine) joined(terms []ir.Predicate, sep string) string {
	list := make([]string, len(terms))
	for i, t := range terms {
		list[i] = "(" + e.expression(t) + ")"
	}
	return strings.Join(list, sep)
}

func (e *engine) oneOf(p ir.OneOf) string {
	v, single := e.value(p.Value, p.Exact)
	quoted := make([]string, len(p.Strings))
	for i, t := range p.Strings {
		quoted[i] = strconv.Quote(t)
	}
	switch {
	case single && len(quoted) == 1:
		return v + " == " + quoted[0]
	case single:
		return v + " in [" + strings.Join(quoted, ", ") + "]"
	case len(quoted) == 1:
		return quoted[0] + " in " + v
	}
	return fmt.Sprintf("%s.exists(t, t in [%s])", v, strings.Join(quoted, ", "))
}

func (e *engine) identical(p ir.Identical) string {
	if literal, ok := p.Left.(ir.Literal); ok {
		return e.identical(ir.Identical{Left: p.Right, Right: literal, Exact: p.Exact})
	}
	left, single := e.value(p.Left, p.Exact)
	first, guard := left, left+" != null"
	if !single {
		first, guard = left+"[0]", left+".size() == 1"
	}
	if literal, ok := p.Right.(ir.Literal); ok {
		return fmt.Sprintf("%s && %s == %s", guard, first, strconv.Quote(model.Text(literal, p.Exact)))
	}
	right, alsoSingle := e.value(p.Right, p.Exact)
	if alsoSingle {
		return fmt.Sprintf("%s && %s == %s", guard, first, right)
	}
	return fmt.Sprintf("%s && %s.size() == 1 && %s == %s[0]", guard, right, first, right)
}

// someText returns an expression that is true if a string of a value passes a test.
func (e *engine) someText(v ir.Value, exact bool, test func(string) string) string {
	name, single := e.value(v, exact)
	if single {
		return fmt.Sprintf("%s != null && %s", name, test(name))
	}
	return fmt.Sprintf("%s.exists(t, %s)", name, test("t"))
}

func pattern(t string, p ir.Pattern) string {
	shape, text := p.Shape()
	quoted := strconv.Quote(text)
	switch shape {
	case ir.Whole:
		return t + " == " + quoted
	case ir.Anything:
		return "true"
	case ir.Prefix:
		return t + ".startsWith(" + quoted + ")"
	case ir.Suffix:
		return t + ".endsWith(" + quoted + ")"
	case ir.Infix:
		return t + ".contains(" + quoted + ")"
	default:
		return t + ".matches(" + quoted + ")"
	}
}

// value returns the variable of a value: its string or null if it has at most one string, otherwise the
// list of its strings.
func (e *engine) value(v ir.Value, exact bool) (name string, single bool) {
	single = e.site.Single(v, exact)
	prefix := "v_"
	if exact {
		prefix = "exact_"
	}
	texts := e.site.Texts(v, exact)
	convert := func(list []string) ref.Val {
		switch {
		case !single:
			return types.NewStringList(types.DefaultTypeAdapter, list)
		case len(list) == 0:
			return types.NullValue
		default:
			return types.String(list[0])
		}
	}
	find := func(f *model.Frame) ref.Val { return convert(texts(f)) }
	if p, ok := v.(ir.Property); ok && !p.Of.Many() {
		// The values of an entity are converted once.
		if slot, has := e.site.Layout(p.Of.Type()).Texts[model.Name(p, exact)]; has {
			entities := e.site.Entities(p.Of)
			find = func(f *model.Frame) ref.Val {
				found := entities(f)
				if len(found) == 0 {
					return convert(nil)
				}
				return e.kept(found[0], slot, convert)
			}
		}
	}
	return e.name(prefix, v.Key(), cel.DynType, find), single
}

func (e *engine) kept(entity *model.Entity, slot int, convert func([]string) ref.Val) ref.Val {
	for entity.Number >= len(e.values) {
		e.values = append(e.values, nil)
	}
	if e.values[entity.Number] == nil {
		e.values[entity.Number] = make([]ref.Val, len(entity.Texts))
	}
	v := &e.values[entity.Number][slot]
	if *v == nil {
		*v = convert(entity.Texts[slot])
	}
	return *v
}

func one(e ir.Entities) bool { return !e.Many() }

// entity returns the variable of a set with at most one entity: its id or null. Entities that are
// compared have the same type.
func (e *engine) entity(of ir.Entities) string {
	entities := e.site.Entities(of)
	return e.name("one_", of.Key(), cel.DynType, func(f *model.Frame) ref.Val {
		if found := entities(f); len(found) > 0 {
			return types.String(found[0].ID)
		}
		return types.NullValue
	})
}

// entities returns the variable of a set of entities: the list of their ids.
func (e *engine) entities(of ir.Entities) string {
	entities := e.site.Entities(of)
	return e.name("all_", of.Key(), cel.ListType(cel.StringType), func(f *model.Frame) ref.Val {
		found := entities(f)
		ids := make([]string, len(found))
		for i, entity := range found {
			ids[i] = entity.ID
		}
		return types.NewStringList(types.DefaultTypeAdapter, ids)
	})
}

// privilege returns the variable that is true if the subject has a right.
func (e *engine) privilege(q model.Question) string {
	entities, asked := e.site.Entities(q.Entities), q.Stage()
	return e.name("may_"+q.Action.Name()+"_", q.Entities.Key(), cel.BoolType, func(f *model.Frame) ref.Val {
		for _, entity := range entities(f) {
			if f.May(asked, entity, func(parent *model.Frame) bool { return e.stages[asked].holds(e, parent) }) {
				return types.True
			}
		}
		return types.False
	})
}
