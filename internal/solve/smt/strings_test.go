package smt

import (
	"errors"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

func TestLanguages(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"literal", literal("a\"b\\\u00fc"), `"a""b\u{5c}\u{fc}"`},
		{"spellings", spellings("a-\u01c6"), `(re.++ (re.union (str.to_re "a") (str.to_re "A")) (str.to_re "-") (re.union (str.to_re "\u{1c6}") (str.to_re "\u{1c4}") (str.to_re "\u{1c5}")))`},
		{"spellings of the Kelvin sign", spellings("k"), `(re.union (str.to_re "k") (str.to_re "K") (str.to_re "\u{212a}"))`},
		{"like, folded", likePattern(ir.ParsePattern("A?*"), false), `(re.++ (str.to_re "a") re.allchar re.all)`},
		{"like, as written", likePattern(ir.ParsePattern("1A*"), true), `(re.++ (re.++ (str.to_re "1") (re.union (str.to_re "a") (str.to_re "A"))) re.all)`},
		{"anything", member("x", likePattern(ir.ParsePattern("*"), false)), "true"},
		{"expression", expression(`(?is)^(?:s+|[0-9]?.|)$`), `(re.union (re.+ (re.union (str.to_re "S") (str.to_re "s") (str.to_re "\u{17f}"))) (re.++ (re.opt (re.range "0" "9")) re.allchar) (str.to_re ""))`},
		{"anchors at the ends", expression(`^(?:^a$|b)$`), `(re.union (str.to_re "a") (str.to_re "b"))`},
		{"no line feed", expression(`^.*$`), `(re.* (re.union (re.range "\u{0}" "\u{9}") (re.range "\u{b}" "\u{2ffff}")))`},
		{"nothing", expression(`^[^\x{0}-\x{10ffff}]$`), `re.none`},
	} {
		if c.got != c.want {
			t.Errorf("%s: got  %s\nwant %s", c.name, c.got, c.want)
		}
	}
}

func TestInexpressible(t *testing.T) {
	for _, f := range []func() string{
		func() string { return expression(`^(?:a\bc)$`) },
		func() string { return expression(`^(?:a$b)$`) },
		func() string { return expression(`^(?:a|b^c)$`) },
		func() string { return expression(`^(`) },
		func() string { return literal("\U00030000") },
	} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !errors.Is(err, ErrInexpressible) {
					t.Errorf("got %v", err)
				}
			}()
			t.Error(f())
		}()
	}
}
