package testgen

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"github.com/qlik2rego/qlik2rego/compiler/rego"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// PackageName is the package of the tests.
const PackageName = "decisions_test"

// Write writes the tests as one Rego module, formatted as by opa fmt, with the digest that
// Unedited checks. It returns the number of tests.
func (s *Suite) Write(w io.Writer) (tests int, err error) {
	t := newWriter(s)
	groups := s.groups()
	for i, g := range groups {
		if i == 0 || groups[i-1].rule != g.rule {
			t.rule(g.rule)
		}
		t.test(g)
	}
	text := t.head(len(groups)) + t.definitions() + t.body.String() + t.functions()
	formatted, err := format.SourceWithOpts("tests_test.rego", []byte(text), format.Opts{RegoVersion: ast.RegoV1})
	if err != nil {
		return 0, fmt.Errorf("the tests are no Rego: %w\n%s", err, text)
	}
	_, err = w.Write(seal(formatted))
	return len(groups), err
}

// group is the cases of one test: those about one rule on one class, and whether it grants. All
// classes of which the site has no entity are one, without a key.
type group struct {
	rule   int
	class  string
	grants bool
	cases  []int
	// decisions is the number of decisions of the cases.
	decisions int
}

// maxDecisions limits the decisions of a test: opa test aborts a test after five seconds, even
// on a busy machine.
const maxDecisions = 24

// decisions is the number of decisions of a case: what is allowed, and by which rules.
func (c Case) decisions() int { return 2 + len(c.Grants) }

// groups orders the cases by rule and class.
func (s *Suite) groups() []group {
	var list []group
	for i, c := range s.Cases {
		rule := s.mainRule(c)
		g := group{rule: rule, class: s.pool[c.cell].class, grants: c.Grants.by(s.Rules[rule].ID)}
		if len(s.subject.Site.Records[schema.Fold(c.Resource.Type)]) == 0 {
			g.class = ""
		}
		at := slices.IndexFunc(list, func(o group) bool {
			return o.rule == g.rule && o.class == g.class && o.grants == g.grants && o.decisions+c.decisions() <= maxDecisions
		})
		if at < 0 {
			at = len(list)
			list = append(list, g)
		}
		list[at].cases = append(list[at].cases, i)
		list[at].decisions += c.decisions()
	}
	slices.SortStableFunc(list, func(a, b group) int {
		if a.rule != b.rule {
			return a.rule - b.rule
		}
		if a.class != b.class {
			if a.class == "" || b.class == "" {
				return len(b.class) - len(a.class)
			}
			return strings.Compare(s.TypeName(a.class), s.TypeName(b.class))
		}
		if a.grants {
			return -1
		}
		return 1
	})
	return list
}

// mainRule is the rule of which a case shows most branches.
func (s *Suite) mainRule(c Case) int {
	count := map[int]int{}
	best := s.Branches[c.Shows[0]].Rule
	for _, n := range c.Shows {
		rule := s.Branches[n].Rule
		count[rule]++
		if count[rule] > count[best] || count[rule] == count[best] && rule < best {
			best = rule
		}
	}
	return best
}

func (g Grants) by(rule string) bool {
	for _, by := range g {
		if slices.Contains(by, rule) {
			return true
		}
	}
	return false
}

// writer writes tests. Values that several of them use get a name at the top.
type writer struct {
	*Suite
	body  strings.Builder
	taken map[string]bool
	// named are the names of rules and entities by their value, and values the values of each
	// kind.
	named  map[string]string
	values [3][]string
}

func newWriter(s *Suite) *writer {
	// The helpers that tests call.
	taken := map[string]bool{"holds": true, "granting": true, "names": true, "title": true, "tc": true}
	return &writer{Suite: s, taken: taken, named: map[string]string{}}
}

func (t *writer) head(tests int) string {
	return rego.Comment(" ", fmt.Sprintf("Written by qlik2rego testgen: the decisions of %d rules at the time of writing, for %d requests in %d tests.\n"+
		"The tests make each clause of each condition true and false, for every type of resources of its rule.\n"+
		"A failing test prints the action, the rules that granted it before, and the rules that grant it now.", len(t.Rules), len(t.Cases), tests)) +
		"package " + PackageName + "\n"
}

// definitions are the rules and entities by name.
func (t *writer) definitions() string {
	var b strings.Builder
	for kind, title := range []string{"The Qlik rules.", "The users.", "The resources."} {
		if len(t.values[kind]) == 0 {
			continue
		}
		b.WriteString("\n# " + title + "\n\n")
		slices.SortFunc(t.values[kind], func(a, b string) int { return strings.Compare(t.named[a], t.named[b]) })
		for _, value := range t.values[kind] {
			b.WriteString(t.named[value] + " := " + value + "\n\n")
		}
	}
	return b.String()
}

