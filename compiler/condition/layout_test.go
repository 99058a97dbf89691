package condition

import (
	"testing"
)

func TestFormat(t *testing.T) {
	const sixty = `resource.name = "a name that is as long as forty characters are"`
	for _, c := range []struct{ name, source, want string }{
		{"one line", `((user.group="X"))`, `user.group = "X"`},
		{"words", `resource.owner=user&&!resource.stream.Empty()||true`, "(resource.owner = user and !resource.stream.Empty())\nor true"},
		{"negations", `!!true and !user.name="a"`, `!!true and !(user.name = "a")`},
		{"or inside and", `true and (false or true)`, "true\nand (false or true)"},
		{"negated group", `true and !(false or true)`, "true\nand !(false or true)"},
		{"too long", sixty + " and " + sixty, sixty + "\nand " + sixty},
		{"long group", "(" + sixty + " and " + sixty + ") or false", "(\n    " + sixty + "\n    and " + sixty + "\n)\nor false"},
		{"long group behind", "false or !(" + sixty + " and " + sixty + ")", "false\nor !(\n    " + sixty + "\n    and " + sixty + "\n)"},
		{"long negation", "!(" + sixty + " or " + sixty + ")", "!(\n    " + sixty + "\n    or " + sixty + "\n)"},
		{"groups of groups", `true or (true and (false or true))`, "true\nor (\n    true\n    and (false or true)\n)"},
		{"long leaf", `user.name like "` + sixty[17:60] + sixty[17:60] + `"`, `user.name like "` + sixty[17:60] + sixty[17:60] + `"`},
		{"strings", `user.name matches "\w\"\\"`, `user.name matches "\\w\"\\"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := mustParse(t, c.source)
			got := Format(tree, Layout{})
			if got != c.want {
				t.Errorf("written\n%s\nwant\n%s", got, c.want)
			}
			again := mustParse(t, got)
			if !Same(tree, again) {
				t.Errorf("%s is read as %s", got, Print(again))
			}
			if second := Format(again, Layout{}); second != got {
				t.Errorf("written again\n%s", second)
			}
		})
	}
}

func TestFormatKeepsParentheses(t *testing.T) {
	for source, want := range map[string]string{
		`((user.group="X"))`:                            `((user.group = "X"))`,
		"((user.group=\"X\") or\n( user.name=\"Y\" ) )": `((user.group = "X") or (user.name = "Y"))`,
		`(true or false) or (user.IsAnonymous())`:       "(true or false)\nor (user.IsAnonymous())",
		`(!(true)) and ((true and false))`:              "(!(true))\nand ((true and false))",
		`((true or (false and true)))`:                  "(\n    (\n        true\n        or (false and true)\n    )\n)",
	} {
		got := Format(mustParse(t, source), Layout{Parentheses: WrittenParentheses(source)})
		if got != want {
			t.Errorf("%s is written\n%s\nwant\n%s", source, got, want)
		}
	}
}

func TestFormatColumns(t *testing.T) {
	tree := mustParse(t, `true and false`)
	if got := Format(tree, Layout{Columns: 14}); got != "true and false" {
		t.Errorf("14 columns: %s", got)
	}
	if got := Format(tree, Layout{Columns: 13}); got != "true\nand false" {
		t.Errorf("13 columns: %s", got)
	}
}
