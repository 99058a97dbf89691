package prove

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The kinds of assertions.
const (
	Never      = "never"      // no user who meets the conditions in who has an action
	Always     = "always"     // all users who meet the conditions in who have the actions
	Only       = "only"       // only users who meet the conditions in who have an action
	Implies    = "implies"    // these rules grant nothing that the old rules do not grant
	Equivalent = "equivalent" // these rules grant what the old rules grant
	Disjoint   = "disjoint"   // two rules never apply to the same user and resource
	// NeverReaches: no user who meets the conditions in who has an action, or can gain it by
	// changing what its rights allow it to change.
	NeverReaches = "never-reaches"
)

var kinds = []string{Never, Always, Only, Implies, Equivalent, Disjoint, NeverReaches}

// Assertion is a statement about the rules.
type Assertion struct {
	Name, Kind string
	// Who and Where are conditions, all of which must be true; But are exceptions.
	Who, Where, But []*diag.Text
	// Actions is the mask of actions, 0 for all.
	Actions ruleset.Actions
	// On is a resource filter.
	On *diag.Text
	// Context is hub, qmc, none, or "" for all of them.
	Context string
	// Old is the file of the rules to compare with.
	Old string
	// Rules are the names or ids of two rules.
	Rules []string
	// File and Line are the position of the assertion.
	File string
	Line int
}

// ReadAssertions parses a list of assertions in YAML. The error lists all errors with their
// positions.
func ReadAssertions(file string, data []byte, s *schema.Schema) ([]Assertion, error) {
	r := &reader{file: file}
	root, err := r.document(data)
	if err != nil {
		return nil, err
	}
	if root.Kind != yaml.SequenceNode {
		r.fail(root, "the file must be a list of assertions, such as\n- never: {who: 'user.IsAnonymous()', action: update, on: App}")
		return nil, errors.Join(r.errs...)
	}
	var list []Assertion
	for _, n := range root.Content {
		list = append(list, r.assertion(n, s))
	}
	return list, errors.Join(r.errs...)
}

func (r *reader) assertion(n *yaml.Node, s *schema.Schema) Assertion {
	a := Assertion{File: r.file, Line: n.Line}
	r.fields(n, "an assertion", append([]string{"name"}, kinds...), func(key string, value *yaml.Node) {
		switch {
		case key == "name":
			a.Name = value.Value
		case a.Kind != "":
			r.fail(value, "an assertion has only one kind, and this one already has %s", a.Kind)
		default:
			a.Kind = key
			r.body(&a, value, s)
		}
	})
	if a.Kind == "" && n.Kind == yaml.MappingNode {
		r.fail(n, "the assertion has none of the keys %s", strings.Join(kinds, ", "))
	}
	if a.Name == "" {
		a.Name = a.title()
	}
	return a
}

// keysOf are the keys of an assertion's kind, required ones first.
func keysOf(kind string) (needed, more []string) {
	switch kind {
	case Never, Always, Only, NeverReaches:
		return []string{"who", "action", "on"}, []string{"where", "but", "context"}
	case Disjoint:
		return []string{"rules"}, []string{"who", "where", "but", "on", "context"}
	}
	return []string{"old"}, []string{"who", "where", "but", "action", "on", "context"}
}

func (r *reader) body(a *Assertion, n *yaml.Node, s *schema.Schema) {
	needed, more := keysOf(a.Kind)
	given := map[string]bool{}
	r.fields(n, a.Kind, append(slices.Clone(needed), more...), func(key string, value *yaml.Node) {
		given[key] = true
		switch key {
		case "who", "where", "but":
			into := map[string]*[]*diag.Text{"who": &a.Who, "where": &a.Where, "but": &a.But}[key]
			for _, c := range r.strs(value, key) {
				*into = append(*into, r.text(c, key))
			}
		case "action":
			a.Actions = r.actions(value)
		case "on":
			a.On = r.on(value, s)
		case "context":
			a.Context = value.Value
			if contexts := []string{"hub", "qmc", "none"}; !slices.Contains(contexts, value.Value) {
				r.fail(value, "context must be hub, qmc or none, not %q", value.Value)
			}
		case "old":
			a.Old = value.Value
		case "rules":
			for _, c := range r.strs(value, key) {
				a.Rules = append(a.Rules, c.Value)
			}
			if len(a.Rules) != 2 {
				r.fail(value, "rules must list two rules by name or id")
			}
		}
	})
	for _, key := range needed {
		if !given[key] && n.Kind == yaml.MappingNode {
			r.fail(n, "%s needs the key %s", a.Kind, key)
		}
	}
	if a.On == nil {
		a.On = &diag.Text{Label: "on", Content: "*", File: r.file}
	}
}

func (r *reader) actions(n *yaml.Node) ruleset.Actions {
	var mask ruleset.Actions
	for _, c := range r.strs(n, "action") {
		action, ok := ruleset.ParseAction(c.Value)
		switch {
		case c.Value == "*":
			mask |= ruleset.All
		case ok:
			mask |= ruleset.Actions(action)
		default:
			r.fail(c, "%q is not an action%s", c.Value, meant(c.Value, ruleset.Actions(ruleset.All).Names()))
		}
	}
	return mask
}

// on converts types and filter items to a resource filter.
func (r *reader) on(n *yaml.Node, s *schema.Schema) *diag.Text {
	var items []string
	for _, c := range r.strs(n, "on") {
		item := strings.TrimSpace(c.Value)
		if strings.ContainsAny(item, "_*") {
			items = append(items, item)
			continue
		}
		t, ok := s.Type(item)
		if !ok {
			var names []string
			for _, t := range s.Types() {
				names = append(names, t.Name)
			}
			r.fail(c, "the type %q is not known%s", item, meantType(item, names))
			continue
		}
		items = append(items, t.Name+"_*")
	}
	return &diag.Text{Label: "on", Content: strings.Join(items, ","), File: r.file, Locate: func(offset int) diag.Position {
		return diag.Position{Line: n.Line, Column: n.Column}
	}}
}

func meantType(word string, names []string) string {
	if s, ok := diag.Suggest(word, names); ok {
		return "; did you mean " + s + "?"
	}
	return "; name a type of the schema, or an item of a resource filter such as App_* or QmcSection_App"
}

// title is the name of an assertion without a name of its own.
func (a Assertion) title() string {
	parts := []string{a.Kind}
	for _, t := range slices.Concat(a.Who, a.Where) {
		parts = append(parts, t.Content)
	}
	if a.Actions != 0 && a.Actions != ruleset.All {
		parts = append(parts, strings.Join(a.Actions.Names(), ", "))
	}
	if a.On != nil && a.On.Content != "*" {
		parts = append(parts, "on "+strings.ReplaceAll(a.On.Content, "_*", ""))
	}
	if a.Old != "" {
		parts = append(parts, a.Old)
	}
	return strings.Join(append(parts, a.Rules...), " ")
}
