package solve

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// questions returns the number of random questions: a few; 10,000 with QLIK2REGO_EXACT, which CI sets; or the number in
// QLIK_QUESTIONS.
func questions(t *testing.T, few int) int {
	if n, err := strconv.Atoi(os.Getenv("QLIK_QUESTIONS")); err == nil {
		return n
	}
	switch {
	case testing.Short():
		return few / 4
	case os.Getenv("QLIK2REGO_EXACT") != "":
		return 10_000
	}
	return few
}

// dice generates random rules, conditions and requests over a small vocabulary.
type dice struct{ *rand.Rand }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

var (
	userValues = []string{"user.name", "user.@a", "user.group", "user.roles", "user.environment.os", "user.id", "user.userId", "user.userDirectory"}
	appValues  = []string{"resource.name", "resource.@a", "resource.@b", "resource.id", "resource.owner.name", "resource.owner.@a", "resource.owner.id", "resource.stream.name", "resource.stream.@a", "resource.stream.owner.name", "resource.owner.userId", "resource.owner.userDirectory"}
	literals   = []string{"a", "A", "b", "", "k", "ab", "none"}
	patterns   = []string{"a*", "*b", "?", "*", "a?", "*k*", "A"}
	regexes    = []string{"a|b", "[a-c]", "s", ".", "k+", ".*b", "[^a]"}
	texts      = []string{"", "a", "A", "b", "B", "ab", "aB", "x", "y", "k", "\u212A", "s", "\u017F"}
)

func (d dice) condition(depth int) string {
	if depth > 0 && d.IntN(3) > 0 {
		var parts []string
		for range 2 + d.IntN(2) {
			parts = append(parts, d.condition(depth-1))
		}
		text := "(" + strings.Join(parts, pick(d, " and ", " or ")) + ")"
		if d.IntN(4) == 0 {
			text = "!" + text
		}
		return text
	}
	return d.atom()
}

func (d dice) atom() string {
	value := func() string { return pick(d, append(append([]string{}, userValues...), appValues...)...) }
	equality := pick(d, "=", "=", "!=", "==", "!==")
	switch d.IntN(11) {
	case 0, 1, 2:
		return fmt.Sprintf("%s %s %q", value(), equality, pick(d, literals...))
	case 3, 4:
		return fmt.Sprintf("%s %s %s", value(), equality, value())
	case 5:
		return fmt.Sprintf("%s like %q", value(), pick(d, patterns...))
	case 6:
		return fmt.Sprintf("%s matches %q", value(), pick(d, regexes...))
	case 7:
		return pick(d, "", "!") + value() + ".Empty()"
	case 8:
		return pick(d, "resource.owner = user", "resource.owner != user", "resource.IsOwned()", "resource.stream.owner = user", "resource.owner = resource.stream.owner", "user.IsAnonymous()", "resource.stream.Empty()")
	default:
		return pick(d, `resource.stream.HasPrivilege("read")`, `resource.HasPrivilege("update")`, `resource.HasPrivilege("read")`, `!resource.stream.HasPrivilege("update")`)
	}
}

func (d dice) rules(n int) []ruleset.Rule {
	var rules []ruleset.Rule
	for i := range n {
		filter := pick(d, "App_*", "App_*", "App*", "Stream_*", "Stream_*,App_a*", "*")
		rules = append(rules, ruleset.Rule{
			ID: fmt.Sprint("r", i), Name: fmt.Sprint("r", i), Category: ruleset.Security,
			Context: pick(d, ruleset.Both, ruleset.Both, ruleset.Hub, ruleset.QMC),
			Filter:  text("resourceFilter", filter), Condition: text("condition", d.condition(1)),
			Actions: pick(d, ruleset.Actions(2), ruleset.Actions(2), ruleset.Actions(6), ruleset.Actions(4)),
		})
	}
	return rules
}

