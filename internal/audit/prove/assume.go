package prove

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Assumptions are facts that are assumed in addition to the rules.
type Assumptions struct {
	Axioms solve.Axioms
	// Holds are conditions that are true for every user and every resource of their filters.
	Holds []Assumption
}

// Assumption is a condition that is true for the resources of a filter.
type Assumption struct{ Condition, On *diag.Text }

// ReadAssumptions parses a file of assumptions in YAML:
//
//	without: [anonymous]
//	values:
//	  user.roles: [RootAdmin, SecurityAdmin]
//	  App.@Region: [EMEA, APAC]
//	holds:
//	  - {condition: '!resource.stream.Empty()', on: App}
func ReadAssumptions(file string, data []byte, s *schema.Schema) (Assumptions, error) {
	var a Assumptions
	r := &reader{file: file}
	root, err := r.document(data)
	if err != nil {
		return a, err
	}
	r.fields(root, "the assumptions", []string{"without", "values", "holds"}, func(key string, n *yaml.Node) {
		switch key {
		case "without":
			for _, c := range r.strs(n, key) {
				a.Axioms.Off = append(a.Axioms.Off, r.axiom(c))
			}
		case "values":
			a.Axioms.Values = r.domains(n, s)
		case "holds":
			a.Holds = r.holds(n, s)
		}
	})
	return a, errors.Join(r.errs...)
}

func (r *reader) axiom(n *yaml.Node) solve.Axiom {
	var names []string
	for _, a := range solve.AllAxioms {
		names = append(names, string(a.Name))
	}
	if !slices.Contains(names, n.Value) {
		r.fail(n, "%q is not an axiom%s", n.Value, meant(n.Value, names))
	}
	return solve.Axiom(n.Value)
}

// domains parses closed sets of values by path: user.roles, App.@Region, user.environment.os.
func (r *reader) domains(n *yaml.Node, s *schema.Schema) []solve.Domain {
	var list []solve.Domain
	if n.Kind != yaml.MappingNode {
		r.fail(n, "values maps properties, such as user.roles or App.@Region, to lists of values")
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		d := solve.Domain{}
		for _, c := range r.strs(n.Content[i+1], "a set of values") {
			d.Strings = append(d.Strings, c.Value)
		}
		if name, ok := strings.CutPrefix(schema.Fold(key.Value), "user.environment."); ok {
			d.Type, d.Property = "environment", name
			list = append(list, d)
			continue
		}
		at := strings.LastIndex(key.Value, ".")
		t, ok := s.Type(key.Value[:max(at, 0)])
		if !ok {
			r.fail(key, "%q is not a property of a type, such as user.roles or App.@Region", key.Value)
			continue
		}
		d.Type, d.Property = t.Key(), schema.Fold(key.Value[at+1:])
		list = append(list, d)
	}
	return list
}

func (r *reader) holds(n *yaml.Node, s *schema.Schema) []Assumption {
	var list []Assumption
	if n.Kind != yaml.SequenceNode {
		r.fail(n, "holds is a list, such as\n  - {condition: '!resource.stream.Empty()', on: App}")
		return nil
	}
	for _, c := range n.Content {
		a := Assumption{On: &diag.Text{Label: "on", Content: "*"}}
		r.fields(c, "an assumption", []string{"condition", "on"}, func(key string, value *yaml.Node) {
			switch key {
			case "condition":
				a.Condition = r.text(value, key)
			case "on":
				a.On = r.on(value, s)
			}
		})
		if a.Condition == nil {
			r.fail(c, "an assumption needs a condition")
			continue
		}
		list = append(list, a)
	}
	return list
}
