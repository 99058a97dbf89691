package engine

import (
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// classes finds resources that have the same rights, whoever asks: those of one
// type with the same record, if the policy is blind to the ids of the type.
type classes struct {
	data *bundles.Document

	mu     sync.Mutex
	prover *blindness
	blind  map[string]bool // by type, in lower case
}

// known reports whether the resources of a type fall into classes.
func (c *classes) known(typ string) bool {
	if c == nil || !c.data.Has("site", "entities", typ) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	blind, ok := c.blind[typ]
	if !ok {
		blind = c.prover.to(typ)
		c.blind[typ] = blind
	}
	return blind
}

// Alike returns, for each of the resources of a type, the number of the first of
// them that has the same rights; nil where it cannot tell.
func (p *Point) Alike(typ string, ids []string) []int {
	typ = strings.ToLower(typ)
	if !p.classes.known(typ) {
		return nil
	}
	first := make(map[string]int)
	alike := make([]int, len(ids))
	var content []byte
	for i, id := range ids {
		var ok bool
		alike[i] = i
		if content, ok = p.classes.data.AppendContent(content[:0], "site", "entities", typ, strings.ToLower(id)); !ok {
			continue
		}
		if at, ok := first[string(content)]; ok {
			alike[i] = at
		} else {
			first[string(content)] = i
		}
	}
	return alike
}

// alike puts those requests of a group together that ask for the same action on
// resources of one class. It returns their numbers.
func (p *Point) alike(requests []Request, group []int) [][]int {
	ids := make([]string, len(group))
	for i, at := range group {
		id, _ := requests[at].Resource.Get(idKey).Value.(ast.String)
		ids[i] = string(id)
	}
	typ, _ := requests[group[0]].Resource.Get(typeKey).Value.(ast.String)
	classes := p.Alike(string(typ), ids)
	type question struct {
		class  int
		action string
	}
	asked := map[question]int{}
	var found [][]int
	for i, at := range group {
		action, _ := requests[at].Action.Get(nameKey).Value.(ast.String)
		q := question{i, string(action)}
		if classes != nil {
			q.class = classes[i]
		}
		if n, ok := asked[q]; ok {
			found[n] = append(found[n], at)
			continue
		}
		asked[q] = len(found)
		found = append(found, []int{at})
	}
	return found
}
