package page

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
)

// regoByRule finds what each rule was compiled to, by the rule's id. Generated rules
// name their origins in their annotations, and tables hold the ids.
func regoByRule(b *bundles.Bundle, all reads.Reads) (map[string][]Rego, error) {
	named := map[string]string{} // key of a type, by its path in a bundle
	for _, c := range all.Classes {
		if c.Named {
			named["qlik/types/"+strings.ReplaceAll(c.Key, ".", "_")+".rego"] = c.Key
		}
	}
	found := map[string][]Rego{}
	for _, m := range b.Modules {
		path := strings.TrimPrefix(m.Path, "/")
		if !strings.HasPrefix(path, "qlik/types/") && path != "qlik/subject.rego" {
			continue
		}
		parsed, err := ast.ParseModuleWithOpts(m.Path, string(m.Source), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		module := newModule(parsed)
		for _, id := range slices.Sorted(maps.Keys(module.origins)) {
			found[id] = append(found[id], Rego{path, named[path], module.about(id)})
		}
	}
	return found, nil
}

// module is a generated module, read for what in it comes of which rule.
type module struct {
	bodies map[string][]*body // by name, in order
	users  map[string][]*body // those that use a name, in order, but for what lists all rules
	// origins are the bodies of which a rule is the origin, and the rows that name it.
	origins map[string][]origin
}

// body is one rule of Rego, with the names in the module that it uses.
type body struct {
	name, text string
	at         int
	uses       []string
}

// origin is a body that comes of a rule. Of a table only the rule's rows do: their
// keys, the last of which may be the name of a kind (kind == "…" in also_…).
type origin struct {
	*body
	rows [][]*ast.Term
}

var word = regexp.MustCompile(`\w+`)

// isList matches what lists all rules, and so tells nothing of one.
var isList = regexp.MustCompile(`^((any_rule_)?may(_.*)?|granted_by|actions|holds_.*)$`)

// isMerged says whether the bodies of a name come of rules of their own, so that those
// of other rules do not matter.
func isMerged(name string) bool {
	return strings.HasPrefix(name, "rows_") || strings.HasPrefix(name, "also_")
}

func newModule(parsed *ast.Module) *module {
	m := &module{map[string][]*body{}, map[string][]*body{}, map[string][]origin{}}
	var all []*body
	for i, r := range parsed.Rules {
		b := &body{name: r.Head.Ref().String(), text: string(r.Location.Text), at: i}
		all = append(all, b)
		m.bodies[b.name] = append(m.bodies[b.name], b)
		for _, note := range r.Annotations {
			for _, id := range ids(note.Custom["qlik"]) {
				m.origins[id] = append(m.origins[id], origin{body: b})
			}
		}
		if table, ok := r.Head.Value.Value.(ast.Object); ok && strings.HasPrefix(b.name, "rows_") && len(r.Head.Args) == 0 {
			rows := map[string][][]*ast.Term{}
			collect(table, nil, rows)
			for id, keys := range rows {
				m.origins[id] = append(m.origins[id], origin{b, keys})
			}
		}
	}
	for _, b := range all {
		if isTable := strings.HasPrefix(b.text, b.name+" := {\n"); isTable {
			continue // texts of the site, and no names
		}
		for _, used := range word.FindAllString(b.text, -1) {
			if m.bodies[used] == nil || used == b.name || isList.MatchString(used) || slices.Contains(b.uses, used) {
				continue
			}
			b.uses = append(b.uses, used)
			if !isList.MatchString(b.name) {
				m.users[used] = append(m.users[used], b)
			}
		}
	}
	return m
}

// ids returns the ids of the rules that an annotation names.
func ids(custom any) []string {
	var all []string
	origins, _ := custom.([]any)
	for _, one := range origins {
		fields, _ := one.(map[string]any)
		if id, ok := fields["id"].(string); ok {
			all = append(all, id)
		}
	}
	return all
}

// collect finds the rows of a table by the ids that they hold.
func collect(value ast.Value, keys []*ast.Term, rows map[string][][]*ast.Term) {
	switch v := value.(type) {
	case ast.Object:
		v.Foreach(func(key, inner *ast.Term) { collect(inner.Value, append(slices.Clip(keys), key), rows) })
	case ast.Set:
		v.Foreach(func(id *ast.Term) {
			if text, ok := id.Value.(ast.String); ok {
				rows[string(text)] = append(rows[string(text)], keys)
			}
		})
	}
}

// about returns what a rule was compiled to: the bodies and rows that come of it, the
// functions that search merged rules for them, and all that these use.
func (m *module) about(id string) string {
	chosen := map[*body]string{}
	var queue []*body
	choose := func(b *body, text string) {
		if _, ok := chosen[b]; !ok {
			chosen[b] = text
			queue = append(queue, b)
		}
	}
	for _, o := range m.origins[id] {
		switch {
		case o.rows != nil:
			choose(o.body, o.excerpt(id))
			for _, keys := range o.rows {
				for _, b := range m.bodies["also"+strings.TrimPrefix(o.name, "rows")] {
					if strings.Contains(b.text, "kind == "+keys[len(keys)-1].String()) {
						choose(b, b.text)
					}
				}
			}
		case isMerged(o.name):
			choose(o.body, o.text)
		default:
			for _, b := range m.bodies[o.name] {
				choose(b, b.text)
			}
		}
	}
	for i := 0; i < len(queue); i++ {
		b := queue[i]
		for _, used := range b.uses {
			if !isMerged(used) {
				for _, other := range m.bodies[used] {
					choose(other, other.text)
				}
			}
		}
		if isMerged(b.name) || strings.HasPrefix(b.name, "rules_") {
			for _, user := range m.users[b.name] {
				choose(user, user.text)
			}
		}
	}
	slices.SortFunc(queue, func(a, b *body) int { return cmp.Compare(a.at, b.at) })
	texts := make([]string, len(queue))
	for i, b := range queue {
		texts[i] = chosen[b]
	}
	return strings.Join(texts, "\n\n")
}

// excerpt is a table with the rows of one rule, and no other's ids.
func (o origin) excerpt(id string) string {
	rows := make([]string, len(o.rows))
	for i, keys := range o.rows {
		row := fmt.Sprintf("{%s}", ast.String(id))
		for _, key := range slices.Backward(keys) {
			row = fmt.Sprintf("{%s: %s}", key, row)
		}
		rows[i] = "\t" + strings.TrimSuffix(strings.TrimPrefix(row, "{"), "}") + ",\n"
	}
	slices.Sort(rows)
	return fmt.Sprintf("# the rows of this rule\n%s := {\n%s}", o.name, strings.Join(rows, ""))
}

// RegoOf returns what one rule of a policy is compiled to, by module.
func RegoOf(policy *compiler.Policy, id string) ([]Rego, error) {
	b, err := bundles.InMemory(context.Background(), policy, nil)
	if err != nil {
		return nil, err
	}
	all, err := regoByRule(b, policy.Reads)
	return append([]Rego{}, all[id]...), err
}
