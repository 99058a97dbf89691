package ruleset

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// describe formats everything that Decode returns, including the location of each byte of the texts.
func describe(rules []Rule, found diag.List) string {
	var b strings.Builder
	for _, r := range rules {
		filter, condition := *r.Filter, *r.Condition
		r.Filter, r.Condition = nil, nil
		fmt.Fprintf(&b, "%+v %s\n", r, r.Raw)
		for _, t := range []diag.Text{filter, condition} {
			fmt.Fprintf(&b, "%s %s %q", t.File, t.Label, t.Content)
			for i := range len(t.Content) + 1 {
				fmt.Fprint(&b, t.Locate(i))
			}
			if t.Encode != nil {
				b.WriteString(t.Encode("\"é"))
			}
			b.WriteByte('\n')
		}
	}
	return b.String() + show(found)
}

// TestMemoryEqualsDecode edits a file at random and checks that a Memory that has read all versions
// returns the same as Decode for each. The edits make rules equal and different, move them, and break
// and repair them and the file.
func TestMemoryEqualsDecode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m Cache
		name := rapid.SampledFrom([]string{"f.json", "a.qrule"}).Draw(t, "name")
		text := "[" + rule(`"rule": "user.name = \"a\\u00e9\\n\""`) + ",\n  " + rule(`"name": "B", "tags": ["x"]`) + "]"
		for i := range rapid.IntRange(1, 12).Draw(t, "edits") {
			start := rapid.IntRange(0, len(text)).Draw(t, "start")
			end := min(len(text), start+rapid.SampledFrom([]int{0, 0, 0, 1, 2, 40}).Draw(t, "length"))
			piece := rapid.SampledFrom([]string{
				"", "x", "\n", " ", `"`, `\`, "é", "[", "]", "}", ",", rule(""), "," + rule(`"rule": null`), "," + rule(`"id": "b"`),
				strings.Replace(rule("")+",", `"a"`, `"c"`, 1), `,{"name": "no rule"}`, `,{"actions": 2, "resourceFilter": "*"}`,
			}).Draw(t, "piece")
			text = text[:start] + piece + text[end:]
			if rapid.IntRange(0, 3).Draw(t, "repair") == 0 {
				text = "[" + rule("") + ",\n\n" + rule(`"id": "b", "name": "B"`) + strings.Repeat(" ", i) + "," + rule(`"name": "twice"`) + "]"
			}
			if got, want := describe(m.Decode(name, []byte(text))), describe(Decode(name, []byte(text))); got != want {
				t.Fatalf("after an edit the file\n%s\nis read as\n%s\nnot as\n%s", text, got, want)
			}
		}
	})
}

// TestMemoryKeepsWhatHasMoved checks that the property above covers rules that are not decoded again.
func TestMemoryKeepsWhatHasMoved(t *testing.T) {
	var m Cache
	first, second := rule(`"rule": "true"`), strings.Replace(rule(""), `"a"`, `"b"`, 1)
	m.Decode("f.json", []byte("["+first+","+second+"]"))
	known := m.known[second]
	known.Name = "from memory"
	m.known[second] = known
	rules, found := m.Decode("f.json", []byte("[\n"+first+",\n"+second+"]"))
	if len(rules) != 2 || len(found) > 0 || rules[1].Name != "from memory" || rules[1].Filter.Locate(0).Line != 3 {
		t.Errorf("the second rule, which has moved, is %+v", rules)
	}
	if m.Decode("f.json", []byte("["+first+"]")); len(m.known) != 1 {
		t.Errorf("%d rules are remembered of a file with one", len(m.known))
	}
}
