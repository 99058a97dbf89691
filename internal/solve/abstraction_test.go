package solve

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

// recorded returns the properties of an entity by case-folded name.
func recorded(e *snapshot.Entity) map[string][]string {
	strs := map[string][]string{"id": {e.ID}, "name": nil}
	for name, text := range e.Scalars {
		strs[name] = []string{text}
	}
	for name, list := range e.Custom {
		strs["@"+name] = list
	}
	maps.Copy(strs, e.Lists)
	maps.Copy(strs, e.Attributes)
	return strs
}

func recordOf(e *snapshot.Entity) *Record {
	r := &Record{Strings: recorded(e), Relations: map[string]*Record{}}
	for name, to := range e.Relations {
		r.Relations[name] = recordOf(to[0])
	}
	return r
}

// TestAtoms gives the solver all facts of random requests. Every rule with one atom, and every right, then has the truth
// value of the independent evaluator, and its negation is impossible.
func TestAtoms(t *testing.T) {
	held, failed := 0, 0
	for seed := range uint64(questions(t, 150) / 2) {
		d := dice{rand.New(rand.NewPCG(seed, 9))}
		rules := d.rules(4)
		for i := range rules {
			rules[i].Condition = text("condition", strings.ReplaceAll(d.atom(), "==", "="))
		}
		parsed, _ := Parse(rules)
		w, err := New([][]*Rule{parsed}, nil, Options{ListInequality: resolve.Any, Axioms: Axioms{Off: []Axiom{Visitors}}})
		if err != nil {
			continue
		}
		evaluator, _ := evaluate.New(rules, &snapshot.Site{}, evaluate.Options{ListInequality: evaluate.Any})
		typ := pick(d, "App", "Stream")
		request := d.request(typ)
		q := evaluator.Read(request)
		p := Persona{Strings: recorded(q.Subject), Resource: recordOf(q.Resource)}
		for name, list := range q.Environment {
			p.Strings["environment."+name] = list
		}
		hub, qmc := Formula(Test{ir.From{Context: ruleset.Hub}}), Formula(Test{ir.From{Context: ruleset.QMC}})
		if q.Context != "hub" {
			hub = Not{hub}
		}
		if q.Context != "qmc" {
			qmc = Not{qmc}
		}
		granted := map[string]bool{}
		for _, r := range evaluator.Tally(request).Rules {
			granted[r.ID] = r.Grants()
		}
		for _, r := range parsed {
			f := Grants{0, r}
			s := w.ScopeFor(w.class[strings.ToLower(typ)], p, All{hub, qmc, f})
			yes, no := s.Decide(hub, qmc, f).Verdict, s.Decide(hub, qmc, Not{f}).Verdict
			if want := granted[r.ID]; yes == Unknown || (yes == Possible) != want || (no == Possible) == want {
				t.Errorf("seed %d: %s on %s is %t, but it is %v, and its negation is %v\n%s", seed, r.Condition.Content, typ, want, yes, no, request)
			}
			if granted[r.ID] {
				held++
			} else {
				failed++
			}
		}
	}
	t.Logf("%d are true, %d are false", held, failed)
	if held < failed/20 {
		t.Error("too few are true")
	}
}

// small has the strings of TestAllRequests: two of each cell that its conditions distinguish, which is enough for two
// lists.
var small = []string{"a", "p1", "p2", "x1", "x2"}

// smallAtom is an atom of TestAllRequests.
func (d dice) smallAtom() string {
	list := func() string { return pick(d, "user.@a", "resource.@b") }
	switch d.IntN(8) {
	case 0, 1:
		return list() + pick(d, ` = "a"`, ` != "a"`, ` like "p*"`)
	case 2:
		return "user.@a" + pick(d, " = ", " != ") + "resource.@b"
	case 3:
		return list() + ".Empty()"
	case 4:
		return pick(d, "resource.owner = user", "resource.IsOwned()", "resource.owner.Empty()")
	case 5:
		return `resource.HasPrivilege("update")`
	case 6:
		return `resource.name = "a"`
	default:
		return "!(" + d.smallAtom() + ")"
	}
}

// renamed reports whether two sets of small strings are a copy of other sets with two strings of one cell exchanged. No
// rule of TestAllRequests distinguishes them.
func renamed(a, b int) bool {
	lists := func(text int) int { return a>>text&1<<1 | b>>text&1 }
	return lists(1) < lists(2) || lists(3) < lists(4)
}

