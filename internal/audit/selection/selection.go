package selection

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// Selection matches what any of its terms matches; without terms it matches everything.
type Selection []Term

// Term is PATTERN, which an id, a login or a name must match, or PATH=PATTERN, which a value of
// a property must match: group=Sales*, @Department=Finance, stream.name=HR. Case is ignored.
type Term struct {
	text string
	// path is the case-folded names on the path to the property; nil for ids and names.
	path    []string
	pattern *regexp.Regexp
}

var property = regexp.MustCompile(`^(@?[A-Za-z0-9_-]+(?:\.@?[A-Za-z0-9_-]+)*)=(.*)$`)

// Parse parses terms.
func Parse(strs []string) (Selection, error) {
	var s Selection
	for _, text := range strs {
		t := Term{text: text}
		pattern := text
		if m := property.FindStringSubmatch(text); m != nil {
			t.path, pattern = strings.Split(schema.Fold(m[1]), "."), m[2]
		}
		if pattern == "" {
			return nil, errors.New("a selection is an id, a login, a name, or PROPERTY=VALUE, and not empty")
		}
		t.pattern = compile(pattern)
		s = append(s, t)
	}
	return s, nil
}

// compile returns a pattern with * and ? as a regular expression for case-folded strings.
func compile(pattern string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(schema.Fold(pattern))
	return regexp.MustCompile(`(?s)^` + strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(quoted) + `$`)
}

// Keep makes a view include what the selection needs of the types, if the schema knows that
// they have it.
func (s Selection) Keep(view schema.View, all *schema.Schema, types []string) {
	for _, term := range s {
		if term.path == nil {
			continue
		}
		for _, typ := range types {
			keep(view, all, typ, term.path)
		}
	}
}

func keep(view schema.View, all *schema.Schema, typ string, path []string) {
	t, key := all.Lookup(typ), typ
	if _, known := all.Type(typ); !known {
		key = schema.GeneralKey
	}
	name := path[0]
	if r, ok := t.Relations[name]; ok {
		if len(path) > 1 {
			target := all.Lookup(r.Target).Key()
			view.Of(key).Relations[name] = schema.Relation{Name: name, Target: target, Many: r.Many}
			keep(view, all, target, path[1:])
		}
		return
	}
	if len(path) > 1 || name == "id" || name == "resourcetype" {
		return
	}
	p, declared := t.Properties[name]
	switch {
	case strings.HasPrefix(name, "@"):
		if t.Custom {
			view.Of(key).Lists[name] |= schema.Folded
		}
	case name == "name" && !t.Transient, declared && !p.Many:
		view.Of(key).Scalars[name] |= schema.Folded
	case declared, t.Open, t.Attributes:
		view.Of(key).Lists[name] |= schema.Folded
	}
}

// operand returns the operand for a term's path and a type, and whether the data of the bundle
// has it.
func (t Term) operand(data *bundles.Document, typ string) (reads.Operand, bool) {
	op := reads.Operand{Root: reads.Resource}
	for i, name := range t.path {
		key := typ
		if !sitedata.InView(data, typ) {
			key = schema.GeneralKey
		}
		if target, many, ok := sitedata.Relation(data, key, name); ok && i+1 < len(t.path) {
			typ = target
			op.Steps = append(op.Steps, reads.Step{Relation: name, Type: typ, Many: many})
			continue
		}
		op.Property = name
		held := name == "id" || holds(data, key, "scalars", name) || holds(data, key, "lists", name)
		return op, held && i+1 == len(t.path)
	}
	return op, false
}

// holds reports whether the data has the case-folded form of a property.
func holds(data *bundles.Document, key, group, name string) bool {
	return slices.Contains(sitedata.Forms(data, key, group, name), any(""))
}

// Matcher matches a selection against the data of a bundle.
type Matcher struct {
	selection Selection
	data      *bundles.Document
	reader    *partition.Reader
	operands  map[string][]*reads.Operand // by type, one for each term with a path
}

// Matcher returns a matcher for entities of the types. It is an error if the data has a term's
// property for none of them, because the term would match nothing.
func (s Selection) Matcher(data *bundles.Document, types []string) (*Matcher, error) {
	m := &Matcher{s, data, partition.NewReader(data), map[string][]*reads.Operand{}}
	held := make([]bool, len(s))
	for _, typ := range types {
		for i, term := range s {
			op, ok := term.operand(data, typ)
			held[i] = held[i] || ok || term.path == nil
			if !ok {
				m.operands[typ] = append(m.operands[typ], nil)
				continue
			}
			m.operands[typ] = append(m.operands[typ], &op)
		}
	}
	for i, ok := range held {
		if !ok {
			return nil, fmt.Errorf("%q: there is no property %s, or the bundle does not contain it, because its rules do not read it", s[i].text, strings.Join(s[i].path, "."))
		}
	}
	return m, nil
}

// Matches reports whether an entity is selected. more are strings that identify it in addition
// to its id and name, such as a login.
func (m *Matcher) Matches(typ, handle string, more ...string) bool {
	if len(m.selection) == 0 {
		return true
	}
	for i, term := range m.selection {
		var strs []string
		switch {
		case term.path == nil:
			strs = append(append(strs, more...), handle, m.reader.Name(typ, handle))
		case m.operands[typ][i] != nil:
			strs = m.reader.Strings(typ, handle, *m.operands[typ][i], false)
		}
		for _, text := range strs {
			if term.pattern.MatchString(schema.Fold(text)) {
				return true
			}
		}
	}
	return false
}
