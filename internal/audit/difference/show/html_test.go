package show_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference/show"
)

// pageData has the fields of the page's data that the tests read.
type pageData struct {
	Verdict   string
	Gain      [3]int64
	AllGroups int
	Groups    []struct {
		Kind, Title         string
		AllCauses, AllParts int
		Causes              []struct{ Text, Place, Before, After string }
		Parts               []struct {
			Type, Action     string
			Users, Resources []string
		}
		Examples []string
	}
	Rules []struct {
		Name, Effect, Old, New string
		Works                  bool
	}
	AllRules, AllStale int
	LeftOut, Stale     []string
}

// paged returns the elements of the page of a report by name, and its data.
func paged(t *testing.T, to show.HTML, r *difference.Report) (elements map[string][]*html.Node, data pageData) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(rendered(t, to, r)))
	if err != nil {
		t.Fatal(err)
	}
	elements = map[string][]*html.Node{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			elements[n.Data] = append(elements[n.Data], n)
		}
	}
	if len(elements["script"]) != 2 {
		t.Fatalf("the page has %d scripts, want its data and its script", len(elements["script"]))
	}
	if err := json.Unmarshal([]byte(elements["script"][0].FirstChild.Data), &data); err != nil {
		t.Fatal(err)
	}
	return elements, data
}

// Names of rules and users must not become markup of the page.
func TestPageKeepsHostileTextsData(t *testing.T) {
	for _, text := range []string{
		hostile, `</script><script>alert(1)</script>`, `</SCRIPT ><img src=x onerror=alert(1)>`, "<!--<script>", `"><b>`, "a\u2028b\u2029c", `{{.Data}}`, "\\u003c/script>",
	} {
		r := many(2, text)
		r.LeftOut = []difference.LeftOut{{What: text, Why: text, Hint: text}}
		r.Gates = []difference.Gate{{Spec: text, Hit: true}}
		elements, data := paged(t, show.HTML{Title: text}, r)
		if len(elements["img"])+len(elements["b"]) != 0 {
			t.Errorf("%q has become markup", text)
		}
		if raw := elements["script"][0].FirstChild.Data; strings.ContainsAny(raw, "\u2028\u2029<>&\x1b\u202e") {
			t.Errorf("%q: the data contains characters that end it or change the direction of a line", text)
		}
		if title := elements["title"][0].FirstChild.Data; !strings.HasPrefix(title, "Access change: "+text[:3]) {
			t.Errorf("the title is %q", title)
		}
		if plain := `"><b>`; text == plain && (!strings.Contains(data.Groups[0].Title, plain) || data.Rules[0].Name != plain) {
			t.Errorf("%q is shown as %q and %q", text, data.Groups[0].Title, data.Rules[0].Name)
		}
	}
}

// A page lists the biggest differences and counts the others, for any report.
func TestPageIsBounded(t *testing.T) {
	r := many(3000, strings.Repeat("a long name ", 500))
	var out bytes.Buffer
	if err := (show.HTML{Title: "many"}).Render(&out, r); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 4<<20 {
		t.Errorf("3,000 groups make a page of %d bytes", out.Len())
	}
	_, data := paged(t, show.HTML{}, r)
	if len(data.Groups) != 500 || data.AllGroups != 3000 || len(data.Rules) != 1000 || data.AllRules != 3000 || len(data.Stale) != 1000 || data.AllStale != 3000 {
		t.Errorf("of 3,000 items each, the page lists %d of %d groups, %d of %d rules, %d of %d stale entries",
			len(data.Groups), data.AllGroups, len(data.Rules), data.AllRules, len(data.Stale), data.AllStale)
	}
	_, data = paged(t, show.HTML{Limits: show.Limits{Groups: 3, Causes: 2, Parts: 1}}, r)
	if len(data.Groups) != 3 || len(data.Groups[1].Causes) != 1 || len(data.Groups[2].Causes) != 0 || len(data.Groups[1].Parts) != 0 || data.Groups[1].AllParts != 1 || data.Groups[2].AllCauses != 1 {
		t.Errorf("with small limits, the page lists %+v", data.Groups)
	}
}

func TestPageSaysWhatItComesTo(t *testing.T) {
	for _, c := range []struct {
		report difference.Report
		want   string
	}{
		{difference.Report{}, "No change of access"},
		{difference.Report{Accepted: 3}, "No change of access except those that the baseline accepts"},
		{difference.Report{LeftOut: []difference.LeftOut{{What: "a"}}, Accepted: 3}, "No change of access found, but not all was compared"},
		{difference.Report{Loss: difference.Counts{Cells: 1}, LeftOut: []difference.LeftOut{{What: "a"}}}, "0 rights gained, 1 lost"},
		{difference.Report{Gain: difference.Counts{Cells: 2}, Gates: []difference.Gate{{Hit: true}}}, "2 rights gained, 0 lost; a gate failed"},
	} {
		if _, data := paged(t, show.HTML{}, &c.report); data.Verdict != c.want {
			t.Errorf("the verdict is %q, want %q", data.Verdict, c.want)
		}
	}
}

// The worked example: users and resources, the clause with its location, the whole conditions.
func TestPageOfTheWorkedExample(t *testing.T) {
	_, data := paged(t, show.HTML{Title: "x"}, worked(t))
	if len(data.Groups) != 1 || data.Gain != [3]int64{6, 1, 6} {
		t.Fatalf("the page has %d groups, gain %v", len(data.Groups), data.Gain)
	}
	g := data.Groups[0]
	if c := g.Causes[0]; c.After != `user.group = "Sales"` || c.Before != "" || !strings.HasSuffix(c.Place, "rules.json:5:74") {
		t.Errorf("the cause is %+v", c)
	}
	if p := g.Parts[0]; p.Type != "App" || p.Action != "read" || !slices.Equal(p.Users, []string{`acme\carla`}) ||
		!slices.Equal(p.Resources, []string{"Quarter (a-1)", "Budget (a-2)", "Salaries (a-3)"}) {
		t.Errorf("the first part is %+v", p)
	}
	if rule := data.Rules[0]; !rule.Works || !strings.HasSuffix(rule.New, ` or user.group = "Sales"`) || rule.Old != `resource.name = "Finance" and user.group = "Finance"` {
		t.Errorf("the rule is %+v", rule)
	}
	_, data = paged(t, show.HTML{Limits: show.Limits{Each: 2, Members: 4}}, worked(t))
	if p := data.Groups[0].Parts; len(p[0].Users) != 1 || len(p[0].Resources) != 2 || len(p[1].Users) != 1 || len(p[1].Resources) != 0 {
		t.Errorf("with limits, the parts list %+v", p)
	}
}