// The kinds of named values.
const (
	ruleNames = iota
	subjectNames
	resourceNames
)

// name returns the name of a value, which it defines at the top of the file.
func (t *writer) name(kind int, name, value string) string {
	if known, ok := t.named[value]; ok {
		return known
	}
	known := t.free(rego.Snake(name))
	t.named[value] = known
	t.values[kind] = append(t.values[kind], value)
	return known
}

// free returns an unused name. Long names are shortened.
func (t *writer) free(name string) string {
	const longest = 80
	name = strings.TrimRight(name[:min(len(name), longest)], "_")
	for n, base := 2, name; t.taken[name]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	t.taken[name] = true
	return name
}

func (t *writer) rule(n int) {
	rule := t.Rules[n]
	from := "from hub and QMC"
	if rule.Context != ruleset.Both {
		from = "from " + contextName(rule.Context.String())
	}
	text := fmt.Sprintf("%s: %s on %s, %s", oneLine(rule.Name), enumerate(rule.Actions.Names()), oneLine(rule.Filter.Content), from)
	if at := position(rule.Condition, 0); at != "" {
		text += " (" + at + ")"
	}
	t.body.WriteString("\n" + rego.Comment(" ", text))
	if condition := strings.TrimSpace(rule.Condition.Content); condition != "" {
		t.body.WriteString("#\n" + rego.Comment("\t", condition))
	}
	var missing []int
	for _, b := range t.Unreachable {
		if t.Branches[b].Rule == n {
			missing = append(missing, b)
		}
	}
	if groups := t.Groups(missing); len(groups) > 0 {
		t.body.WriteString("#\n# No request shows:\n")
		for _, g := range groups {
			t.body.WriteString(rego.Comment("   ", fmt.Sprintf("%s (%s)%s", g.Says(), strings.Join(g.Types, ", "), proofOf(g))))
		}
	}
}

func proofOf(g Group) string {
	if g.Proved {
		return ", which is proved"
	}
	return ""
}

