package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// maxPredictions is the maximum number of rights of the effect that are checked in the site's
// audit.
const maxPredictions = 200

// prediction is a right that a user gains or loses according to the plan, in at least one of the
// contexts.
type prediction struct {
	user, resource, typ string
	contexts            []string
	action              ruleset.Action
	gained              bool
	text                string
}

// cell is a right that the audit is queried for.
type cell struct{ user, resource, typ, context string }

// access maps a cell to the mask of actions that the site's audit returns.
type access map[cell]uint32

// predictions returns examples from every group of the effect that a site can audit: those with
// existing users and resources.
func predictions(p *plan.Plan, users map[string]string) ([]prediction, error) {
	if p.Effect == nil {
		return nil, nil
	}
	var report difference.Report
	if err := json.Unmarshal(p.Effect, &report); err != nil {
		return nil, err
	}
	var all []prediction
	for _, g := range report.Groups {
		for _, e := range g.Examples {
			id, known := users[schema.Fold(e.User)]
			action, ok := ruleset.ParseAction(e.Action)
			contexts := contextsOf(g, e)
			if !known || !ok || len(contexts) == 0 || strings.Contains(e.Resource, "_") || len(all) >= maxPredictions {
				continue
			}
			all = append(all, prediction{
				user: strings.ToLower(id), resource: strings.ToLower(e.Resource), typ: e.Type, contexts: contexts, action: action, gained: g.Kind == difference.Gain,
				text: fmt.Sprintf("%s %s %s on %s %s", e.User, map[string]string{difference.Gain: "gains", difference.Loss: "loses"}[g.Kind], e.Action, e.Type, e.Resource),
			})
		}
	}
	return all, nil
}

// contextsOf returns the possible contexts of an example, by their names in the site's audit. The
// audit has no name for requests without a context.
func contextsOf(g difference.Group, e difference.Example) []string {
	var contexts []string
	for _, part := range g.Parts {
		if part.Type != e.Type || part.Action != e.Action {
			continue
		}
		if len(part.Contexts) == 0 { // the same in all contexts
			contexts = append(contexts, qrs.AppAccess, qrs.ManagementAccess)
		}
		for _, in := range part.Contexts {
			switch in.Context {
			case "hub":
				contexts = append(contexts, qrs.AppAccess)
			case "qmc":
				contexts = append(contexts, qrs.ManagementAccess)
			}
		}
	}
	slices.Sort(contexts)
	return slices.Compact(contexts)
}

// ask queries the site's audit for the predictions, in blocks by type and context.
func ask(ctx context.Context, client *qrs.Client, all []prediction) (access, error) {
	type block struct{ typ, context string }
	blocks := map[block]*qrs.MatrixQuery{}
	for _, p := range all {
		for _, c := range p.contexts {
			b := block{p.typ, c}
			if blocks[b] == nil {
				blocks[b] = &qrs.MatrixQuery{Type: p.typ, Context: c}
			}
			q := blocks[b]
			q.Users, q.Resources, q.Actions = append(q.Users, p.user), append(q.Resources, p.resource), q.Actions|uint32(p.action)
		}
	}
	found := access{}
	for b, q := range blocks {
		q.Users, q.Resources = unique(q.Users), unique(q.Resources)
		err := client.Blocks(ctx, *q, func(_ qrs.MatrixQuery, cells []qrs.Cell) error {
			for _, c := range cells {
				found[cell{c.User, c.Resource, b.typ, b.context}] = c.Access
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// mismatches returns the predictions that the site's audit does not confirm.
func mismatches(all []prediction, before, after access) []string {
	wrong := map[string]bool{}
	for _, p := range all {
		confirmed := slices.ContainsFunc(p.contexts, func(context string) bool {
			c := cell{p.user, p.resource, p.typ, context}
			had, has := before[c]&uint32(p.action) != 0, after[c]&uint32(p.action) != 0
			return had != p.gained && has == p.gained
		})
		if !confirmed {
			wrong["predicted: "+p.text+"; the audit of the site does not confirm it"] = true
		}
	}
	sorted := slices.AppendSeq([]string{}, maps.Keys(wrong)) // not nil, for JSON
	slices.Sort(sorted)
	return sorted
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
