package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// candidates are what a search decides. They depend on policy and data only, so they are
// computed once; sets are sorted, lists keep their order.
type candidates struct {
	// Each is nil if the package has no such set.
	subjects, resources func(typ string) []string
	actionNames         func() []string
	// on finds the candidates on other data.
	on func(context.Context, *bundles.Document) (*candidates, error)
}

// Subjects returns the ids of the subjects of a type, sorted, and whether the package lists
// them. Callers must not modify the slice.
func (p *EntryPoint) Subjects(typ string) ([]string, bool) { return ofType(p.candidates.subjects, typ) }

// Resources is Subjects for resources.
func (p *EntryPoint) Resources(typ string) ([]string, bool) {
	return ofType(p.candidates.resources, typ)
}

// ActionNames is Subjects for the names of actions.
func (p *EntryPoint) ActionNames() ([]string, bool) {
	if p.candidates.actionNames == nil {
		return nil, false
	}
	return p.candidates.actionNames(), true
}

func ofType(find func(string) []string, typ string) ([]string, bool) {
	if find == nil {
		return nil, false
	}
	return find(typ), true
}

type preparer = func(query string) (*Query, error)

func newCandidates(ctx context.Context, data *bundles.Document, path, pkg string, has func(string) bool, prepare preparer) (*candidates, error) {
	queries := map[string]*Query{}
	for _, name := range []string{"subjects", "resources", "action_names"} {
		var err error
		if queries[name], err = prepare("[v | v := " + pkg + "." + name + "]"); err != nil {
			return nil, err
		}
	}
	ofSite, known := path == QlikEntryPoint && has("resources"), &known{}
	var on func(context.Context, *bundles.Document) (*candidates, error)
	on = func(ctx context.Context, data *bundles.Document) (*candidates, error) {
		c, sets := &candidates{on: on}, sets{pkg, queries, data}
		if err := sets.actionNames(ctx, &c.actionNames); err != nil {
			return nil, err
		}
		if ofSite {
			s := siteCandidates{data, known}
			c.subjects, c.resources = s.subjects, s.resources
			return c, nil
		}
		if err := sets.entities(ctx, "subjects", &c.subjects); err != nil {
			return nil, err
		}
		return c, sets.entities(ctx, "resources", &c.resources)
	}
	return on(ctx, data)
}

// sets are the sets of a package on certain data.
type sets struct {
	pkg     string
	queries map[string]*Query
	data    *bundles.Document
}

// elements evaluates a set of the package, nil if there is none. It has no input: candidates do
// not depend on the request.
func (s sets) elements(ctx context.Context, name string) ([]any, error) {
	value, err := s.queries[name].askOn(ctx, s.data, ast.Null{})
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", s.pkg, name, err)
	}
	found, _ := value.([]any)
	if len(found) == 0 {
		return nil, nil
	}
	elements, ok := found[0].([]any)
	if !ok {
		return nil, fmt.Errorf("%s.%s is %s, neither a set nor a list", s.pkg, name, brief(found[0]))
	}
	return slices.Concat([]any{}, elements), nil
}

func (s sets) actionNames(ctx context.Context, into *func() []string) error {
	elements, err := s.elements(ctx, "action_names")
	if elements == nil || err != nil {
		return err
	}
	names := make([]string, 0, len(elements))
	for _, e := range elements {
		name, ok := e.(string)
		if !ok {
			return fmt.Errorf("%s.action_names: %s is not a string", s.pkg, brief(e))
		}
		names = append(names, name)
	}
	names = unique(names)
	*into = func() []string { return names }
	return nil
}

// unique removes duplicates; a list keeps its order.
func unique(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	return slices.DeleteFunc(texts, func(s string) bool {
		before := seen[s]
		seen[s] = true
		return before
	})
}

var errElement = errors.New(`is no {"type", "id"} of texts`)

func (s sets) entities(ctx context.Context, name string, into *func(string) []string) error {
	elements, err := s.elements(ctx, name)
	if elements == nil || err != nil {
		return err
	}
	byType := map[string][]string{}
	for _, e := range elements {
		object, _ := e.(map[string]any)
		typ, okType := object["type"].(string)
		id, okID := object["id"].(string)
		if !okType || !okID {
			return fmt.Errorf("%s.%s: %s %w", s.pkg, name, brief(e), errElement)
		}
		byType[typ] = append(byType[typ], id)
	}
	for typ, ids := range byType {
		byType[typ] = unique(ids)
	}
	*into = func(typ string) []string { return byType[typ] }
	return nil
}
