package show_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference/show"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

func rendered(t *testing.T, to render.Renderer[*difference.Report], r *difference.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := to.Render(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// many returns a report with groups whose cause is a rule with the given name.
func many(groups int, name string) *difference.Report {
	r := &difference.Report{Mode: difference.ModeSite, Compared: difference.Compared{Contexts: []string{"none"}}}
	for i := range groups {
		c := difference.Counts{Cells: 1_234_567, Users: 2, Resources: 3}
		r.Groups = append(r.Groups, difference.Group{
			Kind: difference.Gain, Counts: c,
			Causes: []difference.Cause{{
				Rule: difference.RuleRef{ID: fmt.Sprint(i), Name: name}, By: difference.ByEditing,
				Edit:  &difference.Edit{Aspect: difference.AspectCondition, Before: name, After: name},
				Place: &difference.Place{File: name, Line: 3, Column: 4},
			}},
			Parts:    []difference.Part{{Type: "App", Action: "read", Counts: c, Through: [][]difference.RuleRef{{{Name: name}}}}},
			Examples: []difference.Example{{User: name, Type: "App", Resource: name, Name: name + "!", Action: "read"}},
		})
		r.Rules = append(r.Rules, difference.RuleChange{Rule: difference.RuleRef{Name: name}, By: difference.ByAdding, Effect: difference.Effective})
		r.Stale = append(r.Stale, difference.Entry{Kind: difference.Loss, Action: "read", Type: "App", Causes: []string{name}})
	}
	return r
}

// hostile has text that could end a line, a block, a table cell or a quotation, or that a web site would turn into a
// link or a mention.
const hostile = "a\n```\n</details><script>alert(1)</script> | ` `` *b* [x](y) @everyone \x1b[2J \u202e # <!--"

func TestMarkdownFitsIntoAComment(t *testing.T) {
	for _, groups := range []int{1, 20, 3000} {
		for _, name := range []string{"Stream", hostile, strings.Repeat(hostile, 50)} {
			text := rendered(t, show.Markdown{}, many(groups, name))
			if len(text) > 60_000 {
				t.Errorf("%d groups with a name of %d bytes give a comment of %d bytes", groups, len(name), len(text))
			}
			if open, closed := strings.Count(text, "<details>"), strings.Count(text, "\n</details>\n"); open != closed || open == 0 {
				t.Errorf("%d groups: %d details are opened and %d closed", groups, open, closed)
			}
			if groups == 3000 && !strings.Contains(text, "more are not shown") {
				t.Error("the comment does not report that it is shortened")
			}
		}
	}
}

func TestHostileNamesStayText(t *testing.T) {
	r := many(1, hostile)
	text := rendered(t, show.Markdown{}, r)
	// Inside code spans, the text has no effect. It must not be outside of them.
	for _, bad := range []string{"\x1b", "\u202e"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in\n%s", bad, text)
		}
	}
	fence := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fence = !fence
			continue
		}
		if fence {
			continue
		}
		if part := outsideOfCode(line); strings.Contains(part, "<script") || strings.Contains(part, "@everyone") || strings.Contains(part, "<!--") {
			t.Errorf("outside of code spans: %s", line)
		}
	}
	if fence {
		t.Errorf("a code block is not closed\n%s", text)
	}
	if text := rendered(t, show.Text{}, r); strings.Contains(text, "\x1b") || strings.Contains(text, "\u202e") {
		t.Errorf("the output has control characters: %q", text)
	}
}

// outsideOfCode removes the code spans of a line. A span ends with as many backticks as it begins with. Backticks
// after a backslash do not begin a span.
func outsideOfCode(line string) string {
	for {
		start := strings.IndexByte(line, '`')
		for start > 0 && line[start-1] == '\\' {
			next := strings.IndexByte(line[start+1:], '`')
			if next < 0 {
				return line
			}
			start += 1 + next
		}
		if start < 0 {
			return line
		}
		fence := line[start : len(line)-len(strings.TrimLeft(line[start:], "`"))]
		end := strings.Index(line[start+len(fence):], fence)
		if end < 0 {
			return line
		}
		line = line[:start] + line[start+2*len(fence)+end:]
	}
}