// test writes the test of a group: a single case directly, several as a table.
func (t *writer) test(g group) {
	rule := t.Rules[g.rule]
	if len(g.cases) == 1 {
		c := t.Cases[g.cases[0]]
		title := t.sentence(c.Request, c.Grants)
		_, login, _ := strings.Cut(title, `\`)
		if login == "" {
			login = title
		}
		name := t.free("test_" + rego.Snake(login))
		fmt.Fprintf(&t.body, "\n%s%s if holds(%s, %s)\n", t.shows(c), name, quote(title), t.row(c))
		return
	}
	what := "nothing"
	if g.grants {
		what = strings.Join(rule.Actions.Names(), "_")
		if len(rule.Actions.Names()) > 3 {
			what = fmt.Sprintf("%d_actions", len(rule.Actions.Names()))
		}
	}
	on := "what the site has not"
	if g.class != "" {
		on = t.TypeName(g.class)
	}
	name := t.free("test_" + rego.Snake(fmt.Sprintf("%s grants %s on %s", rule.Name, what, on)))
	fmt.Fprintf(&t.body, "\n%s[title] if {\n\tsome title, tc in {\n", name)
	titles := map[string]bool{}
	for _, i := range g.cases {
		c := t.Cases[i]
		title := t.sentence(c.Request, c.Grants)
		for n, base := 2, title; titles[title]; n++ {
			title = fmt.Sprintf("%s (%d)", base, n)
		}
		titles[title] = true
		fmt.Fprintf(&t.body, "%s\t\t%s: %s,\n", t.shows(c), quote(title), t.row(c))
	}
	t.body.WriteString("\t}\n\tholds(title, tc)\n}\n")
}

// shows is the comment that lists the branches that a case pins.
func (t *writer) shows(c Case) string {
	var lines []string
	for _, n := range c.Shows {
		b := t.Branches[n]
		clause := func(o int) bool { return t.Branches[o].Rule == b.Rule && t.Branches[o].Part != Whole }
		if b.Part == Whole && slices.ContainsFunc(c.Shows, clause) {
			continue // it follows from its clauses
		}
		lines = append(lines, t.Say(b))
	}
	return rego.Comment(" ", strings.Join(lines, "\n"))
}

// row is a case as Rego: a request and what it is granted.
func (t *writer) row(c Case) string {
	var granted []string
	for _, action := range c.Grants.actions() {
		var rules []string
		for _, id := range c.Grants[action] {
			rules = append(rules, t.name(ruleNames, "rule "+t.Rules[t.index[id]].Name, rego.Quote(id)))
		}
		granted = append(granted, fmt.Sprintf("%s: {%s}", rego.Quote(action), strings.Join(rules, ", ")))
	}
	return fmt.Sprintf("{\n\"request\": %s,\n\"granted\": {%s},\n}", t.request(c.Request), strings.Join(granted, ", "))
}

func (t *writer) request(r Request) string {
	user := r.Subject.ID
	if _, login, ok := strings.Cut(user, `\`); ok {
		user = login
	}
	return fmt.Sprintf("{\n\"subject\": %s,\n\"resource\": %s,\n\"context\": %s,\n}",
		t.entity(subjectNames, "user "+user, r.Subject), t.entity(resourceNames, t.resourceName(r.Resource), r.Resource),
		value(map[string]any{"request_context": r.Context.From, "environment": r.Context.Environment}))
}

// entity is the name of an existing entity, or a description.
func (t *writer) entity(kind int, name string, e Entity) string {
	text := fmt.Sprintf(`{"type": %s, "id": %s`, quote(e.Type), quote(e.ID))
	if e.Properties != nil {
		return text + `, "properties": ` + value(e.Properties) + "}"
	}
	return t.name(kind, name, text+"}")
}

// quote uses a raw string for text that would be hard to read with escapes.
func quote(text string) string {
	if quoted := rego.Quote(text); strings.ReplaceAll(quoted[1:len(quoted)-1], `\\`, `\`) != text || strings.ContainsRune(text, '`') || !strings.ContainsRune(text, '\\') {
		return quoted
	}
	return "`" + text + "`"
}

// value writes strings, lists and objects of them as Rego, on one line. It omits empty values
// in an object.
func value(v any) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case []string:
		var list []string
		for _, text := range v {
			list = append(list, quote(text))
		}
		return "[" + strings.Join(list, ", ") + "]"
	case []any:
		var list []string
		for _, one := range v {
			list = append(list, value(one))
		}
		return "[" + strings.Join(list, ", ") + "]"
	case map[string][]string:
		fields := map[string]any{}
		for name, list := range v {
			fields[name] = list
		}
		return value(fields)
	case map[string]any:
		var fields []string
		for _, name := range sortedKeys(v) {
			if text := value(v[name]); text != "{}" {
				fields = append(fields, rego.Quote(name)+": "+text)
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	return "null"
}

// functions are the helpers that all tests call.
func (t *writer) functions() string {
	switch t.subject.Policy.Options.View {
	case ruleset.License:
		return holdsFunction + `
# The rules by which the subject may take access by the group that is the resource.
granting(request, action) := rules if {
	type := lower(request.resource.type)
	id := lower(request.resource.id)
	rules := data.qlik.license.rights.granted_by(type, action, id) with input as request
}
` + namesFunction
	case ruleset.Sync:
		return holdsFunction + `
# The rules that place the resource on the node.
granting(request, "read") := rules if {
	rules := data.qlik.placement.granted_by with input as object.union(request, {"subject": {"type": "node"}})
}
` + namesFunction
	case ruleset.Security:
	}
	return `
# A case holds if each action is granted by the rules that it names, and by no
# others. What has changed is printed.
holds(title, tc) if {
	allowed := data.qlik.authz.actions with input as tc.request
	changed := {action |
		some action in (({"read"} | object.keys(tc.granted)) | allowed)
		was := object.get(tc.granted, action, set())
		now := granting(tc.request, action)
		was != now
		print(title, "-", action, "was granted by", names(was), "and is now granted by", names(now))
	}
	count(changed) == 0
}

# The rules that grant an action or, of a request that cannot be decided, the reason.
granting(request, action) := rules if {
	decision := data.qlik.authz.decision with input as object.union(request, {"action": {"name": action}})
	rules := decision.granted_by | ({decision.reason} - {"granted", "no_rule"})
}
` + namesFunction
}

// holdsFunction is the helper for cases of categories other than Security, where there is only
// one action.
const holdsFunction = `
# A case holds if the rules that it names fit, and no others. What has changed is printed.
holds(title, tc) if {
	was := object.get(tc.granted, "read", set())
	now := granting(tc.request, "read")
	print(title, "- fitted", names(was), "and now", names(now))
	was == now
}
`

const namesFunction = `
names(rules) := [object.get(data.qlik.rules, [id, "name"], id) | some id in rules]
`
