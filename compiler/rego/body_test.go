package rego

import (
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// Resolution leaves no constant inside a predicate and no literal on the left. Both are supported
// nevertheless.
func TestPredicatesThatResolveNeverWrites(t *testing.T) {
	b := (&scope{module: newModule("types.app", "", &names{})}).newBody()
	b.require(ir.Constant{})
	b.require(ir.Constant{Value: true})
	if !slices.Equal(b.lines, []string{"false"}) {
		t.Errorf("false and true became %q", b.lines)
	}
	if isPlain(ir.Literal{Text: "x"}, false) {
		t.Error("a literal is taken for a reference")
	}
}

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{
		"Stream by group": "stream_by_group", "HubAccessRule": "hub_access_rule", "  a--b  ": "a_b", "QMC": "qmc", "A1B2": "a1_b2",
		"Ünder": "nder", "日本": "", "": "", "_x_": "x", "App.Object": "app_object", "v2Beta": "v2_beta",
	} {
		if got := snake(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"a b": `"a b"`, "\"\\": `"\"\\"`, "\n\t\r": `"\n\t\u000d"`, "\u202e": `"\u202e"`, "\U000e0001": `"\udb40\udc01"`, "é日😀": `"é日😀"`, "\u00a0": `"\u00a0"`,
	} {
		if got := quote(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{`a\.b`: "`a\\.b`", "`": "\"`\"", "\n": `"\n"`, "\u200b": `"\u200b"`} {
		if got := regexpLiteral(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestYAML(t *testing.T) {
	for text, want := range map[string]string{
		"Stream by group 2": "Stream by group 2", "": `""`, "no": `"no"`, "Null": `"Null"`, "1": `"1"`, "a: b": `"a: b"`, "a  b": `"a  b"`, "a ": `"a "`,
		"\"\n": `"\"\n"`, "ä": `"ä"`, "# x": `"# x"`,
	} {
		if got := yaml(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestComment(t *testing.T) {
	for text, want := range map[string]string{
		"a\nb": "# a\n# b\n", "a\r\n\r\nb\r": "# a\n#\n# b\n", "\ta": "#     a\n", "METADATA": "# \\u004dETADATA\n", "x\n  METADATA y": "# x\n#   \\u004dETADATA y\n", "\v": "# \\u000b\n",
	} {
		if got := comment(" ", text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
