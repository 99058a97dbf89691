package lsp

import (
	"context"
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// reached is the last computed reach of a rule: its users and resources, the number of users who
// may create something by it, and a key of the rule's content at that time.
type reached struct {
	report.Reach
	creators int64
	key      string
}

// reachOf returns the reach of every rule on the site, by sameRule; nil without a site. It leaves
// out rules with errors, as Qlik Sense does.
func reachOf(ctx context.Context, rules []ruleset.Rule, site *site) map[string]reached {
	if site == nil || site.dir == "" || len(rules) == 0 {
		return nil
	}
	w := workspace.OfRules(rules, workspace.Source{
		Snapshot: site.dir, Options: compiler.Options{Schema: schema.Default(), SkipInvalid: true},
	})
	m, b, err := w.Audit(ctx, partition.Question{})
	if err != nil {
		return nil // check reports the errors of the rules or the snapshot
	}
	a := &report.Audit{Grouped: m.Without(ruleset.CreateAction).Group(everything)}
	noParents := func(string, string) string { return "" }
	if a.Creation, err = report.FindCreation(ctx, m.Group(everything), partition.NewReader(&b.Data), noParents); err != nil {
		return nil
	}
	all := map[string]reached{}
	found := a.Reach()
	for i := range rules {
		all[sameRule(&rules[i])] = reached{found[rules[i].ID], a.Creators(rules[i].ID), keyOf(&rules[i])}
	}
	return all
}

// sameRule returns a key that does not change while a rule is edited: its id or, without one, its
// file and name.
func sameRule(r *ruleset.Rule) string {
	if r.Derived {
		return r.Condition.File + "\x00" + r.Name
	}
	return r.ID
}

var everything = matrix.Selection{
	Subject:  func(int32) bool { return true },
	Resource: func(*matrix.Type, int32) bool { return true },
}

// codeLens shows above each condition which users and resources the rule reaches.
func (s *server) codeLens(d *document, _ documentParams) (any, error) {
	lenses := []codeLens{}
	for i := range d.rules {
		r := &d.rules[i]
		known, ok := s.reach[sameRule(r)]
		if !ok || r.Category != ruleset.Security || r.Disabled {
			continue
		}
		lenses = append(lenses, codeLens{
			Range: d.spanOf(r.Condition, diag.Range{}), Command: command{Title: lensTitle(r, known)},
		})
	}
	return lenses, nil
}

func lensTitle(r *ruleset.Rule, known reached) string {
	title := fmt.Sprintf("%s · %s · %s", counted(known.Subjects, "user"), counted(known.Resources, "resource"), strings.Join(r.Actions.Names(), ", "))
	if known.creators > 0 {
		title += fmt.Sprintf(" · %s may create by it", counted(known.creators, "user"))
	}
	if known.Only > 0 {
		title += fmt.Sprintf(" (%s only by this rule)", counted(known.Only, "right"))
	}
	if keyOf(r) != known.key {
		title += " – before this edit"
	}
	return title
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
