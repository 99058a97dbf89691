package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/audit/page"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen/mix"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

// Names of rules and users must not become markup of the page.
func TestHostileTextsStayData(t *testing.T) {
	for _, hostile := range []string{
		`</script><script>alert(1)</script>`, `</SCRIPT ><img src=x onerror=alert(1)>`, "<!--<script>", "]]>", `"><b>`, "a\u2028b\u2029c", `{{.Data}}`, "\\u003c/script>",
	} {
		doc := &page.Document{
			Title: hostile, Explain: []string{hostile}, Rules: []page.Rule{{Name: hostile, Condition: hostile, Rego: []page.Rego{{Text: hostile}}}},
			Subjects: page.Entities{IDs: []string{hostile}, Names: []string{hostile}}, Texts: []string{hostile},
		}
		text, elements := written(t, doc)
		if len(elements["script"]) != 2 || len(elements["img"])+len(elements["b"]) != 0 {
			t.Errorf("%q: %d scripts, %d images", hostile, len(elements["script"]), len(elements["img"]))
			continue
		}
		if strings.ContainsAny(text, "\u2028\u2029") && strings.Contains(elements["script"][0].FirstChild.Data, "\u2028") {
			t.Errorf("%q: the data contains a line terminator of JavaScript", hostile)
		}
		if got := textOf(elements["title"][0]); got != "Who can do what: "+hostile {
			t.Errorf("the title is %q", got)
		}
		var read page.Document
		if err := json.Unmarshal([]byte(textOf(elements["script"][0])), &read); err != nil {
			t.Errorf("%q: %v", hostile, err)
		} else if got, want := asJSON(t, read), asJSON(t, doc); got != want {
			t.Errorf("the data are %s, want %s", got, want)
		}
	}
}

// The content security policy allows only the scripts and styles of the page, and no network requests.
func TestPolicyNamesAllThatRuns(t *testing.T) {
	text, elements := written(t, &page.Document{Title: "a title"})
	var policy string
	for _, meta := range elements["meta"] {
		if attribute(meta, "http-equiv") == "Content-Security-Policy" {
			policy = attribute(meta, "content")
		}
	}
	digest := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; base-uri 'none'; form-action 'none'",
		digest(textOf(elements["script"][1])), digest(textOf(elements["style"][0])))
	if policy != want {
		t.Errorf("the policy is\n%s\nwant\n%s", policy, want)
	}
	for name, list := range elements {
		for _, e := range list {
			for _, a := range e.Attr {
				if a.Key == "style" || a.Key == "src" || strings.HasPrefix(a.Key, "on") || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
					t.Errorf("<%s> has %s=%q, which the policy forbids or which leads outside the page", name, a.Key, a.Val)
				}
			}
		}
	}
	for _, out := range regexp.MustCompile(`(?:https?:)?//[a-z][\w.-]+|@import|url\(|innerHTML|insertAdjacentHTML|document\.write|eval\(`).FindAllString(text, -1) {
		t.Errorf("the page contains %q", out)
	}
}

// For each pair, the page shows the rights of the matrix and the reasons of the model.
func TestThePageSaysWhatTheMatrixSays(t *testing.T) {
	size := sitegen.Size{Users: 7, Streams: 4, Apps: 6, Objects: 7, Others: 2, Rules: 25, Requests: 20}
	granted, exceptional := 0, 0
	for seed := range uint64(6) {
		site := testsite.Open(t, sitegen.Generate(seed, size))
		all := audits(t, site.Bundle, "hub", "")
		doc, err := page.Build("site", []string{"explain"}, site.Bundle, all)
		if err != nil {
			t.Fatal(err)
		}
		again, err := page.Build("site", []string{"explain"}, site.Bundle, all)
		if err != nil || asJSON(t, again) != asJSON(t, doc) {
			t.Fatalf("the same audits give a different page (%v)", err)
		}
		for c, a := range all {
			for n := range a.Types {
				g, p := equal(t, doc, c, a, n)
				granted, exceptional = granted+g, exceptional+p
			}
		}
	}
	if granted < 100 || exceptional == 0 {
		t.Errorf("the sites have only %d pairs with rights and %d exceptional pairs", granted, exceptional)
	}
}

