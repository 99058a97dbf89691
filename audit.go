package qlik2rego

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// AuditOptions select what Audit decides.
type AuditOptions struct {
	// Types are resource types such as App; all on record if there are none.
	Types []string
	// Context is hub, qmc, or empty for requests that do not say.
	Context string
	// Environment holds the attributes of the session.
	Environment map[string][]string
}

// Right is what a user may do on a resource by the same rules.
type Right struct {
	// User is the login of a user on record, DIRECTORY\user, and ResourceType and
	// ResourceID name the resource. Login and id are case-folded.
	User, ResourceType, ResourceID string
	// Actions and Rules, by id, are sorted.
	Actions, Rules []string
}

// Audit decides every pair of a user on record and a resource on record, and returns the rights, ordered by type, user and resource. Users and resources
// that the rules cannot tell apart are decided once; the sequence expands them while it is
// read.
func (r *Rules) Audit(ctx context.Context, o AuditOptions) (iter.Seq[Right], error) {
	q := partition.Question{Session: partition.Session{Context: o.Context, Environment: o.Environment}}
	for _, t := range o.Types {
		q.Types = append(q.Types, schema.Fold(t))
	}
	m, _, err := r.w.Audit(ctx, q)
	if err != nil {
		return nil, invalid(err)
	}
	all := func(int32) bool { return true }
	folded := m.Fold(matrix.Selection{Subject: all, Resource: func(*matrix.Type, int32) bool { return true }})
	return func(yield func(Right) bool) {
		for _, t := range folded.Types {
			if !rightsOf(r, folded, t, yield) {
				return
			}
		}
	}, nil
}

// rightsOf yields the rights on resources of one type.
func rightsOf(r *Rules, f *matrix.Folded, t *matrix.FoldedType, yield func(Right) bool) bool {
	exceptional := map[int32]map[int32][]int32{} // subject → resource → rules
	for _, a := range t.Exceptional {
		if exceptional[a.Subject] == nil {
			exceptional[a.Subject] = map[int32][]int32{}
		}
		for _, n := range a.Resources {
			exceptional[a.Subject][n] = a.Rules
		}
	}
	type subject struct {
		n     int32
		group matrix.Group
	}
	var subjects []subject
	for _, g := range f.Subjects {
		for _, n := range g.Members {
			subjects = append(subjects, subject{n, g})
		}
	}
	slices.SortFunc(subjects, func(a, b subject) int { return cmp.Compare(a.n, b.n) })
	for _, s := range subjects {
		rules := map[int32][]int32{}
		for b := range t.Blocks(s.group) {
			for at := range b.Groups.All() {
				for _, n := range t.Resources[at].Members {
					rules[n] = b.Rules
				}
			}
		}
		for n, own := range exceptional[s.n] {
			rules[n] = own
		}
		for n := range int32(len(t.Handles)) {
			for _, right := range t.Rights(rules[n]) {
				ids := make([]string, len(right.Rules))
				for i, rule := range right.Rules {
					ids[i] = t.Rules[rule].ID
				}
				slices.Sort(ids)
				typ := t.Type.Type
				if known, ok := r.w.Options.Schema.Type(typ); ok {
					typ = known.Name
				}
				if !yield(Right{f.Model.Subjects.IDs[s.n], typ, t.Handles[n], right.Actions, ids}) {
					return false
				}
			}
		}
	}
	return true
}

// Difference is what a change of rules does to access.
type Difference struct {
	// Gain and Loss count rights, one action of one user on one resource each, that
	// somebody gains or loses. Without a snapshot users and resources are synthesized from
	// the conditions, and the counts are of equivalence classes of them.
	Gain, Loss int64
	// JSON is the whole report: who gains and loses what, by which change of which rule.
	// docs/diff.md describes it.
	JSON json.RawMessage
}

// Diff compares two sets of rules on the site of their snapshots. Both or neither must have
// one.
func Diff(ctx context.Context, old, new *Rules) (*Difference, error) {
	report, err := old.w.Compare(ctx, new.w, difference.Input{})
	if err != nil {
		return nil, invalid(err)
	}
	text, err := json.Marshal(report)
	if err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	return &Difference{report.Gain.Cells, report.Loss.Cells, text}, nil
}