// request returns a random request about an app or a stream.
func (d dice) request(typ string) []byte {
	list := func() []string {
		l := []string{}
		for range d.IntN(3) {
			l = append(l, pick(d, texts...))
		}
		return l
	}
	named := func() map[string]any {
		m := map[string]any{"id": pick(d, "a", "b", "c", "ab", "K")}
		if d.IntN(3) > 0 {
			m["name"] = pick(d, texts...)
		}
		return m
	}
	user := func() map[string]any {
		u := named()
		u["custom"], u["attributes"], u["roles"] = map[string]any{"a": list()}, map[string]any{"group": list()}, list()
		return u
	}
	id, directory := pick(d, "a", "b", "k"), pick(d, "a", "b", "none", "A")
	subject := user()
	owner := func() map[string]any {
		if d.IntN(2) == 0 {
			o := map[string]any{"userId": id, "userDirectory": directory}
			for k, v := range subject {
				o[k] = v
			}
			return o
		}
		o := user()
		// Another user has another id and another login.
		o["id"], o["userId"], o["userDirectory"] = pick(d, "d", "e"), pick(d, "x", "y"), pick(d, "b", "x")
		return o
	}
	resource := func() map[string]any {
		r := named()
		r["custom"] = map[string]any{"a": list(), "b": list()}
		if d.IntN(3) > 0 {
			r["owner"] = owner()
		}
		return r
	}
	r := resource()
	if typ == "App" && d.IntN(3) > 0 {
		r["stream"] = resource()
	}
	context := map[string]any{"environment": map[string]any{"os": list()}}
	if c := pick(d, "hub", "qmc", ""); c != "" {
		context["request_context"] = c
	}
	subject["custom"].(map[string]any)["b"] = list()
	request, err := json.Marshal(map[string]any{
		"subject":  map[string]any{"type": "user", "id": directory + `\` + id, "properties": subject},
		"resource": map[string]any{"type": typ, "id": r["id"], "properties": r}, "action": map[string]any{"name": "read"}, "context": context,
	})
	if err != nil {
		panic(err)
	}
	return request
}

// truth evaluates formulas on a request with the independent evaluator.
type truth struct {
	evaluator *evaluate.Evaluator
	request   []byte
	class     string
}

func (e truth) holds(f Formula) bool {
	switch f := f.(type) {
	case Granted:
		request := strings.Replace(string(e.request), `"name":"read"`, fmt.Sprintf(`"name":%q`, f.Action.Name()), 1)
		request = strings.Replace(request, `"name": "read"`, fmt.Sprintf(`"name":%q`, f.Action.Name()), 1)
		return e.evaluator.Decide([]byte(request)).Allow
	case Holds:
		return e.rule("condition")
	case Grants:
		return e.rule(f.Rule.ID)
	case Not:
		return !e.holds(f.Formula)
	case All:
		for _, g := range f {
			if !e.holds(g) {
				return false
			}
		}
		return true
	case Some:
		for _, g := range f {
			if e.holds(g) {
				return true
			}
		}
		return false
	case Test:
	}
	panic("no truth of this")
}

func (e truth) rule(id string) bool {
	tally := e.evaluator.Tally(e.request)
	if tally.Reason != "" {
		panic(tally.Reason + ": " + string(e.request))
	}
	for _, r := range tally.Rules {
		if r.ID == id {
			return r.Grants()
		}
	}
	return false
}

// TestRandomQuestions asks random questions about random rules. The independent evaluator confirms every witness, and no
// random request satisfies an impossible question.
func TestRandomQuestions(t *testing.T) {
	count := map[Verdict]int{}
	var mu sync.Mutex
	var g errgroup.Group
	total, workers := questions(t, 300), runtime.GOMAXPROCS(0)
	for k := range workers {
		g.Go(func() error {
			for n := k; n < total && !t.Failed(); n += workers {
				v := randomQuestion(t, uint64(n))
				mu.Lock()
				count[v]++
				mu.Unlock()
			}
			return nil
		})
	}
	_ = g.Wait() // failures are reported where they are found
	t.Logf("possible %d, impossible %d, unknown %d", count[Possible], count[Impossible], count[Unknown])
	if decided := count[Possible] + count[Impossible]; count[Unknown] > decided/50 || count[Impossible] < decided/20 {
		t.Errorf("possible %d, impossible %d, unknown %d: too few answers of a kind", count[Possible], count[Impossible], count[Unknown])
	}
}

// noMeaning counts rule sets without questions: rights that depend on their own absence, or comparisons of a string with
// an entity.
const noMeaning Verdict = -1

// question is a random question about random rules.
type question struct {
	world     *World
	class     int
	typ       string
	formula   Formula
	rules     []ruleset.Rule
	condition *Condition
	theirs    evaluate.ListInequality
}

// newQuestion returns the question of a seed, or nil if there is none about its rules.
func newQuestion(seed uint64) *question {
	d := dice{rand.New(rand.NewPCG(seed, 7))}
	rules := d.rules(1 + d.IntN(4))
	inequality := pick(d, resolve.Any, resolve.All)
	parsed, _ := Parse(rules)
	c := &Condition{Filter: text("filter", "*"), Text: text("condition", d.condition(2))}
	w, err := New([][]*Rule{parsed}, []*Condition{c}, Options{ListInequality: inequality, Axioms: Axioms{Off: []Axiom{Visitors}}})
	if err != nil {
		return nil
	}
	q := &question{world: w, rules: rules, condition: c, theirs: evaluate.Any, typ: pick(d, "App", "App", "Stream")}
	if inequality == resolve.All {
		q.theirs = evaluate.All
	}
	q.class = w.class[strings.ToLower(q.typ)]
	action := pick(d, ruleset.Action(2), ruleset.Action(4))
	switch d.IntN(4) {
	case 0:
		q.formula = All{Holds{Condition: c}, Granted{0, action}}
	case 1:
		q.formula = All{Holds{Condition: c}, Not{Granted{0, action}}}
	case 2:
		q.formula = Not{Holds{Condition: c}}
	default:
		q.formula = Grants{0, parsed[0]}
		for _, r := range parsed[1:] {
			q.formula = All{q.formula, Not{Grants{0, r}}}
		}
	}
	return q
}

func randomQuestion(t *testing.T, seed uint64) Verdict {
	q := newQuestion(seed)
	if q == nil {
		return noMeaning
	}
	evaluator, _ := evaluate.New(q.rules, &snapshot.Site{}, evaluate.Options{ListInequality: q.theirs})
	evaluator, _ = evaluator.Also(ruleset.Rule{ID: "condition", Category: ruleset.Security, Context: ruleset.Both, Filter: q.condition.Filter, Condition: q.condition.Text})
	d := dice{rand.New(rand.NewPCG(seed, 8))}
	f, typ := q.formula, q.typ
	a := q.world.Scope(q.class, f).Ask(f)
	if a.Verdict == Possible {
		request := a.Witness.Request(2)
		if !(truth{evaluator, request, typ}).holds(f) {
			t.Errorf("question %d: the evaluator denies the witness\n%s\n%s", seed, request, describe(q.rules, q.condition, f, typ))
		}
	}
	if a.Verdict == Impossible {
		for range 20 {
			request := d.request(typ)
			if (truth{evaluator, request, typ}).holds(f) {
				t.Errorf("question %d: impossible, but this request satisfies it\n%s\n%s", seed, request, describe(q.rules, q.condition, f, typ))
				break
			}
		}
	}
	return a.Verdict
}

func describe(rules []ruleset.Rule, c *Condition, f Formula, typ string) string {
	var b strings.Builder
	for _, r := range rules {
		fmt.Fprintf(&b, "%s %s %s %s: %s\n", r.ID, r.Filter.Content, r.Actions.Names(), r.Context, r.Condition.Content)
	}
	fmt.Fprintf(&b, "condition: %s\non %s: %#v\n", c.Text.Content, typ, f)
	return b.String()
}
