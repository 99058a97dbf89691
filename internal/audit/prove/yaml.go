package prove

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// reader parses nodes of a YAML file and collects errors.
type reader struct {
	file string
	errs []error
}

func (r *reader) fail(at *yaml.Node, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d:%d: %s", r.file, at.Line, at.Column, fmt.Sprintf(format, args...)))
}

// document returns the root of a file, nil if the file is empty.
func (r *reader) document(data []byte) (*yaml.Node, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, fmt.Errorf("%s is not valid YAML: %s", r.file, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(root.Content) == 0 {
		return nil, errors.New(r.file + " is empty")
	}
	return root.Content[0], nil
}

// fields calls a function for each key of a mapping, which must be among the known ones.
func (r *reader) fields(n *yaml.Node, what string, known []string, each func(key string, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, "%s must be a mapping with the keys %s", what, strings.Join(known, ", "))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(known, key.Value):
			r.fail(key, "%q is not a key of %s%s", key.Value, what, meant(key.Value, known))
		case seen[key.Value]:
			r.fail(key, "%q is given twice", key.Value)
		default:
			seen[key.Value] = true
			each(key.Value, n.Content[i+1])
		}
	}
}

func meant(word string, candidates []string) string {
	if s, ok := diag.Suggest(word, candidates); ok {
		return "; did you mean " + s + "?"
	}
	return "; the keys are " + strings.Join(candidates, ", ")
}

// strs parses a string or a list of strings.
func (r *reader) strs(n *yaml.Node, what string) []*yaml.Node {
	switch {
	case n.Kind == yaml.ScalarNode && n.Value != "":
		return []*yaml.Node{n}
	case n.Kind == yaml.SequenceNode && len(n.Content) > 0:
		for _, c := range n.Content {
			if c.Kind != yaml.ScalarNode {
				r.fail(c, "%s is a string or a list of strings", what)
				return nil
			}
		}
		return n.Content
	}
	r.fail(n, "%s is a string or a list of strings", what)
	return nil
}

// text parses a string, with its position.
func (r *reader) text(n *yaml.Node, label string) *diag.Text {
	start := n.Column
	if n.Style == yaml.SingleQuotedStyle || n.Style == yaml.DoubleQuotedStyle {
		start++
	}
	return &diag.Text{Label: label, Content: n.Value, File: r.file, Locate: func(offset int) diag.Position {
		return diag.Position{Offset: offset, Line: n.Line, Column: start + len([]rune(n.Value[:offset]))}
	}}
}
