package page

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
)

// regoByRule finds what each rule was compiled to, by the rule's id. Generated rules
// name their origins in their annotations.
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
		if !strings.HasPrefix(path, "qlik/types/") && path != "qlik/requester.rego" {
			continue
		}
		parsed, err := ast.ParseModuleWithOpts(m.Path, string(m.Source), ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		byName := map[string][]string{}
		origins := map[string][]string{} // ids of rules, by name
		for _, r := range parsed.Rules {
			name := r.Head.Ref().String()
			byName[name] = append(byName[name], string(r.Location.Text))
			for _, note := range r.Annotations {
				origins[name] = append(origins[name], ids(note.Custom["qlik"])...)
			}
		}
		for _, r := range parsed.Rules {
			name := r.Head.Ref().String()
			for _, id := range origins[name] {
				found[id] = append(found[id], Rego{path, named[path], closure(name, byName)})
			}
			delete(origins, name)
		}
	}
	return found, nil
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

var word = regexp.MustCompile(`\w+`)

// closure returns the text of a rule and of all in the module that it uses.
func closure(name string, byName map[string][]string) string {
	names := []string{name}
	var texts []string
	for i := 0; i < len(names); i++ {
		for _, text := range byName[names[i]] {
			texts = append(texts, text)
			for _, used := range word.FindAllString(text, -1) {
				if byName[used] != nil && !slices.Contains(names, used) {
					names = append(names, used)
				}
			}
		}
	}
	return strings.Join(texts, "\n\n")
}
