package ir

import (
	"fmt"
	"strings"
)

// Key implements Value.
func (l Literal) Key() string     { return fmt.Sprintf("%q", l.Text) }
func (p Property) Key() string    { return p.Of.Key() + "." + p.Name + marker("[]", p.List) }
func (e Environment) Key() string { return "environment." + e.Name }

// Key implements Predicate.
func (c Constant) Key() string    { return fmt.Sprint(c.Value) }
func (c Conjunction) Key() string { return "(" + joinKeys(c.Terms, " and ") + ")" }
func (d Disjunction) Key() string { return "(" + joinKeys(d.Terms, " or ") + ")" }
func (n Negation) Key() string    { return "!" + n.Term.Key() }
func (o OneOf) Key() string {
	return fmt.Sprintf("%s =%s %q", o.Value.Key(), marker("=", o.Exact), o.Strings)
}
func (c Common) Key() string {
	return fmt.Sprintf("%s =%s %s", c.Left.Key(), marker("=", c.Exact), c.Right.Key())
}
func (i Identical) Key() string {
	return fmt.Sprintf("%s is%s %s", i.Left.Key(), marker("=", i.Exact), i.Right.Key())
}
func (l Like) Key() string            { return l.Value.Key() + " like " + l.Pattern.key() }
func (m Matches) Key() string         { return fmt.Sprintf("%s matches %q", m.Value.Key(), m.Regexp) }
func (p Present) Key() string         { return "some " + p.Value.Key() }
func (e Exists) Key() string          { return "some " + e.Entities.Key() }
func (c CommonEntity) Key() string    { return c.Left.Key() + " = " + c.Right.Key() }
func (i IdenticalEntity) Key() string { return i.Left.Key() + " is " + i.Right.Key() }
func (p Privilege) Key() string {
	return p.Entities.Key() + " has " + p.Action.Name()
}
func (Anonymous) Key() string { return "anonymous" }
func (f From) Key() string    { return "from " + f.Context.String() }

func marker(s string, on bool) string {
	if on {
		return s
	}
	return ""
}

func joinKeys(terms []Predicate, sep string) string {
	keys := make([]string, len(terms))
	for i, t := range terms {
		keys[i] = t.Key()
	}
	return strings.Join(keys, sep)
}
