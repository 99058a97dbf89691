package page

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
)

// words adds the tests of the rules in words.
func (w *builder) words(a *report.Audit) {
	for _, t := range a.Model.Reads.Tests {
		one := Test{Text: sentence(t), Side: sideOf(t)}
		for _, op := range []*reads.Operand{t.Left, t.Right} {
			if op != nil && op.Property != "" && op.Property != "id" && op.Root != reads.Environment {
				one.Operands = append(one.Operands, path(*op))
			}
		}
		if t.Kind == reads.Privilege {
			one.Action, one.OnSelf, one.Type = t.Action, len(t.Left.Steps) == 0, -1
			if steps := t.Left.Steps; len(steps) > 0 {
				if n, ok := w.types[steps[len(steps)-1].Type]; ok {
					one.Type = n
				}
			}
		}
		w.doc.Tests = append(w.doc.Tests, one)
	}
}

func sideOf(t reads.Test) string {
	switch {
	case t.Kind == reads.Privilege:
		return "right"
	case t.OfSubject():
		return "subject"
	case t.OfResource():
		return "resource"
	case t.Identity():
		return "identity"
	}
	return "both"
}

// path formats an operand as in conditions, case-folded.
func path(o reads.Operand) string {
	parts := []string{string(o.Root)}
	for _, s := range o.Steps {
		parts = append(parts, s.Relation)
	}
	if o.Property != "" {
		parts = append(parts, o.Property)
	}
	return strings.Join(parts, ".")
}

// sentence describes what is true if a test is.
func sentence(t reads.Test) string {
	left, right := "", ""
	if t.Left != nil {
		left = path(*t.Left)
	}
	if t.Right != nil {
		right = path(*t.Right)
	}
	switch t.Kind {
	case reads.From:
		return "the request comes from the " + map[string]string{"hub": "hub", "qmc": "QMC"}[t.Context]
	case reads.Anonymous:
		return "the user is anonymous"
	case reads.OneOf:
		return left + among(" is ", " is one of ", t.Strings)
	case reads.Identical:
		if t.Right != nil {
			return left + " is the one value of " + right
		}
		return left + among(" is only ", " is only ", t.Strings)
	case reads.Common:
		return left + " shares a value with " + right
	case reads.Matches:
		return left + among(" matches ", " matches ", t.Strings)
	case reads.Present:
		return left + " has a value"
	case reads.Exists:
		return "there is " + left
	case reads.CommonEntity:
		return left + " is " + right
	case reads.IdenticalEntity:
		if left == right {
			return "there is exactly one " + left
		}
		return left + " is only " + right
	case reads.Privilege:
		if left == string(reads.Resource) {
			left = "the resource"
		}
		return fmt.Sprintf("the user may %s %s", ruleset.Action(t.Action).Name(), left)
	}
	panic("page: unknown kind of test " + string(t.Kind))
}

// among lists values, as many as a reader can take in.
func among(one, many string, texts []string) string {
	const most = 12
	rest := ""
	if len(texts) > most {
		rest = fmt.Sprintf(" and %d more", len(texts)-most)
		texts = texts[:most]
	}
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = `"` + t + `"`
	}
	if len(texts) == 1 {
		return one + quoted[0]
	}
	return many + strings.Join(quoted, ", ") + rest
}
