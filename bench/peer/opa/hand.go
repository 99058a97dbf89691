package opa

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/bundles"
)

// Hand are the two kinds of Rego that people write by hand, on stock OPA's store.
var Hand = []model.Contender{
	{
		Name:     "guarded",
		About:    "hand-written Rego: a body a rule, guarded by type, action and id for OPA's index; texts folded beforehand; rights on parents remembered",
		MaxRules: 5000,
		Prepare:  func(ctx context.Context, c *model.Case) (model.Decide, error) { return hand(ctx, c, guarded(c)) },
	},
	{
		Name:     "naive",
		About:    "naive Rego: a body a rule, which filters and compares at run time; at 1,000 rules the denial of an app takes a third of a second",
		MaxRules: 100,
		Prepare: func(ctx context.Context, c *model.Case) (model.Decide, error) {
			source, err := naive(c)
			if err != nil {
				return nil, err
			}
			return hand(ctx, c, source)
		},
	},
}

func hand(ctx context.Context, c *model.Case, source string) (model.Decide, error) {
	store := inmem.NewFromObjectWithOpts(c.Plain(), inmem.OptRoundTripOnWrite(false))
	p, err := compile([]bundles.Module{{Path: "hand.rego", Source: []byte(source)}}, store)
	if err != nil {
		return nil, err
	}
	return p.ask(ctx, c, "data.hand.allow")
}

// header finds the subject and the session's values, case-folded.
const header = `package hand

default allow := false

user := data.site.entities.user[data.site.subjects[lower(input.subject.id)]]

user_id := data.site.subjects[lower(input.subject.id)]

environment[lower(name)] := {lower(text) | some text in texts} if some name, texts in input.context.environment

environment[concat("", ["=", lower(name)])] := {text | some text in texts} if some name, texts in input.context.environment

`

// guarded writes a function of action and id for every class, with one body per rule. OPA's index finds
// the bodies of an action, and of an id. Rules depend on rights through functions with a default, whose
// results OPA caches.
func guarded(c *model.Case) string {
	w := &writer{}
	w.WriteString(header)
	classes := map[string]bool{}
	for _, s := range c.Order {
		function := classFunction(s.Class)
		if !classes[s.Class] {
			classes[s.Class] = true
			fmt.Fprintf(w, "allow if {\n\tinput.resource.type == %q\n\t%s(input.action.name, lower(input.resource.id))\n}\n\n", typeName(c, s.Class), function)
		}
		fmt.Fprintf(w, "default %[1]s(_) := false\n\n%[1]s(id) if %[2]s(%[3]q, id)\n\n", mayFunction(s), function, s.Action.Name())
		for _, r := range c.Stages[s].All {
			// The lines that OPA's index can use come first.
			var lines []string
			w.conjunction(r.Predicate, &lines)
			slices.SortStableFunc(lines, func(a, b string) int { return strings.Compare(guardRank(a), guardRank(b)) })
			fmt.Fprintf(w, "# %s\n%s(action, id) if {\n\taction == %q\n\t%s\n}\n\n", r.ID, function, s.Action.Name(), strings.Join(lines, "\n\t"))
		}
		w.flush()
	}
	return w.String()
}

func guardRank(line string) string {
	if strings.HasPrefix(line, "id == ") || strings.HasPrefix(line, "id in ") {
		return "0"
	}
	return "1"
}

// naive writes a function of type, action and id for every class, with one body per rule of any action. A
// rule depends on a right by calling such a function, which Rego does not allow for a right on the same
// resource.
func naive(c *model.Case) (string, error) {
	w := &writer{naive: true}
	w.WriteString(header)
	classes := map[string]bool{}
	var pending []string
	reach := func(class string) {
		if !classes[class] {
			classes[class] = true
			pending = append(pending, class)
		}
	}
	for _, s := range c.Order {
		reach(s.Class)
	}
	for len(pending) > 0 {
		class := pending[0]
		pending = pending[1:]
		function := classFunction(class)
		fmt.Fprintf(w, "allow if {\n\tlower(input.resource.type) == %q\n\t%s(input.resource.type, lower(input.action.name), lower(input.resource.id))\n}\n\n", class, function)
		for _, r := range c.Program.Class(class) {
			actions := make([]string, len(r.Actions))
			for i, a := range r.Actions {
				actions[i] = fmt.Sprintf("%q", a.Name())
			}
			var lines []string
			w.conjunction(r.Predicate, &lines)
			fmt.Fprintf(w, "# %s\n%s(type, action, id) if {\n\tlower(action) in {%s}\n\tstartswith(lower(concat(\"_\", [type, id])), %q)\n\t%s\n}\n\n",
				r.ID, function, strings.Join(actions, ", "), class+"_", strings.Join(lines, "\n\t"))
			for _, q := range model.Privileges(r.Predicate) {
				if q.Stage().Class == class {
					return "", model.Cannotf("Rego has no recursion, and rules ask about other rights on the same resource")
				}
				reach(q.Stage().Class)
			}
		}
		w.flush()
	}
	return w.String(), nil
}

// typeName returns the name of a class in requests.
func typeName(c *model.Case, class string) string {
	for i, q := range c.Queries {
		if q.Stage.Class == class {
			return requestType(c.Requests[i])
		}
	}
	return class
}

func classFunction(class string) string { return "granted_" + identifier(class) }

func mayFunction(s model.Stage) string {
	return "may_" + identifier(s.Class) + "_" + s.Action.Name()
}

func identifier(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, text)
}
