package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// candidates are what a search looks among. They depend on the policy alone, so
// they are found once; sets are in order, and lists in theirs.
type candidates struct {
	// Each is nil where the package has no such set.
	subjects, resources func(typ string) []string
	actionNames         func() []string
}

// Subjects returns the ids of the subjects of a type, in order, and whether the
// package says who there is. The slice must not be changed.
func (p *Point) Subjects(typ string) ([]string, bool) { return ofType(p.candidates.subjects, typ) }

// Resources is Subjects for resources.
func (p *Point) Resources(typ string) ([]string, bool) { return ofType(p.candidates.resources, typ) }

// ActionNames is Subjects for the names of actions.
func (p *Point) ActionNames() ([]string, bool) {
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

type preparer = func(query string) (rego.PreparedEvalQuery, error)

func newCandidates(ctx context.Context, b *bundles.Bundle, path, pkg string, has func(string) bool, prepare preparer) (*candidates, error) {
	c := &candidates{}
	names, err := actionNames(ctx, pkg, prepare)
	if err != nil {
		return nil, err
	}
	if names != nil {
		c.actionNames = func() []string { return names }
	}
	if path == QlikEntryPoint && has("resources") {
		s := &siteCandidates{data: &b.Data}
		s.users = sync.OnceValue(s.accounts)
		c.subjects, c.resources = s.subjects, s.resources
		return c, nil
	}
	for name, into := range map[string]*func(string) []string{"subjects": &c.subjects, "resources": &c.resources} {
		byType, err := entitySet(ctx, pkg, name, prepare)
		if err != nil {
			return nil, err
		}
		if byType != nil {
			*into = func(typ string) []string { return byType[typ] }
		}
	}
	return c, nil
}

// set evaluates a set of the package, nil where there is none. It has no input:
// candidates do not depend on the request.
func set(ctx context.Context, pkg, name string, prepare preparer) ([]any, error) {
	query, err := prepare("[v | v := " + pkg + "." + name + "]")
	if err != nil {
		return nil, err
	}
	value, err := evaluate(ctx, query, ast.Null{})
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", pkg, name, err)
	}
	found, _ := value.([]any)
	if len(found) == 0 {
		return nil, nil
	}
	elements, ok := found[0].([]any)
	if !ok {
		return nil, fmt.Errorf("%s.%s is %s, neither a set nor a list", pkg, name, brief(found[0]))
	}
	return slices.Concat([]any{}, elements), nil
}

func actionNames(ctx context.Context, pkg string, prepare preparer) ([]string, error) {
	elements, err := set(ctx, pkg, "action_names", prepare)
	if elements == nil || err != nil {
		return nil, err
	}
	names := make([]string, 0, len(elements))
	for _, e := range elements {
		name, ok := e.(string)
		if !ok {
			return nil, fmt.Errorf("%s.action_names: %s is no text", pkg, brief(e))
		}
		names = append(names, name)
	}
	return once(names), nil
}

// once leaves out what is there already; a list keeps its order.
func once(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	return slices.DeleteFunc(texts, func(s string) bool {
		before := seen[s]
		seen[s] = true
		return before
	})
}

var errElement = errors.New(`is no {"type", "id"} of texts`)

func entitySet(ctx context.Context, pkg, name string, prepare preparer) (map[string][]string, error) {
	elements, err := set(ctx, pkg, name, prepare)
	if elements == nil || err != nil {
		return nil, err
	}
	byType := map[string][]string{}
	for _, e := range elements {
		object, _ := e.(map[string]any)
		typ, okType := object["type"].(string)
		id, okID := object["id"].(string)
		if !okType || !okID {
			return nil, fmt.Errorf("%s.%s: %s %w", pkg, name, brief(e), errElement)
		}
		byType[typ] = append(byType[typ], id)
	}
	for typ, ids := range byType {
		byType[typ] = once(ids)
	}
	return byType, nil
}

// siteCandidates are subjects and resources of a Qlik policy, the same as its
// sets of these names, straight from the site's data: as Rego values those of a
// large site would take a gigabyte. Types ignore case, as in Qlik.
type siteCandidates struct {
	data  *bundles.Document
	users func() []string
	found sync.Map // of resources by type in lower case
}

func (s *siteCandidates) resources(typ string) []string {
	key := strings.ToLower(typ)
	if ids, ok := s.found.Load(key); ok {
		return ids.([]string)
	}
	ids := s.data.Keys("site", "entities", key)
	if len(ids) > 0 { // else anybody could fill the memory with names of types
		s.found.Store(key, ids)
	}
	return ids
}

func (s *siteCandidates) subjects(typ string) []string {
	if typ != "user" {
		return nil
	}
	return s.users()
}

// accounts are the logins, and the ids of users who have none.
func (s *siteCandidates) accounts() []string {
	logins := s.data.Keys("site", "subjects")
	known := make(map[string]bool, len(logins))
	for _, login := range logins {
		id, _ := s.data.Lookup("site", "subjects", login)
		text, _ := id.(string)
		known[text] = true
	}
	for _, id := range s.data.Keys("site", "entities", "user") {
		if !known[id] {
			logins = append(logins, id)
		}
	}
	slices.Sort(logins)
	return logins
}