func TestJSONIsTheReport(t *testing.T) {
	r := many(2, hostile)
	var back difference.Report
	if err := json.Unmarshal([]byte(rendered(t, render.AsJSON[*difference.Report]{}, r)), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Groups) != 2 || back.Groups[1].Causes[0].Edit.After != hostile || back.Groups[0].Cells != 1_234_567 {
		t.Errorf("%+v", back)
	}
}

func TestWordsOfATextReport(t *testing.T) {
	ref := func(name string) difference.RuleRef { return difference.RuleRef{ID: name, Name: name} }
	cause := func(by string, e *difference.Edit) difference.Cause {
		return difference.Cause{Rule: ref("x"), By: by, Edit: e}
	}
	edit := func(a difference.Aspect, before, after string) difference.Cause {
		return cause(difference.ByEditing, &difference.Edit{Aspect: a, Before: before, After: after})
	}
	causes := map[string]difference.Cause{
		`because the rule "x" was added`:                     cause(difference.ByAdding, nil),
		`because the rule "x" was removed`:                   cause(difference.ByRemoving, nil),
		`because the rule "x" is valid on one side only`:     cause(difference.ByValidity, nil),
		`because the sites differ, where the rule "x" looks`: cause(difference.ByData, nil),
		`because a right differs that the rule "x" asks for`: cause(difference.ByRights, nil),
		`because the rule "x" was disabled`:                  edit(difference.AspectEnabled, "enabled", "disabled"),
		`because the rule "x" got a clause`:                  edit(difference.AspectCondition, "", "b"),
		`because the rule "x" lost a clause`:                 edit(difference.AspectCondition, "a", ""),
		`because the rule "x" has another clause`:            edit(difference.AspectCondition, "a", "b"),
		`because the rule "x" has other actions`:             edit(difference.AspectActions, "a", "b"),
		`because the rule "x" has another filter`:            edit(difference.AspectFilter, "a", "b"),
	}
	for want, c := range causes {
		r := many(1, "x")
		r.Groups[0].Causes[0] = c
		if text := rendered(t, show.Text{}, r); !strings.Contains(text, want+"\n") {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	r := &difference.Report{
		Mode: difference.ModeClasses, Compared: difference.Compared{Contexts: []string{"hub", "qmc"}},
		Rules: []difference.RuleChange{
			{Rule: ref("x"), By: difference.ByRemoving, Effect: difference.Covered, CoveredBy: []difference.RuleRef{ref("y")}},
			{Rule: ref("z"), By: difference.ByEditing, Effect: difference.NotCompared, Edits: []difference.Edit{{Aspect: difference.AspectName}, {Aspect: difference.AspectFilter}}},
		},
		LeftOut: []difference.LeftOut{{What: "w", Why: "y", Hint: "h"}},
		Stale:   []difference.Entry{{Kind: "gain", Action: "read", Type: "App", Cells: 2, Causes: []string{"c"}}},
	}
	text := rendered(t, show.Text{}, r)
	for _, want := range []string{
		"gain: 0 rights (0 classes of users, 0 classes of resources)\n",
		`"x": removed; no effect: other rules grant the difference on both sides ("y")`,
		`"z": renamed, filter; effect unknown: its users and resources were not compared`,
		"   w: y (h)\n", "   gain read on App, 2 rights: c\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestSARIFPointsIntoTheNewExport(t *testing.T) {
	r := many(1, "x")
	r.Groups[0].Causes[0].By = difference.ByRemoving
	r.Rules = []difference.RuleChange{{Rule: difference.RuleRef{Name: "z"}, By: difference.ByRemoving, Effect: difference.NoEffect}}
	text := rendered(t, show.SARIF{File: "rules/new.json"}, r)
	if strings.Count(text, `"uri": "rules/new.json"`) != 2 || strings.Count(text, `"startLine": 1`) != 2 || !strings.Contains(text, "Q0701") || !strings.Contains(text, "Q0703") {
		t.Errorf("a removed rule is not located at the beginning of the new export:\n%s", text)
	}
	r.Groups[0].Kind, r.Groups[0].Cells = difference.Loss, 0
	if text := rendered(t, show.SARIF{}, r); strings.Contains(text, "Q0702") {
		t.Errorf("an accepted difference is reported:\n%s", text)
	}
}