// equal compares the data of the page about a type with the matrix, pair by pair.
func equal(t *testing.T, doc *page.Document, c int, a *report.Audit, n int) (granted, exceptional int) {
	t.Helper()
	typ, context := a.Types[n], doc.Contexts[c]
	rights := context.Types[n]
	exceptions := map[[2]int32][]int32{}
	for _, one := range rights.Exceptional {
		for _, resource := range one.Resources {
			exceptions[[2]int32{one.Subject, resource}] = one.Rules
		}
	}
	if len(rights.Group) != typ.Recorded || len(doc.Subjects.IDs) != len(a.Model.Subjects.Handles) {
		t.Fatalf("the page has %d resources and %d subjects", len(rights.Group), len(doc.Subjects.IDs))
	}
	for resource := range int32(typ.Recorded) {
		var reached int64
		for subject := range int32(len(doc.Subjects.IDs)) {
			want := slices.DeleteFunc(slices.Clone(a.Granting(typ.Type, subject, resource)), func(r int32) bool { return typ.Rules[r].Actions == 0 })
			got, ok := exceptions[[2]int32{subject, resource}]
			if ok {
				exceptional++
			} else {
				row := rights.Rows[context.Subjects.Group[subject]]
				for i := 0; i < len(row); i += 2 {
					if slices.Contains(unpack(t, rights.Sets[row[i+1]]), rights.Group[resource]) {
						got = append(got, row[i])
					}
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("%s on %s %s: the page has %v, the matrix %v", doc.Subjects.IDs[subject], typ.Type.Type, doc.Types[n].IDs[resource], got, want)
			}
			if len(got) > 0 {
				granted++
				reached++
			}
			for _, rule := range got {
				if id := doc.Rules[rights.Rules[rule].Rule].ID; id != typ.Rules[rule].ID {
					t.Fatalf("rule %d is %s, want %s", rule, id, typ.Rules[rule].ID)
				}
			}
		}
		if rights.Reached[resource] != reached {
			t.Fatalf("%s %s is reached by %d, want %d", typ.Type.Type, doc.Types[n].IDs[resource], rights.Reached[resource], reached)
		}
	}
	return granted, exceptional
}

// unpack decodes a set like the script of the page.
func unpack(t *testing.T, packed string) []int32 {
	t.Helper()
	bytes, err := base64.StdEncoding.DecodeString(packed[1:])
	if err != nil {
		t.Fatal(err)
	}
	var all []int32
	if packed[0] == 'b' {
		for i := range 8 * len(bytes) {
			if bytes[i/8]>>(i%8)&1 == 1 {
				all = append(all, int32(i))
			}
		}
		return all
	}
	for at := int32(-1); len(bytes) > 0; {
		distance, n := binary.Uvarint(bytes)
		bytes = bytes[n:]
		at += int32(distance)
		all = append(all, at)
	}
	return all
}

// The page has the Rego of each rule that can grant, for each type.
func TestEveryRuleHasItsRego(t *testing.T) {
	b := scenario(t, "customer-case")
	doc, err := page.Build("site", nil, b, audits(t, b, "hub"))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range doc.Rules {
		if len(rule.Rego) == 0 {
			t.Errorf("%s has no Rego", rule.Name)
		}
		for _, rego := range rule.Rego {
			if !strings.HasPrefix(rego.Text, "rule_") {
				t.Errorf("%s in %s is\n%s", rule.Name, rego.Module, rego.Text)
			}
		}
	}
	i := slices.IndexFunc(doc.Rules, func(r page.Rule) bool { return r.Name == "CreateAppObjectsPublishedApp" })
	at := slices.IndexFunc(doc.Rules[i].Rego, func(r page.Rego) bool { return r.Type == "app.object" })
	if at < 0 {
		t.Fatal("the rule has no Rego for app objects")
	}
	// The helper functions of the rule are included: both bodies of its alternative.
	for _, want := range []string{`app.may("read", resource.app)`, `group in {"role_dev", "role_ext"}`, `resource_app["@extendable"]`} {
		if !strings.Contains(doc.Rules[i].Rego[at].Text, want) {
			t.Errorf("the Rego lacks %s:\n%s", want, doc.Rules[i].Rego[at].Text)
		}
	}
}

// For merged rules, the page shows the part of the rule and how it is found: the rows of a table, the tests of its
// kind, or its own function.
func TestMergedRulesHaveTheirRego(t *testing.T) {
	world, dir := mix.New(mix.Size{Rules: 1000, Users: 40, Apps: 20, Objects: 20, Tasks: 10}), t.TempDir()
	rules := append(world.Rules(1000), world.Resisting(mix.NotEqual, 8)...)
	path := filepath.Join(dir, "rules.txt")
	if err := errors.Join(world.Write(dir), mix.WriteRules(path, rules)); err != nil {
		t.Fatal(err)
	}
	b := bundleOf(t, path, dir)
	doc, err := page.Build("site", nil, b, audits(t, b, "hub"))
	if err != nil {
		t.Fatal(err)
	}
	regoOf := func(name, typ string) string {
		t.Helper()
		i := slices.IndexFunc(doc.Rules, func(r page.Rule) bool { return r.Name == name })
		at := slices.IndexFunc(doc.Rules[i].Rego, func(r page.Rego) bool { return r.Type == typ })
		if at < 0 {
			t.Fatalf("%s has no Rego for %s", name, typ)
		}
		return doc.Rules[i].Rego[at].Text
	}
	const search = `rules_by_department_title(action) := {[kind, rules] |
	some department in request.subject.department
	some title in request.subject.title
	some kind, rules in rows_by_department_title[department][title][action]
}`
	for _, rule := range doc.Rules {
		for _, rego := range rule.Rego {
			if strings.Count(rego.Text, "\n") > 45 || !strings.Contains(rego.Text, "rule_") && strings.Count(rego.Text, rule.ID) == 0 {
				t.Fatalf("%s in %s has the Rego of other rules:\n%s", rule.Name, rego.Module, rego.Text)
			}
		}
	}
	rego := regoOf("Apps of streams 605", "app")
	for _, want := range []string{
		"grants_by_department_title(action, id) := rules if {", search,
		"rows_by_department_title := {\n\t\"department ",
		"also_by_department_title(kind, id) if {\n\tkind == \"read on stream\"",
	} {
		if !strings.Contains(rego, want) {
			t.Errorf("the Rego lacks %s:\n%s", want, rego)
		}
	}
	if strings.Contains(rego, "kind == \"@groupaccess") {
		t.Errorf("the Rego has a kind of another rule:\n%s", rego)
	}
}

// The shares of a group are those of its cells. The group is the developers of project 1.
func TestTheCensusCountsCells(t *testing.T) {
	b := scenario(t, "customer-case")
	all := audits(t, b, "hub")
	doc, err := page.Build("site", nil, b, all)
	if err != nil {
		t.Fatal(err)
	}
	group := slices.IndexFunc(doc.Attributes, func(a page.Attribute) bool { return a.Name == "group" })
	value := slices.Index(doc.Attributes[group].Values, "proj1_dev")
	for n, typ := range all[0].Types {
		for k, action := range doc.Actions {
			var want int64
			for subject := range doc.Subjects.IDs {
				held := slices.ContainsFunc(doc.Subjects.Values, func(v page.Values) bool {
					return v.Operand == "user.group" && slices.ContainsFunc(v.Of[subject], func(text int32) bool { return doc.Texts[text] == "proj1_dev" })
				})
				if !held {
					continue
				}
				for resource := range int32(typ.Recorded) {
					for _, rule := range all[0].Granting(typ.Type, int32(subject), resource) {
						if typ.Rules[rule].Actions&action.Bit != 0 {
							want++
							break
						}
					}
				}
			}
			if got := doc.Contexts[0].Census[group][value][n][k]; got != want {
				t.Errorf("proj1_dev, %s, %s: %d pairs, want %d", typ.Type.Type, action.Name, got, want)
			}
		}
	}
}

// Each user and type of an audit is on the page once, with the same rules.
func TestCreation(t *testing.T) {
	b := scenario(t, "customer-case")
	all := audits(t, b, "hub")
	doc, err := page.Build("site", nil, b, all)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]int{}
	for _, c := range doc.Contexts[0].Creation {
		for _, one := range c.Creators {
			var rules []string
			for _, n := range one.Rules {
				rules = append(rules, doc.Rules[n].ID)
			}
			for _, n := range one.Subjects {
				said[fmt.Sprint(doc.Types[c.Type].Key, doc.Subjects.IDs[n], one.Own, one.Under, rules)]++
			}
		}
	}
	n := 0
	for _, c := range all[0].Creation {
		for _, one := range c.Creators {
			n++
			if key := fmt.Sprint(all[0].Types[c.Type].Type.Type, all[0].Subject(one.Subject), one.New, one.Under, one.Rules); said[key] != 1 {
				t.Errorf("%s is on the page %d times", key, said[key])
			}
		}
	}
	if n == 0 || n != len(said) {
		t.Errorf("%d creators, %d on the page", n, len(said))
	}
}
