package assume

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

func TestOtherReadings(t *testing.T) {
	for _, c := range []struct {
		point, condition, want string
		undecided              bool
	}{
		{"both-missing", `user.a = resource.b`, `user.a = resource.b or user.a.Empty() and resource.b.Empty()`, false},
		{"both-missing", `!(user.a == resource.b) and true`, `!(user.a == resource.b or user.a.Empty() and resource.b.Empty()) and true`, false},
		{"both-missing", `user.a = "x"`, `user.a = "x"`, false},
		{"both-missing", `resource.owner = user`, `resource.owner = user`, false},
		{"question-mark", `user.a like "x?\?\\?*"`, `user.a like "x\\?\\?\\?*"`, false},
		{"question-mark", `user.a matches "x?"`, `user.a matches "x?"`, false},
		{"regular-expressions", `user.a matches "^\d[\w-]\S$"`, `user.a matches "^[\\p{Nd}][\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}-][^\\s\\v\\x{85}\\p{Z}]\\n?$"`, false},
		{"regular-expressions", `user.a matches "\bx\."`, `user.a matches "\\bx\\."`, true},
		{"letters", "user.a = \"ma\u017f\"", "user.a = \"ma\u017f\"", true},
		{"letters", `user.a = "mask"`, `user.a = "mask"`, false},
	} {
		rules := []ruleset.Rule{{Category: ruleset.Security, Condition: &diag.Text{Content: c.condition}}}
		for _, p := range Points(compiler.Options{}) {
			if p.ID != c.point {
				continue
			}
			got, open := p.With(rules, compiler.Options{})
			if text := got[0].Rules[0].Condition.Content; text != c.want && text != c.condition || text == c.condition && unlike(c.want, c.condition) {
				t.Errorf("%s: %s becomes %s, want %s", c.point, c.condition, text, c.want)
			}
			if (len(open) > 0) != c.undecided {
				t.Errorf("%s: %s: undecided is %t", c.point, c.condition, len(open) > 0)
			}
		}
	}
}

// unlike reports whether two conditions differ in more than the escapes of their strings.
func unlike(a, b string) bool {
	printed := func(text string) string {
		tree, _ := condition.Parse(&diag.Text{Content: text}, diag.Rule{})
		return condition.Print(tree)
	}
	return printed(a) != printed(b)
}

func TestOptionsSwitch(t *testing.T) {
	for _, from := range []resolve.ListInequality{resolve.Any, resolve.All} {
		variants, _ := Points(compiler.Options{ListInequality: from})[0].With(nil, compiler.Options{ListInequality: from})
		if variants[0].Options.ListInequality == from {
			t.Errorf("the alternative of %v is the same", from)
		}
	}
}
