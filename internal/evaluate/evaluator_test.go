package evaluate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

func TestRulesWithErrorsAreLeftOut(t *testing.T) {
	cases := []struct{ filter, condition, want string }{
		{"App**", `true`, ""}, // the messages of the parsers have their own tests
		{"App_*", `user.name = `, ""},
		{"*", `user.HasPrivilege("read")`, `user: HasPrivilege is asked of resources`},
		{"*", `resource.HasPrivilege("fly")`, `"fly": there is no action fly`},
		{"*", `resource.HasPrivilege("offlineacceſs")`, `"offlineacceſs": there is no action offlineacceſs`},
		{"*", `resource.HasPrivilege()`, `resource.HasPrivilege(): HasPrivilege wants the name of an action`},
		{"*", `resource.IsAnonymous()`, `resource: IsAnonymous is asked of user alone`},
		{"*", `resource.app.IsOwned()`, `resource.app: IsOwned is asked of resource alone`},
		{"*", `user.name.Empty("x")`, `"x": Empty takes no argument`},
		{"*", `node.name = "x"`, `node.name: a Security rule has no node`},
		{"*", `node.name.Empty()`, `node.name: a Security rule has no node`},
		{"*", `user.environment.Empty()`, `user.environment: user.environment wants the name of an attribute`},
		{"*", `"x" = user.Environment`, `user.Environment: user.environment wants the name of an attribute`},
		{"*", `user.name like resource.name`, ""},
		{"*", `user.name matches "("`, "\"(\": error parsing regexp: missing closing ): `(`"},
		{"*", `user.name matches "a)(b"`, "\"a)(b\": error parsing regexp: unexpected ): `a)(b`"},
	}
	for _, c := range cases {
		e, list := New([]ruleset.Rule{ruleOn("bad", c.filter, read, c.condition), ruleOn("good", "*", read, "")}, acme(t), Options{})
		if !list.HasErrors() {
			t.Errorf("%s: no error", c.condition)
			continue
		}
		d := list[0]
		if got := d.Text.Content[d.Subject.Start:d.Subject.End] + ": " + d.Summary; c.want != "" && got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.condition, got, c.want)
		}
		if d.Rule.ID != "bad" {
			t.Errorf("%s: the error names rule %q", c.condition, d.Rule.ID)
		}
		if got := fmt.Sprint(e.Decide(ask(t)).GrantedBy); got != "[good]" {
			t.Errorf("%s: granted by %s", c.condition, got)
		}
	}
}

// conformance is a line of operators.jsonl: two sets of strings and an operator.
type conformance struct {
	Left, Right []string
	Op          string
	Expect      bool
}

func TestConformance(t *testing.T) {
	folder := os.Getenv("QLIK_CONFORMANCE")
	if folder == "" {
		t.Skip("QLIK_CONFORMANCE names no folder with operators.jsonl")
	}
	file, err := os.Open(filepath.Join(folder, "operators.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	count := 0
	for ; lines.Scan(); count++ {
		var c conformance
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		for _, right := range c.rightSides() {
			properties, err := json.Marshal(object{"custom": object{"L": c.Left, "R": c.Right}})
			if err != nil {
				t.Fatal(err)
			}
			text := "resource.@L " + c.Op + " " + right
			if holdsFor(t, Options{}, text, `resource.id="new"`, "resource.properties="+string(properties)) != c.Expect {
				t.Errorf("%s as %s: want %t", lines.Text(), text, c.Expect)
			}
		}
	}
	if count == 0 || lines.Err() != nil {
		t.Errorf("%d lines read, error %v", count, lines.Err())
	}
}

// rightSides returns the ways to write the right side: as another custom property and, for a single string, as a
// literal. A pattern can only be a literal.
func (c conformance) rightSides() []string {
	var sides []string
	if len(c.Right) == 1 {
		sides = append(sides, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(c.Right[0])+`"`)
	}
	if c.Op != "like" && c.Op != "matches" {
		sides = append(sides, "resource.@R")
	}
	return sides
}

func TestExplain(t *testing.T) {
	rules := []ruleset.Rule{
		ruleOn("object", "App.Object*", read|update, `resource.app.HasPrivilege("read") and !(resource.objectType = "loadmodel" or false)`),
		ruleOn("app", "App_*", read, `resource.stream.HasPrivilege("read") and user.@dept = resource.@dept`),
		ruleOn("stream", "Stream_*", read, `resource.owner != user and !user.IsAnonymous()`),
	}
	e := evaluator(t, acme(t), Options{}, rules...)
	got := e.Explain(ask(t, `resource.type="App.Object"`, `resource.id="o-1"`, `context={"request_context":"hub","environment":{"os":"w","ip":["1","2"]}}`))
	want := `granted; granted by ["object"]; actions ["read" "update"]
subject User "U-Anna" "Anna A" (on record)
from "hub", environment {ip=["1" "2"], os=["w"]}
App.Object "O-1" "Sheet" (on record): [read update]
  rule object "Rule object", filter "App.Object*", would grant [read update]
    true: and
      true: resource.app.HasPrivilege("read") [{App "A-1" "Q1 Sales" (on record)}]
      true: not
        false: or
          false: resource.objectType = "loadmodel" [{"sheet"} = {"loadmodel"}]
          false
App "A-1" "Q1 Sales" (on record): [read]
  rule app "Rule app", filter "App_*", would grant [read]
    true: and
      true: resource.stream.HasPrivilege("read") [{Stream "S-1" "Sales" (on record)}]
      true: user.@dept = resource.@dept [{"Ops", "Sales"} = {"sales"}]
Stream "S-1" "Sales" (on record): [read]
  rule stream "Rule stream", filter "Stream_*", would grant [read]
    true: and
      true: resource.owner != user [{User "u-bob" "Bob" (on record)} != {User "U-Anna" "Anna A" (on record)}]
      true: not
        false: user.IsAnonymous() [{User "U-Anna" "Anna A" (on record)}]
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := e.Explain([]byte("{")); got != "invalid_request; granted by []; actions []\n" {
		t.Errorf("an empty request: %s", got)
	}
	broken := evaluator(t, acme(t), Options{}, ruleOn("a", "App_*", read, `!resource.HasPrivilege("read")`))
	if got := broken.Explain(ask(t, `subject.id="NONE\\x"`)); !strings.Contains(got, "\nerror: rights on App \"A-1\" depend on their own absence\nsubject User \"\" \"\" (not on record)\n") {
		t.Errorf("rules without meaning: %s", got)
	}
}
