package casbin

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/bench/peer/closure"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// writer writes a rule's matcher. Its strings become columns of the policy.
type writer struct {
	engine    *engine
	texts     []string
	functions map[string]function
}

// column returns the column for one more string.
func (w *writer) column(text string) string {
	w.texts = append(w.texts, text)
	return "p.c" + strconv.Itoa(len(w.texts))
}

func (w *writer) matcher(predicate ir.Predicate) string {
	site := w.engine.site
	switch p := predicate.(type) {
	case ir.Constant:
		return strconv.FormatBool(p.Value)
	case ir.Conjunction:
		return w.joined(p.Terms, " && ")
	case ir.Disjunction:
		return w.joined(p.Terms, " || ")
	case ir.Negation:
		return "!(" + w.matcher(p.Term) + ")"
	case ir.OneOf:
		texts := site.Texts(p.Value, p.Exact)
		calls := make([]string, len(p.Strings))
		for i, t := range p.Strings {
			calls[i] = w.call("is_"+p.Value.Key(), p.Exact, t, func(f *model.Frame, text string) bool { return slices.Contains(texts(f), text) })
		}
		return "(" + strings.Join(calls, " || ") + ")"
	case ir.Identical:
		return w.identical(p)
	case ir.Like:
		return w.like(p)
	case ir.Matches:
		texts := site.Texts(p.Value, true)
		compiled := map[string]*regexp.Regexp{}
		return w.call("matches_"+p.Value.Key(), true, p.Regexp, func(f *model.Frame, expression string) bool {
			if compiled[expression] == nil {
				compiled[expression] = regexp.MustCompile(expression)
			}
			return slices.ContainsFunc(texts(f), compiled[expression].MatchString)
		})
	default:
		// A test without a string is a function of the request only.
		holds := closure.Test(site, predicate, w.engine.holds)
		return w.define(predicate.Key(), false, func(args ...any) (any, error) { return holds(args[0].(*model.Frame)), nil }) + "(r.f)"
	}
}

func (w *writer) joined(terms []ir.Predicate, sep string) string {
	list := make([]string, len(terms))
	for i, t := range terms {
		list[i] = w.matcher(t)
	}
	return "(" + strings.Join(list, sep) + ")"
}

func (w *writer) identical(p ir.Identical) string {
	left := w.engine.site.Texts(p.Left, p.Exact)
	if literal, ok := p.Right.(ir.Literal); ok {
		return w.call("alone_"+p.Left.Key(), p.Exact, model.Text(literal, p.Exact), func(f *model.Frame, text string) bool {
			found := left(f)
			return len(found) == 1 && found[0] == text
		})
	}
	holds := closure.Test(w.engine.site, p, w.engine.holds)
	return w.define(p.Key(), p.Exact, func(args ...any) (any, error) { return holds(args[0].(*model.Frame)), nil }) + "(r.f)"
}

func (w *writer) like(p ir.Like) string {
	texts := w.engine.site.Texts(p.Value, false)
	shape, text := p.Pattern.Shape()
	tests := map[ir.Shape]func(value, text string) bool{
		ir.Prefix: strings.HasPrefix, ir.Suffix: strings.HasSuffix, ir.Infix: strings.Contains,
	}
	if test := tests[shape]; test != nil {
		return w.call(fmt.Sprintf("like%d_%s", shape, p.Value.Key()), false, text, func(f *model.Frame, text string) bool {
			return slices.ContainsFunc(texts(f), func(value string) bool { return test(value, text) })
		})
	}
	is := closure.Pattern(p.Pattern)
	return w.define(p.Key(), false, func(args ...any) (any, error) {
		return slices.ContainsFunc(texts(args[0].(*model.Frame)), is), nil
	}) + "(r.f)"
}

// call returns the call of a test of the request and a string in the policy.
func (w *writer) call(name string, exact bool, text string, test func(*model.Frame, string) bool) string {
	return w.define(name, exact, func(args ...any) (any, error) {
		return test(args[0].(*model.Frame), args[1].(string)), nil
	}) + "(r.f, " + w.column(text) + ")"
}

// define registers a function for the matcher and returns its name.
func (w *writer) define(key string, exact bool, f function) string {
	var b strings.Builder
	for _, c := range key {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
			continue
		}
		b.WriteString("_" + strconv.Itoa(int(c)) + "_")
	}
	name := "f_" + b.String()
	if exact {
		name = "exact_" + b.String()
	}
	w.functions[name] = f
	return name
}
