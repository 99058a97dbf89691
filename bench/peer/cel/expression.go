package cel

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
)

// expression returns a predicate as an expression.
func (e *engine) expression(predicate resolve.Predicate) string {
	switch p := predicate.(type) {
	case resolve.Constant:
		return strconv.FormatBool(p.Value)
	case resolve.Conjunction:
		return e.joined(p.Terms, " && ")
	case resolve.Disjunction:
		return e.joined(p.Terms, " || ")
	case resolve.Negation:
		return "!(" + e.expression(p.Term) + ")"
	case resolve.OneOf:
		return e.oneOf(p)
	case resolve.Common:
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
	case resolve.Identical:
		return e.identical(p)
	case resolve.Like:
		return e.someText(p.Value, false, func(t string) string { return pattern(t, p.Pattern) })
	case resolve.Matches:
		return e.someText(p.Value, true, func(t string) string { return t + ".matches(" + strconv.Quote(p.Regexp) + ")" })
	case resolve.Present:
		v, single := e.value(p.Value, false)
		if single {
			return v + " != null"
		}
		return v + ".size() > 0"
	case resolve.Exists:
		return e.entities(p.Entities) + ".size() > 0"
	case resolve.CommonEntity:
		if one(p.Left) && one(p.Right) {
			left, right := e.entity(p.Left), e.entity(p.Right)
			return fmt.Sprintf("%s != null && %s == %s", left, left, right)
		}
		return fmt.Sprintf("%s.exists(t, t in %s)", e.entities(p.Left), e.entities(p.Right))
	case resolve.IdenticalEntity:
		left, right := e.entities(p.Left), e.entities(p.Right)
		return fmt.Sprintf("%[1]s.size() == 1 && %[2]s.size() == 1 && %[1]s[0] == %[2]s[0]", left, right)
	case resolve.Privilege:
		return e.privilege(model.Question{Privilege: p})
	case resolve.Anonymous:
		v, _ := e.value(resolve.Property{Of: resolve.Entities{Root: resolve.User, Origin: "user"}, Name: "userdirectory"}, false)
		return v + ` == "none"`
	case resolve.From:
		return e.name("from_", p.Context.String(), cel.BoolType, func(f *model.Frame) ref.Val { return types.Bool(f.From == p.Context) })
	}
	panic("a predicate that CEL does not know: " + predicate.Key())
}

func (e *engine) joined(terms []resolve.Predicate, sep string) string {
	list := make([]string, len(terms))
	for i, t := range terms {
		list[i] = "(" + e.expression(t) + ")"
	}
	return strings.Join(list, sep)
}

func (e *engine) oneOf(p resolve.OneOf) string {
	v, single := e.value(p.Value, p.Exact)
	quoted := make([]string, len(p.Texts))
	for i, t := range p.Texts {
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

func (e *engine) identical(p resolve.Identical) string {
	if literal, ok := p.Left.(resolve.Literal); ok {
		return e.identical(resolve.Identical{Left: p.Right, Right: literal, Exact: p.Exact})
	}
	left, single := e.value(p.Left, p.Exact)
	first, guard := left, left+" != null"
	if !single {
		first, guard = left+"[0]", left+".size() == 1"
	}
	if literal, ok := p.Right.(resolve.Literal); ok {
		return fmt.Sprintf("%s && %s == %s", guard, first, strconv.Quote(model.Text(literal, p.Exact)))
	}
	right, alsoSingle := e.value(p.Right, p.Exact)
	if alsoSingle {
		return fmt.Sprintf("%s && %s == %s", guard, first, right)
	}
	return fmt.Sprintf("%s && %s.size() == 1 && %s == %s[0]", guard, right, first, right)
}

// someText says that a text of a value passes a test.
func (e *engine) someText(v resolve.Value, exact bool, test func(string) string) string {
	name, single := e.value(v, exact)
	if single {
		return fmt.Sprintf("%s != null && %s", name, test(name))
	}
	return fmt.Sprintf("%s.exists(t, %s)", name, test("t"))
}

func pattern(t string, p resolve.Pattern) string {
	shape, text := p.Shape()
	quoted := strconv.Quote(text)
	switch shape {
	case resolve.Whole:
		return t + " == " + quoted
	case resolve.Anything:
		return "true"
	case resolve.Prefix:
		return t + ".startsWith(" + quoted + ")"
	case resolve.Suffix:
		return t + ".endsWith(" + quoted + ")"
	case resolve.Infix:
		return t + ".contains(" + quoted + ")"
	default:
		return t + ".matches(" + quoted + ")"
	}
}

// value returns the variable of a value: its text or null if it has one text at
// most, else the list of its texts.
func (e *engine) value(v resolve.Value, exact bool) (name string, single bool) {
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
	if p, ok := v.(resolve.Property); ok && !p.Of.Many() {
		// What an entity has is made into a value once.
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

func one(e resolve.Entities) bool { return !e.Many() }

// entity returns the variable of a set of one entity at most: its id or null.
// Entities that are compared are of one type.
func (e *engine) entity(of resolve.Entities) string {
	entities := e.site.Entities(of)
	return e.name("one_", of.Key(), cel.DynType, func(f *model.Frame) ref.Val {
		if found := entities(f); len(found) > 0 {
			return types.String(found[0].ID)
		}
		return types.NullValue
	})
}

// entities returns the variable of a set of entities: the list of their ids.
func (e *engine) entities(of resolve.Entities) string {
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

// privilege returns the variable that says whether the requester has a right.
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
