package testgen

import (
	"regexp"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
)

// TestWitnessesMatch holds a witness of an expression to RE2.
func TestWitnessesMatch(t *testing.T) {
	for _, expression := range []string{
		`abc`, `a+b*c?`, `\d{3}-[A-Z]+`, `(sales|hr)_.*`, `[^a-z]x`, `.\.qvf`, `x{0}`, `(?:a|b){2,4}`, `^whole$`, `\w+@acme\.com`, ``, `[\x{1F600}-\x{1F64F}]`,
	} {
		w := witness(condition.Matches, expression, "")
		if !regexp.MustCompile(resolve.Anchored(expression)).MatchString(w) {
			t.Errorf("%q does not match %s", w, expression)
		}
	}
	for pattern, want := range map[string]string{`a*b?c`: "a-bxc", `*`: "-", `\*\?\\`: `*?\`, `\a`: `\a`, ``: ""} {
		if w := witness(condition.Like, pattern, "-"); w != want {
			t.Errorf("%q is the witness of %q, want %q", w, pattern, want)
		}
	}
	if w := witness(condition.Like, "**", ""); w != "x" {
		t.Errorf("%q is the witness of **, want x", w)
	}
	if w := witness(condition.Equal, "a*", ""); w != "a*" {
		t.Errorf("%q is what equals a*", w)
	}
}
