package rego

import (
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
)

// What resolution never leaves in a predicate grants nothing.
func TestPredicatesThatNoRuleComesTo(t *testing.T) {
	for _, p := range []resolve.Predicate{resolve.Constant{}, nil} {
		b := (&scope{module: newModule("types.app", "", &names{})}).newBody()
		b.require(p)
		if !slices.Equal(b.lines, []string{"false"}) {
			t.Errorf("%v became %q", p, b.lines)
		}
		if c := cost(p); c != 0 {
			t.Errorf("%v costs %d", p, c)
		}
	}
	for _, v := range []resolve.Value{resolve.Literal{Text: "x"}, nil} {
		if isPlain(v, false) {
			t.Errorf("%v is taken for a reference", v)
		}
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
