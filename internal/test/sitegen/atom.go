package sitegen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// author writes the condition of one rule, for one witness.
type author struct {
	*world
	resource, user []path
	texts, deep    []path // of both; those of the resource that are longest and, if any have, have values
	// low reports whether the rule grants an action whose absence other rules test. It may then depend on
	// such actions only, and only on their presence.
	low bool
	// absent reports whether the current part is below a negation.
	absent bool
}

// lowActions are the actions whose absence on the same resource a rule may test. Rules that grant one of
// them depend on nothing else on the same resource, so that no right depends on its own absence.
var lowActions = []string{"duplicate", "approve", "distribute"}

func (w *world) author(x *witness, low bool) *author {
	a := &author{world: w, low: low}
	a.resource = w.paths("resource", x.resource.kind, []*entity{x.resource})
	a.user = w.userPaths(x)
	for _, p := range slices.Concat(a.resource, a.user) {
		if !p.entities {
			a.texts = append(a.texts, p)
		}
	}
	longest := 0
	for _, p := range a.resource {
		dots := strings.Count(p.text, ".")
		if dots > longest {
			longest, a.deep = dots, nil
		}
		if dots == longest && !p.entities {
			a.deep = append(a.deep, p)
		}
	}
	if filled := slices.DeleteFunc(slices.Clone(a.deep), func(p path) bool { return len(p.values) == 0 }); len(filled) > 0 {
		a.deep = filled
	}
	return a
}

// text picks a path to strings.
func (a *author) text() path {
	if chance(a.rand, 6) {
		return pick(a.rand, a.deep)
	}
	return pick(a.rand, a.texts)
}

// atom writes a comparison or a call that is probably true for the witness if want is set, otherwise probably
// false.
func (a *author) atom(want bool) string {
	switch a.rand.IntN(16) {
	case 0, 1:
		if text, ok := a.twoPaths(want); ok {
			return text
		}
	case 2, 3:
		return a.entityComparison()
	case 4, 5:
		return a.privilege()
	case 6:
		return a.emptiness(want)
	case 7:
		return pick(a.rand, []string{"user.IsAnonymous()", "resource.IsOwned()", "!user.isanonymous()", "!resource.isOwned()"})
	case 8:
		if chance(a.rand, 4) {
			return a.oddity()
		}
	}
	return a.literal(want)
}

// literal compares a path with a literal, on either side.
func (a *author) literal(want bool) string {
	p := a.text()
	for range 3 {
		if len(p.values) == 0 {
			p = a.text()
		}
	}
	if len(p.values) == 0 {
		if want {
			return p.text + pick(a.rand, []string{" != ", " !== ", "!="}) + quote(pick(a.rand, a.hints.words))
		}
		return p.text + pick(a.rand, []string{" = ", " == "}) + quote(pick(a.rand, append(a.hints.words, "")))
	}
	value := pick(a.rand, p.values)
	near := nearMiss(a.rand, value)
	if want {
		switch a.rand.IntN(9) {
		case 0:
			return p.text + " == " + quote(value)
		case 1:
			return p.text + " != " + quote(near)
		case 2:
			return p.text + " !== " + quote(pick(a.rand, []string{near, recase(a.rand, value) + "."}))
		case 3, 4:
			return p.text + " like " + quote(likeFor(a.rand, value))
		case 5, 6:
			return p.text + " matches " + quote(regexpFor(a.rand, value))
		case 7:
			return quote(recase(a.rand, value)) + " = " + p.text
		}
		return p.text + a.operator("=") + quote(recase(a.rand, value))
	}
	switch a.rand.IntN(6) {
	case 0:
		return p.text + " == " + quote(recase(a.rand, near))
	case 1:
		return p.text + " like " + quote(likeFor(a.rand, near))
	case 2:
		return p.text + " matches " + quote(regexpFor(a.rand, near))
	case 3:
		return p.text + " !== " + quote(value)
	case 4:
		return p.text + " != " + quote(recase(a.rand, value))
	}
	return p.text + a.operator("=") + quote(near)
}

// operator writes an operator with optional spaces.
func (a *author) operator(op string) string {
	return pick(a.rand, []string{" " + op + " ", op, "\t" + op, " " + op + "\n"})
}

// twoPaths compares a path of the user with one of the resource that has a common value if want is set,
// otherwise none.
func (a *author) twoPaths(want bool) (string, bool) {
	for range 40 {
		p, q := a.text(), a.text()
		if share(p.values, q.values) == want && p.text != q.text && len(p.values)+len(q.values) > 0 {
			return p.text + a.operator(pick(a.rand, []string{"=", "=", "==", "!=", "!=="})) + q.text, true
		}
	}
	return "", false
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool {
		return slices.ContainsFunc(b, func(y string) bool { return schema.Fold(x) == schema.Fold(y) })
	})
}

