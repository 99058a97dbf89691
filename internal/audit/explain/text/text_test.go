package text_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/mattn/go-runewidth"

	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain/text"
)

func number(n int) *int { return &n }

// denied is a denial with two rules: one tests the same stream twice, and no data can change the other one.
func denied() *explain.Explanation {
	app := explain.Entity{Type: "App", ID: "a-1", Name: "Quarter", OnRecord: true, File: "site/app.json"}
	stream := explain.Entity{Type: "Stream", ID: "s-1", Name: "Finance", OnRecord: true, File: "site/stream.json"}
	anna := explain.Entity{Type: "User", ID: "u-1", Login: `ACME\anna`, OnRecord: true, File: "site/user.json"}
	ask := func(n int) explain.Clause {
		return explain.Clause{
			Number: n, Kind: "call", Text: `resource.stream.HasPrivilege("read")`, Line: 1, Column: n, Function: "HasPrivilege",
			Left: &explain.Operand{Text: "resource.stream", Entities: []explain.Entity{stream}}, Asks: []int{1}, Unmet: number(1),
		}
	}
	return &explain.Explanation{
		Reason:  "no_rule",
		Request: explain.Request{Subject: anna, Action: "read", Resource: app, Context: "hub"},
		Questions: []explain.Question{
			{Entity: app, Action: "read", Rules: []explain.Rule{
				{
					RuleInfo: explain.RuleInfo{ID: "r-1", Name: "Twice", Filter: "App_*,Stream_*", Actions: []string{"read"}, Context: "both", Place: &explain.Place{File: "rules.json", Line: 7, Column: 9}},
					Unmet:    number(2),
					Clause:   explain.Clause{Number: 1, Kind: "and", Unmet: number(2), Line: 1, Column: 1, Parts: []explain.Clause{ask(2), ask(3)}},
				},
				{
					RuleInfo: explain.RuleInfo{ID: "r-2", Name: "Never", Filter: "App_*", Actions: []string{"read"}, Context: "both"},
					Clause: explain.Clause{
						Number: 4, Kind: "comparison", Text: `resource.resourcetype = "Stream"`, Line: 1, Column: 1, Operator: "=", Fixed: true,
						Left:  &explain.Operand{Text: "resource.resourcetype", Values: []string{"App"}},
						Right: &explain.Operand{Text: `"Stream"`, Literal: true, Values: []string{"Stream"}},
					},
				},
			}},
			{Entity: stream, Action: "read", Rules: []explain.Rule{{
				RuleInfo: explain.RuleInfo{ID: "r-3", Name: "Groups", Filter: "Stream_*", Actions: []string{"read"}, Context: "both"},
				Unmet:    number(1),
				Clause: explain.Clause{
					Number: 5, Kind: "comparison", Text: "user.group = resource.@Group", Line: 1, Column: 1, Operator: "=", Unmet: number(1),
					Left:  &explain.Operand{Text: "user.group"},
					Right: &explain.Operand{Text: "resource.@Group", Values: []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}},
				},
			}}},
		},
		Nearest: []explain.Miss{{Rule: 0, Unmet: []int{2, 3, 5}}},
		Proposals: []explain.Proposal{{
			Changes: []explain.Change{{
				Kind: "add", Entity: &anna, Property: "group", Value: "a", Where: explain.UserDirectory, File: "site/user.json", Field: "attributes",
				Sentence: `put ACME\anna into the directory group "a"`,
			}},
			GrantedBy: []string{"r-1"}, Reach: explain.Reach{UsersAsked: 3, UsersLose: 1},
		}},
		Tried: 4,
	}
}

func render(t *testing.T, x *explain.Explanation, o text.Text) string {
	t.Helper()
	var b strings.Builder
	if err := o.Render(&b, x); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestATreeShowsASharedQuestionOnce(t *testing.T) {
	want := `denied: ACME\anna may not read App "Quarter" from the hub
reason: no_rule (no rule grants it)

False clauses of the closest rules
  Twice
    ✗ 1:1 user.group = resource.@Group in Groups on Stream "Finance"
        user.group is empty, resource.@Group = ["a", "b", "c", "d", "e", "f", "g", "h", … 2 more]

Changes that would grant it, least additional access first (4 tried on a copy)
 1. put ACME\anna into the directory group "a"
      in the user directory, which Qlik synchronises; in the snapshot: attributes of User u-1,
        site/user.json
    then granted by Twice; other users who gain read on it: 0 of 3 (lost: 1)

Rules that could apply, closest first
  ✗ Twice: 2 clauses unmet  [App_*, Stream_*; read; both] rules.json:7:9
      ✗ all of
        ✗ 1:2 resource.stream.HasPrivilege("read")
            ✗ [1] read on Stream "Finance"
              ✗ Groups: 1 clause unmet  [Stream_*; read; both]
                  ✗ 1:1 user.group = resource.@Group
                      user.group is empty, resource.@Group = ["a", "b", "c", "d", "e", "f", "g",
                        "h", … 2 more]
        ✗ 1:3 resource.stream.HasPrivilege("read")
            ✗ read on Stream "Finance": see [1] above
  ✗ Never: no data can make it grant, because of resource.resourcetype = "Stream", where
    resource.resourcetype = ["App"]  [App_*; read; both]
`
	if got := render(t, denied(), text.Text{}); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	all := render(t, denied(), text.Text{All: true})
	if !strings.Contains(all, `"i"`) || !strings.Contains(all, "      ✗ 1:1 resource.resourcetype = \"Stream\", is [\"App\"]\n") {
		t.Errorf("--all does not show everything:\n%s", all)
	}
}

// Lines break at spaces. Only a line with a single long word is wider than the terminal.
func TestLinesFitTheWidth(t *testing.T) {
	x := denied()
	x.Questions[0].Rules[0].Name = "漢字 の 規則 " + strings.Repeat("long name ", 20)
	for _, columns := range []int{60, 80, 120} {
		for _, line := range strings.Split(render(t, x, text.Text{Columns: columns}), "\n") {
			if w := runewidth.StringWidth(line); w > columns {
				t.Errorf("%d of %d columns: %s", w, columns, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("trailing spaces: %q", line)
			}
		}
	}
}

// Colours appear only on request, and strings of a site cannot add colours.
func TestNothingOfASiteControlsTheTerminal(t *testing.T) {
	x := denied()
	x.Request.Resource.Name = "\x1b[31mred\u202e"
	x.Questions[1].Rules[0].Name = "a\nb"
	x.Questions[1].Rules[0].Clause.Right.Values = []string{"\x07"}
	got := render(t, x, text.Text{})
	for _, r := range got {
		if !unicode.IsPrint(r) && r != '\n' {
			t.Errorf("%q in\n%s", r, got)
		}
	}
	painted := render(t, denied(), text.Text{Paint: func(s text.Style, piece string) string {
		if s == text.Bad {
			return "<" + piece + ">"
		}
		return piece
	}})
	if !strings.HasPrefix(painted, "<denied>: ") || !strings.Contains(painted, "<✗> Twice") {
		t.Errorf("the coloured parts are\n%s", painted)
	}
}

func TestRenderReturnsTheWritersError(t *testing.T) {
	r, w := io.Pipe()
	full := errors.New("full")
	_ = r.CloseWithError(full)
	if err := (text.Text{}).Render(w, denied()); !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
}
