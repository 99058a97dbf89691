package difftest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// withEquivalent returns a case with many additional rules of few shapes, as on sites where one rule was
// written per department. The compiler merges such rules into functions and tables; independently
// generated rules are never similar enough.
func withEquivalent(c sitegen.Case, seed uint64) sitegen.Case {
	r := rand.New(rand.NewPCG(seed, 0x616c696b))
	of := map[string]texts{"user": {}, "app": {}, "stream": {}}
	for name := range of {
		entities, _ := decode(c.Files[name+".json"]).([]any)
		for _, e := range entities {
			of[name].collect(e)
		}
	}
	rules, _ := exported(c.Rules).([]any)
	for range 3 {
		rules = append(rules, family(r, of, len(rules))...)
	}
	c.Rules = encode(rules)
	return c
}

// texts are the values of properties, by their paths after the entity: "name", "@GroupAccess".
type texts map[string][]string

func (t texts) collect(entity any) {
	fields, _ := entity.(map[string]any)
	for key, v := range fields {
		switch {
		case strings.EqualFold(key, "name"):
			t.add("name", v)
		case strings.EqualFold(key, "customProperties"):
			items, _ := v.([]any)
			for _, item := range items {
				pair, _ := item.(map[string]any)
				definition, _ := pair["definition"].(map[string]any)
				name, _ := definition["name"].(string)
				t.add("@"+name, pair["value"])
			}
		}
	}
}

func (t texts) add(path string, v any) {
	// Rules write names in ASCII, snapshots in any spelling.
	ascii := !strings.ContainsFunc(path, func(c rune) bool { return c > unicode.MaxASCII })
	if text, ok := v.(string); ok && path != "@" && ascii {
		t[path] = append(t[path], text)
	}
}

// one returns a path and a function that picks one of its values.
func (t texts) one(r *rand.Rand) (path string, value func() string) {
	paths := slices.Sorted(maps.Keys(t))
	if len(paths) == 0 {
		return "name", func() string { return "x" }
	}
	path = paths[r.IntN(len(paths))]
	values := t[path]
	slices.Sort(values)
	return path, func() string { return values[r.IntN(len(values))] }
}

// family generates rules of one shape: with an equality of the subject, possibly one of the resource, and
// shared conditions; or rules that share only the attribute of one equality, or the privilege that they
// ask for, and have other tests of their own; or rules of a few kinds, each with its shared conditions.
// Some have the same constants. In a third of the families some rules depend on a right on the same
// resource that others grant.
func family(r *rand.Rand, of map[string]texts, first int) []any {
	kind := []string{"app", "stream"}[r.IntN(2)]
	userPath, userValue := of["user"].one(r)
	path, value := of[kind].one(r)
	operator := []string{"=", "=="}[r.IntN(2)]
	all := []string{"", " and !user.IsAnonymous()", " and resource.IsOwned()", ` and resource.HasPrivilege("export")`, ` and resource.owner.name != "x"`}
	shared := all[r.IntN(len(all))]
	own := func() string {
		text := quoted(value())
		return []string{
			fmt.Sprintf(" and resource.%s like %s", path, quoted("*"+string([]rune(value())[:1])+"*")), fmt.Sprintf(" and resource.%s != %s", path, text),
			fmt.Sprintf(" and !(resource.%s = %s)", path, text), fmt.Sprintf(" and (resource.%s = %s or resource.IsOwned())", path, text), " and resource.owner = user", "",
		}[r.IntN(6)]
	}
	form := r.IntN(8)
	number := []int{8, 12, 90}[r.IntN(3)]
	kinds := []string{shared, all[r.IntN(len(all))], " and resource.owner = user"}
	if form == 7 {
		number = 120 // so many that their kinds are found by one search
	}
	one := func() string {
		user := fmt.Sprintf("user.%s %s %s", userPath, operator, quoted(userValue()))
		resource := fmt.Sprintf("resource.%s %s %s", path, operator, quoted(value()))
		switch form {
		case 0:
			return user + shared
		case 1:
			return fmt.Sprintf("(%s or resource.%s %s %s)%s", resource, path, operator, quoted(value()), shared)
		case 2:
			return fmt.Sprintf("%s and %s%s or %s and %s%s", user, resource, shared, resource, user, shared)
		case 3:
			return user + own() + shared
		case 4:
			return user + own() + " or " + fmt.Sprintf("user.%s %s %s", userPath, operator, quoted(userValue())) + own()
		case 5:
			return `resource.HasPrivilege("export")` + own()
		case 7:
			if r.IntN(3) > 0 { // no user has it
				user = fmt.Sprintf("user.%s %s %s", userPath, operator, quoted(fmt.Sprintf("value %d", r.IntN(1000))))
			}
			text := user + kinds[r.IntN(len(kinds))]
			if r.IntN(8) == 0 {
				text += " or " + user + kinds[r.IntN(len(kinds))]
			}
			return text
		default:
			return user + " and " + resource + shared
		}
	}
	asking := r.IntN(3) == 0
	contexts := []int{0}
	if form == 7 {
		contexts = []int{0, 0, 1, 2}
	}
	rules := make([]any, number)
	for i := range rules {
		condition := one()
		// Not export, which some of them depend on: each would close a cycle.
		action := []int{2, 4, 6, 2 | 8, 32, 8 | 32}[r.IntN(6)]
		if asking && r.IntN(2) == 0 {
			condition, action = "("+condition+`) and resource.HasPrivilege("read")`, []int{4, 256, 4 | 256}[r.IntN(3)]
		}
		rules[i] = map[string]any{
			"id": fmt.Sprintf("alike-%d", first+i), "name": "Alike", "rule": condition, "category": "Security", "ruleContext": contexts[r.IntN(len(contexts))],
			"resourceFilter": map[string]string{"app": "App_*", "stream": "Stream*"}[kind],
			"actions":        action,
		}
	}
	return rules
}

// quoted formats a string literal of a condition.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
