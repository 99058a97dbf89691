package opa

import (
	stdjson "encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// writer writes predicates as the lines of a body. An alternative or a negation becomes a function of the
// resource's id.
type writer struct {
	strings.Builder
	naive   bool
	helpers []string
	count   int
}

// flush writes the functions that the previous bodies need.
func (w *writer) flush() {
	for _, h := range w.helpers {
		w.WriteString(h)
	}
	w.helpers = nil
}

// conjunction adds the lines of a predicate.
func (w *writer) conjunction(predicate ir.Predicate, lines *[]string) {
	if c, ok := predicate.(ir.Conjunction); ok {
		for _, t := range c.Terms {
			w.conjunction(t, lines)
		}
		return
	}
	*lines = append(*lines, w.line(predicate))
}

// function writes a function with one body for each alternative.
func (w *writer) function(alternatives ...ir.Predicate) string {
	w.count++
	name := fmt.Sprintf("test_%d", w.count)
	var b strings.Builder
	for _, a := range alternatives {
		var lines []string
		w.conjunction(a, &lines)
		fmt.Fprintf(&b, "%s(id) if {\n\t%s\n}\n\n", name, strings.Join(lines, "\n\t"))
	}
	w.helpers = append(w.helpers, b.String())
	return name + "(id)"
}

func (w *writer) line(predicate ir.Predicate) string {
	switch p := predicate.(type) {
	case ir.Constant:
		return strconv.FormatBool(p.Value)
	case ir.Conjunction:
		return w.function(p)
	case ir.Disjunction:
		return w.function(p.Terms...)
	case ir.Negation:
		return "not " + w.function(p.Term)
	case ir.OneOf:
		return w.oneOf(p)
	case ir.Common:
		return w.each(p.Left, p.Exact) + " == " + w.each(p.Right, p.Exact)
	case ir.Identical:
		return w.identical(p)
	case ir.Like:
		return w.like(p)
	case ir.Matches:
		return fmt.Sprintf("regex.match(%s, %s)", quote(p.Regexp), w.each(p.Value, true))
	case ir.Present:
		return w.each(p.Value, false) + " != null"
	case ir.Exists:
		return "_ = " + w.entity(p.Entities)
	case ir.CommonEntity:
		return w.entity(p.Left) + " == " + w.entity(p.Right)
	case ir.IdenticalEntity:
		return fmt.Sprintf("{a | a := %s} == {b | b := %s}; count({a | a := %[1]s}) == 1", w.entity(p.Left), w.entity(p.Right))
	case ir.Privilege:
		q := model.Question{Privilege: p}
		if w.naive {
			return fmt.Sprintf("%s(%q, %q, %s)", classFunction(q.Stage().Class), q.Stage().Class, p.Action.Name(), w.entity(p.Entities))
		}
		return fmt.Sprintf("%s(%s)", mayFunction(q.Stage()), w.entity(p.Entities))
	case ir.Anonymous:
		return `user.userdirectory == "none"`
	case ir.From:
		return fmt.Sprintf("input.context.request_context == %q", p.Context.String())
	}
	panic("a predicate that Rego does not know: " + predicate.Key())
}

// entity returns the id of an entity, or an expression for each id of a set.
func (w *writer) entity(e ir.Entities) string {
	if e.IsRoot() {
		if e.Root == ir.User {
			return "user_id"
		}
		return "id"
	}
	step := e.Steps[len(e.Steps)-1]
	ref := fmt.Sprintf("%s[%q]", w.record(e.Parent()), step.Name)
	if step.Many {
		ref += "[_]"
	}
	return ref
}

// record returns the data of an entity.
func (w *writer) record(e ir.Entities) string {
	if e.IsRoot() && e.Root == ir.User {
		return "user"
	}
	return fmt.Sprintf("data.site.entities[%q][%s]", e.Type(), w.entity(e))
}

// value returns the string, or the list of strings, of a value.
func (w *writer) value(v ir.Value, exact bool) string {
	switch v := v.(type) {
	case ir.Literal:
		return quote(model.Text(v, exact))
	case ir.Environment:
		if exact {
			return fmt.Sprintf("environment[%q]", "="+v.Name)
		}
		return fmt.Sprintf("environment[%q]", v.Name)
	case ir.Property:
		if v.Name == "id" && !exact {
			return w.entity(v.Of)
		}
		return fmt.Sprintf("%s[%q]", w.record(v.Of), model.Name(v, exact))
	}
	panic("a value that Rego does not know: " + v.Key())
}

// listed reports whether a value is a list or a set.
func listed(v ir.Value) bool {
	switch v := v.(type) {
	case ir.Environment:
		return true
	case ir.Property:
		return v.List
	}
	return false
}

// each returns an expression for each string of a value; naive rules case-fold it at run time.
func (w *writer) each(v ir.Value, exact bool) string {
	text := w.value(v, exact)
	if listed(v) {
		text += "[_]"
	}
	if w.naive && !exact {
		return "lower(" + text + ")"
	}
	return text
}

func (w *writer) oneOf(p ir.OneOf) string {
	quoted := make([]string, len(p.Strings))
	for i, t := range p.Strings {
		quoted[i] = quote(t)
		if w.naive && !p.Exact {
			quoted[i] = "lower(" + quoted[i] + ")"
		}
	}
	switch {
	case len(quoted) > 1:
		return fmt.Sprintf("%s in {%s}", w.each(p.Value, p.Exact), strings.Join(quoted, ", "))
	case listed(p.Value) && !w.naive:
		return fmt.Sprintf("%s in %s", quoted[0], w.value(p.Value, p.Exact))
	}
	return w.each(p.Value, p.Exact) + " == " + quoted[0]
}

// identical returns an expression that is true if both values have exactly one string, the same.
func (w *writer) identical(p ir.Identical) string {
	set := func(v ir.Value) string { return fmt.Sprintf("{t | t := %s}", w.each(v, p.Exact)) }
	if literal, ok := p.Right.(ir.Literal); ok {
		return fmt.Sprintf("%s == {%s}", set(p.Left), quote(model.Text(literal, p.Exact)))
	}
	return fmt.Sprintf("count(%[1]s) == 1; %[1]s == %[2]s", set(p.Left), set(p.Right))
}

func (w *writer) like(p ir.Like) string {
	shape, text := p.Pattern.Shape()
	value := w.each(p.Value, false)
	switch shape {
	case ir.Whole:
		return value + " == " + quote(text)
	case ir.Anything:
		return value + " != null"
	case ir.Prefix:
		return fmt.Sprintf("startswith(%s, %s)", value, quote(text))
	case ir.Suffix:
		return fmt.Sprintf("endswith(%s, %s)", value, quote(text))
	case ir.Infix:
		return fmt.Sprintf("contains(%s, %s)", value, quote(text))
	default:
		return fmt.Sprintf("regex.match(%s, %s)", quote(text), value)
	}
}

// quote formats a string literal of Rego, which has the syntax of JSON.
func quote(text string) string {
	quoted, _ := stdjson.Marshal(text) // a string can always be marshalled
	return string(quoted)
}

// requestType returns the type as spelled in a request.
func requestType(request []byte) string {
	var r struct {
		Resource struct {
			Type string `json:"type"`
		} `json:"resource"`
	}
	_ = stdjson.Unmarshal(request, &r) // it was marshalled just before
	return r.Resource.Type
}
