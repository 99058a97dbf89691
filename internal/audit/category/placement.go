package category

import (
	"cmp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Placement answers questions about Sync rules. Each row is a finding, by section:
//
//	node      how many apps the rules place on a node, and by which rules
//	central   how many of them on the central one: it serves users only if a virtual proxy has it
//	reload    how many apps a node with engine and scheduler may reload
//	proxy     how many apps open on some node of a virtual proxy
//	closed    an app that opens on no node of a virtual proxy
//	nowhere   an app that no rule places on a node other than the central one
//	single    an app on only one such node, and on which
//	idle      a rule of a pinning set that changes nothing: others place the same apps on the same nodes
//
// enabled are the rules that can place apps, as the pairs show them.
//
// Whether a node may open an app depends on the rules; engine, scheduler and virtual proxy
// depend on the site.
func Placement(pairs []Pair, f *Facts, enabled []string) []Row {
	p := newPlaces(pairs, f)
	var rows []Row
	for _, n := range p.nodes {
		section := "node"
		if n.IsCentral {
			section = "central"
		}
		apps := p.on[schema.Fold(n.ID)]
		rows = append(rows, Row{Section: section, What: n.Name, ID: n.ID, Count: int64(len(apps)), Names: n.parts(), Rules: p.rulesOf(n)})
	}
	for _, n := range p.nodes {
		if n.Reloads() {
			rows = append(rows, Row{Section: "reload", What: n.Name, ID: n.ID, Count: int64(len(p.on[schema.Fold(n.ID)]))})
		}
	}
	rows = append(rows, p.proxies()...)
	rows = append(rows, p.lonely()...)
	for _, rule := range p.idle(enabled) {
		rows = append(rows, Row{Section: "idle", What: rule, Count: -1})
	}
	return rows
}

// parts lists the services that the node does not run.
func (n Node) parts() []string {
	switch {
	case !n.Opens():
		return []string{"no engine"}
	case !n.Reloads():
		return []string{"no scheduler"}
	}
	return nil
}

// places is the placement of apps.
type places struct {
	nodes []Node
	apps  []App
	facts *Facts
	// on holds the rules by node and app, both case-folded ids.
	on map[string]map[string][]string
}

func newPlaces(pairs []Pair, f *Facts) *places {
	p := &places{nodes: slices.Clone(f.Nodes), apps: slices.Clone(f.Apps), facts: f, on: map[string]map[string][]string{}}
	slices.SortFunc(p.nodes, func(a, b Node) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	slices.SortFunc(p.apps, func(a, b App) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	for _, pair := range pairs {
		if schema.Fold(pair.Type) != "app" {
			continue
		}
		node := schema.Fold(pair.Subject)
		if p.on[node] == nil {
			p.on[node] = map[string][]string{}
		}
		app := schema.Fold(pair.Resource)
		p.on[node][app] = append(p.on[node][app], pair.Rules...)
	}
	return p
}

func (p *places) rulesOf(n Node) []string {
	var rules []string
	for _, by := range p.on[schema.Fold(n.ID)] {
		rules = append(rules, by...)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// proxies returns for each virtual proxy how many apps open through it, and which do not.
func (p *places) proxies() []Row {
	var rows, closed []Row
	for _, proxy := range p.facts.Proxies {
		if len(proxy.LoadBalancingServerNodes) == 0 {
			continue // it does not serve a hub
		}
		var open int64
		for _, a := range p.apps {
			if slices.ContainsFunc(p.nodes, func(n Node) bool {
				in := slices.ContainsFunc(proxy.LoadBalancingServerNodes, func(of struct{ ID string }) bool { return strings.EqualFold(of.ID, n.ID) })
				return in && n.Opens() && p.on[schema.Fold(n.ID)][schema.Fold(a.ID)] != nil
			}) {
				open++
			} else {
				closed = append(closed, Row{Section: "closed", What: a.Name, ID: a.ID, Count: -1, Names: []string{proxy.Called()}})
			}
		}
		rows = append(rows, Row{Section: "proxy", What: proxy.Called(), ID: proxy.ID, Count: open})
	}
	return append(rows, closed...)
}

// lonely returns the apps that are on no node except the central one, and those on a single
// one.
func (p *places) lonely() []Row {
	var nowhere, single []Row
	for _, a := range p.apps {
		var on []string
		var rules []string
		for _, n := range p.nodes {
			if by := p.on[schema.Fold(n.ID)][schema.Fold(a.ID)]; by != nil && !n.IsCentral {
				on, rules = append(on, n.Name), append(rules, by...)
			}
		}
		slices.Sort(rules)
		row := Row{What: a.Name, ID: a.ID, Count: -1, Names: on, Rules: slices.Compact(rules)}
		switch len(on) {
		case 0:
			row.Section = "nowhere"
			nowhere = append(nowhere, row)
		case 1:
			row.Section = "single"
			single = append(single, row)
		}
	}
	return append(nowhere, single...)
}

// idle returns the rules that place apps and without which every app is on the same nodes.
func (p *places) idle(enabled []string) []string {
	needed := map[string]bool{}
	for _, rule := range enabled {
		needed[rule] = false
	}
	for _, apps := range p.on {
		for _, rules := range apps {
			for _, rule := range rules {
				needed[rule] = needed[rule] || len(rules) == 1
			}
		}
	}
	var idle []string
	for rule, yes := range needed {
		if !yes {
			idle = append(idle, rule)
		}
	}
	slices.Sort(idle)
	return idle
}
