package page

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// regoByRule returns the code generated for each rule, by the rule's id: the lines of the
// modules according to the source map of the bundle. A bundle without a source map has no Rego
// to show.
func regoByRule(b *bundles.Bundle, all reads.Reads) (map[string][]Rego, error) {
	sources, err := sourcesOf(b)
	if err != nil {
		return nil, err
	}
	modules := newModules(all)
	for _, m := range b.Modules {
		modules.add(m.Path, string(m.Source))
	}
	found := map[string][]Rego{}
	for id, in := range sources {
		if found[id], err = modules.of(in); err != nil {
			return nil, fmt.Errorf("data.qlik.sources: %s: %w", id, err)
		}
	}
	return found, nil
}

// RegoOf returns the code generated for one rule of a policy, by module.
func RegoOf(policy *compiler.Policy, id string) ([]Rego, error) {
	modules := newModules(policy.Reads)
	for _, m := range policy.Modules {
		modules.add(m.Path, m.Source)
	}
	return modules.of(policy.Sources[id])
}

// modules are the lines of modules by path, and the types of the modules.
type modules struct {
	lines map[string][]string
	types map[string]string
}

func newModules(all reads.Reads) modules {
	m := modules{map[string][]string{}, map[string]string{}}
	for _, c := range all.Classes {
		if c.Named {
			m.types["qlik/types/"+strings.ReplaceAll(c.Key, ".", "_")+".rego"] = c.Key
		}
	}
	return m
}

func (m modules) add(path, source string) {
	m.lines[strings.TrimPrefix(path, "/")] = strings.Split(source, "\n")
}

// of returns the lines of a rule, by module.
func (m modules) of(in map[string][][2]int) ([]Rego, error) {
	found := []Rego{}
	for _, path := range slices.Sorted(maps.Keys(in)) {
		text, err := excerpt(m.lines[path], in[path])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		found = append(found, Rego{path, m.types[path], text})
	}
	return found, nil
}

// sourcesOf returns the source map of a bundle, nil if it has none.
func sourcesOf(b *bundles.Bundle) (compiler.Sources, error) {
	if !sitedata.HasSources(&b.Data) {
		return nil, nil
	}
	var sources compiler.Sources
	if err := sitedata.DecodeSources(&b.Data, &sources); err != nil {
		return nil, fmt.Errorf("data.qlik.sources: %w", err)
	}
	return sources, nil
}

// excerpt returns ranges of lines, with an empty line before each Rego rule.
func excerpt(lines []string, ranges [][2]int) (string, error) {
	var b strings.Builder
	for _, r := range ranges {
		if r[0] < 1 || r[0] > r[1] || r[1] > len(lines) {
			return "", fmt.Errorf("lines %d to %d are not in the module", r[0], r[1])
		}
		part := strings.Join(lines[r[0]-1:r[1]], "\n")
		if b.Len() > 0 {
			b.WriteByte('\n')
			if !strings.HasPrefix(part, "\t") && !strings.HasPrefix(part, "}") {
				b.WriteByte('\n')
			}
		}
		b.WriteString(part)
	}
	return b.String(), nil
}