// entityComparison compares entities of one type, usually an owner with the subject.
func (a *author) entityComparison() string {
	var all []path
	for _, p := range a.resource {
		if p.entities {
			all = append(all, p)
		}
	}
	op := a.operator(pick(a.rand, []string{"=", "=", "==", "!=", "!=="}))
	var owners []path
	for _, p := range all {
		if p.kind.Name == "User" {
			owners = append(owners, p)
		}
	}
	switch {
	case len(owners) == 0 && chance(a.rand, 2):
		return "resource" + op + "user"
	case len(owners) == 0:
		return a.literal(true)
	case len(owners) > 1 && chance(a.rand, 3):
		return pick(a.rand, owners).text + op + pick(a.rand, owners).text
	case chance(a.rand, 3):
		return "user" + op + pick(a.rand, owners).text
	}
	return pick(a.rand, owners).text + op + "user"
}

// privilege tests a right on a parent or, in an order that keeps rights well-defined, on the resource itself.
func (a *author) privilege() string {
	function := pick(a.rand, []string{".HasPrivilege", ".HasPrivilege", ".hasprivilege", ".HASPRIVILEGE"})
	call := func(path, action string) string {
		return path + function + `("` + asciiCase(a.rand, action) + `")`
	}
	var parents []path
	for _, p := range a.resource {
		if p.entities && (len(p.of) > 0 || chance(a.rand, 6)) {
			parents = append(parents, p)
		}
	}
	action := pick(a.rand, actionNames)
	if chance(a.rand, 2) {
		action = "read"
	}
	switch {
	case len(parents) > 0 && !chance(a.rand, 4):
		return call(pick(a.rand, parents).text, action)
	case a.low && a.absent:
		return "user.IsAnonymous()"
	case a.low || a.absent:
		return call("resource", pick(a.rand, lowActions))
	}
	return call("resource", action)
}

func (a *author) emptiness(want bool) string {
	p := pick(a.rand, slices.Concat(a.resource, a.user))
	call := p.text + pick(a.rand, []string{".Empty()", ".empty()"})
	if want == (len(p.values)+len(p.of) == 0) {
		return call
	}
	return "!" + call
}

// oddity writes a rare but valid condition: paths without a value, literals on both sides, constants.
func (a *author) oddity() string {
	word := pick(a.rand, a.hints.words)
	return pick(a.rand, []string{
		`resource.nothing.at.all.Empty()`, `user.nothing.Empty()`, `user.name.nothing = "x"`, `resource.name.@x != "x"`,
		`resource.nothing = ` + quote(word), `resource.@nothing != ` + quote(word), `user.Empty()`, `resource.Empty()`,
		fmt.Sprintf("%s = %s", quote(word), quote(recase(a.rand, word))), fmt.Sprintf("%s like %s", quote(word), quote(likeFor(a.rand, word))),
		"true", "false", "user = user", "resource = resource", "resource != user", `user.environment.nothing.Empty()`,
	})
}

// condition writes a condition that is probably true for the witness if want is set, otherwise probably
// false.
func (a *author) condition(want bool, depth int) string {
	if depth == 0 {
		return a.atom(want)
	}
	n := 2 + a.rand.IntN(2)
	var operands []string
	word := pick(a.rand, []string{"and", "or", "!"})
	switch word {
	case "!":
		below := *a
		below.absent = true
		return "!" + "(" + below.condition(!want, depth-1) + ")"
	case "and":
		for i := range n {
			operands = append(operands, a.operand(want || i > 0, a.rand.IntN(depth)))
		}
	case "or":
		for i := range n {
			operands = append(operands, a.operand(want && i == 0, a.rand.IntN(depth)))
		}
	}
	a.rand.Shuffle(n, func(i, j int) { operands[i], operands[j] = operands[j], operands[i] })
	if symbol := map[string]string{"and": "&&", "or": "||"}[word]; chance(a.rand, 6) {
		word = symbol
	}
	return strings.Join(operands, pick(a.rand, []string{" " + word + " ", "\n" + word + "\t", "  " + word + " "}))
}

// operand writes an operand of and and or, in parentheses if they are required, and sometimes if they are
// not; mixing both without parentheses is valid too.
func (a *author) operand(want bool, depth int) string {
	text := a.condition(want, depth)
	if depth > 0 && !chance(a.rand, 12) || chance(a.rand, 5) {
		return "(" + text + ")"
	}
	return text
}