// allRequests calls a function with every request over the small strings, until the function returns true.
func allRequests(enough func(q evaluate.Question) bool) bool {
	user := &snapshot.Entity{Type: "user", TypeName: "User", ID: "u", Scalars: map[string]string{"userid": "u", "userdirectory": "D"}}
	other := &snapshot.Entity{Type: "user", TypeName: "User", ID: "o", Scalars: map[string]string{"userid": "o", "userdirectory": "D"}}
	strs := func(set int) map[string][]string {
		var list []string
		for i, text := range small {
			if set>>i&1 == 1 {
				list = append(list, text)
			}
		}
		return map[string][]string{"a": list, "b": list}
	}
	for a := range 1 << len(small) {
		for b := range 1 << len(small) {
			if renamed(a, b) {
				continue
			}
			for _, owner := range []*snapshot.Entity{nil, user, other} {
				for _, name := range []string{"", "a", "z"} {
					for _, context := range []string{"", "hub", "qmc"} {
						user.Custom = strs(a)
						app := &snapshot.Entity{Type: "app", TypeName: "App", ID: "r", Scalars: map[string]string{}, Custom: strs(b), Relations: map[string][]*snapshot.Entity{}}
						if owner != nil {
							app.Relations["owner"] = []*snapshot.Entity{owner}
						}
						if name != "" {
							app.Scalars["name"] = name
						}
						if enough(evaluate.Question{Subject: user, Resource: app, HasAction: true, Action: 2, Context: context}) {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// TestAllRequests asks random questions about rules over two lists, a name, the owner and the context, and compares the
// answers with all 10,800 requests, which represent all others. The independent evaluator decides the requests. The test
// notices a bound of one string per cell.
func TestAllRequests(t *testing.T) {
	count := map[Verdict]int{}
	noticed := 0
	total := max(12, questions(t, 40)/50)
	if testing.Short() {
		total = 5
	}
	for seed := range uint64(total) {
		d := dice{rand.New(rand.NewPCG(seed, 11))}
		var rules []ruleset.Rule
		for i := range 2 + d.IntN(2) {
			parts := []string{d.smallAtom(), d.smallAtom(), d.smallAtom()}
			rules = append(rules, ruleset.Rule{
				ID: fmt.Sprint("r", i), Name: fmt.Sprint("r", i), Category: ruleset.Security, Context: pick(d, ruleset.Both, ruleset.Both, ruleset.Hub, ruleset.QMC),
				Filter: text("filter", "App_*"), Condition: text("condition", strings.Join(parts, pick(d, " and ", " and ", " or "))), Actions: pick(d, ruleset.Actions(2), ruleset.Actions(4)),
			})
		}
		rules[0].Actions = 2
		if seed == 0 { // two strings of one cell
			rules = rules[:1]
			rules[0].Condition = text("condition", "!user.@a.Empty() and !resource.@b.Empty() and !(user.@a = resource.@b)")
		}
		// Is the first rule needed to read apps? The other side has the other rules.
		parsed, _ := Parse(rules)
		w, err := New([][]*Rule{parsed, parsed[1:]}, nil, Options{Axioms: Axioms{Off: []Axiom{Visitors}}})
		if err != nil {
			continue
		}
		evaluator, _ := evaluate.New(rules, &snapshot.Site{}, evaluate.Options{})
		without, _ := evaluate.New(rules[1:], &snapshot.Site{}, evaluate.Options{})
		f := All{Granted{0, 2}, Not{Granted{1, 2}}}
		want := Impossible
		if allRequests(func(q evaluate.Question) bool { return evaluator.Answer(q).Allow && !without.Answer(q).Allow }) {
			want = Possible
		}
		app := w.class["app"]
		if got := w.Scope(app, f).Decide(f).Verdict; got != want {
			t.Errorf("seed %d: %v, want %v\n%s", seed, got, want, describe(rules, &Condition{Text: text("", "")}, f, "App"))
		}
		if w.scope(app, true, nil, []Formula{f}).Decide(f).Verdict != want {
			noticed++
		}
		count[want]++
	}
	t.Logf("%d possible, %d impossible; one string per cell is wrong %d times", count[Possible], count[Impossible], noticed)
	if count[Impossible] == 0 || count[Possible] == 0 || noticed == 0 {
		t.Error("too few answers of a kind, or the test does not notice the weakened bound")
	}
}
