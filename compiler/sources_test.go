package compiler_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// families are rules of every layout: alone, in rows, in a table, of several kinds, found by a common
// test, about the subject only, and in several modules.
func families() []ruleset.Rule {
	var rules []ruleset.Rule
	add := func(name, filter, condition string) {
		rules = append(rules, newRule(name, filter, "read", condition))
	}
	add("alone", "App_*", `resource.owner = user or resource.name like "a*"`)
	add("subject", "*", `user.roles = "RootAdmin"`)
	for i := range 12 {
		add(fmt.Sprintf("row %d", i), "Stream_*", fmt.Sprintf(`user.group = "g%d" and resource.@area = "a%d"`, i, i%3))
	}
	for i := range 100 {
		more := []string{`resource.@open = "yes"`, `resource.stream.HasPrivilege("read")`}[i%2]
		add(fmt.Sprintf("table %d", i), "App_*", fmt.Sprintf(`user.department = "d%d" and user.title = "t%d" and %s`, i%10, i, more))
	}
	for i := range 9 {
		add(fmt.Sprintf("differing %d", i), "DataConnection_*", fmt.Sprintf(`user.@team = "t%d" and resource.name like "n%d*" and !resource.@x.Empty()`, i, i))
	}
	return rules
}

// The source map leads from each rule that can grant to its lines, and to no lines that belong to
// another rule only.
func TestSourcesLeadToTheirRules(t *testing.T) {
	policy, list := compiler.Compile(families(), compiler.Options{})
	if policy == nil {
		t.Fatal(rendered(t, list))
	}
	lines := map[string][]string{}
	for _, m := range policy.Modules {
		lines[m.Path] = strings.Split(m.Source, "\n")
	}
	ids := map[string]bool{}
	for _, r := range policy.Catalogue {
		ids[r.ID] = true
		if len(policy.Sources[r.ID]) == 0 {
			t.Errorf("%s is in no module", r.Name)
		}
	}
	for id, modules := range policy.Sources {
		if !ids[id] {
			t.Errorf("there is no rule %q", id)
		}
		for path, ranges := range modules {
			last := 0
			var text strings.Builder
			for _, r := range ranges {
				if r[0] <= last+1 && last > 0 || r[1] < r[0] || r[1] > len(lines[path]) {
					t.Fatalf("%s in %s: the ranges are %v of %d lines", id, path, ranges, len(lines[path]))
				}
				last = r[1]
				// METADATA is not part of the compiled rule, but it names the rule.
				from := r[0] - 1
				for from > 0 && strings.HasPrefix(lines[path][from-1], "#") {
					from--
				}
				text.WriteString(strings.Join(lines[path][from:r[1]], "\n") + "\n")
			}
			if !strings.Contains(text.String(), `"`+id+`"`) {
				t.Errorf("%s in %s does not name its rule:\n%s", id, path, text.String())
			}
			if n := strings.Count(text.String(), "\n"); n > 120 {
				t.Errorf("%s in %s has %d lines", id, path, n)
			}
		}
	}
	if modules := slices.Sorted(maps.Keys(policy.Sources["subject"])); !slices.Equal(modules, []string{"qlik/subject.rego"}) {
		t.Errorf("a rule about the subject alone is in %v", modules)
	}
}

// No generated line is longer than the limit if it can be broken.
func TestGeneratedLinesAreNarrow(t *testing.T) {
	texts := make([]string, 60)
	for i := range texts {
		texts[i] = fmt.Sprintf(`resource.name = "A name of some length %d"`, i)
	}
	filters := strings.Join([]string{"Stream*", "App*", "ReloadTask*", "SchemaEvent*", "Tag*", "CompositeEvent*", "ExecutionResult*", "DataConnection*", "ContentLibrary*", "Extension*", "UserSyncTask*"}, ",")
	rules := append(families(), newRule("Long", filters, "read update delete", `user.group = "x" and (`+strings.Join(texts, " or ")+")"))
	policy, list := compiler.Compile(rules, compiler.Options{})
	if policy == nil {
		t.Fatal(rendered(t, list))
	}
	for _, m := range policy.Modules {
		for i, line := range strings.Split(m.Source, "\n") {
			if len(line)+3*strings.Count(line, "\t") > 120 {
				t.Errorf("%s:%d has %d columns: %s", m.Path, i+1, len(line), line)
			}
		}
	}
}
