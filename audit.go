package qlik2rego

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// AuditOptions select what Audit decides.
type AuditOptions struct {
	// Types are resource types such as App. Empty means all types of the site's entities.
	Types []string
	// Context is hub, qmc, or empty for requests without a context.
	Context string
	// Environment holds the attributes of the session.
	Environment map[string][]string
}

// Right is what a user may do on a resource, or may create of a type, by the same rules.
type Right struct {
	// User is the login of a user in the snapshot, DIRECTORY\user, and ResourceType and
	// ResourceID name the resource. Login and id are case-folded. The id is empty for the
	// action create, which applies to no existing resource.
	User, ResourceType, ResourceID string
	// Actions and Rules, by id, are sorted.
	Actions, Rules []string
}

// Audit decides every pair of a user and a resource in the snapshot, and returns the rights,
// ordered by type, user and resource. The right to create is listed per user and type, before
// the user's rights on resources of the type. Users and resources that the rules cannot
// distinguish are decided once; the sequence expands them while it is read.
func (r *Rules) Audit(ctx context.Context, o AuditOptions) (iter.Seq[Right], error) {
	q := partition.Question{Session: partition.Session{Context: o.Context, Environment: o.Environment}}
	for _, t := range o.Types {
		q.Types = append(q.Types, schema.Fold(t))
	}
	m, _, err := r.w.Audit(ctx, q)
	if err != nil {
		return nil, invalid(err)
	}
	everything := matrix.Selection{Subject: func(int32) bool { return true }, Resource: func(*matrix.Type, int32) bool { return true }}
	creators := make([]map[int32][]string, len(m.Types))
	whole := m.Group(everything)
	for i, t := range whole.Types {
		found, err := whole.Creators(ctx, t)
		if err != nil {
			return nil, invalid(err)
		}
		creators[i] = map[int32][]string{}
		for _, c := range found {
			creators[i][c.Subject] = ruleIDs(t, c.Rules)
		}
	}
	folded := m.Without(ruleset.CreateAction).Group(everything)
	return func(yield func(Right) bool) {
		for i, t := range folded.Types {
			if !rightsOf(r, folded, t, creators[i], yield) {
				return
			}
		}
	}, nil
}

// ruleIDs returns the ids of rules of a type, sorted.
func ruleIDs(t *matrix.GroupedType, rules []int32) []string {
	ids := make([]string, len(rules))
	for i, rule := range rules {
		ids[i] = t.Rules[rule].ID
	}
	slices.Sort(ids)
	return ids
}

// rightsOf yields the rights on resources of one type. creators gives the rules by which
// subjects may create such resources.
func rightsOf(r *Rules, f *matrix.Grouped, t *matrix.GroupedType, creators map[int32][]string, yield func(Right) bool) bool {
	typ := t.Type.Type
	if known, ok := r.w.Options.Schema.Type(typ); ok {
		typ = known.Name
	}
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
		if by := creators[s.n]; by != nil && !yield(Right{f.Model.Subjects.IDs[s.n], typ, "", []string{ruleset.CreateAction.Name()}, by}) {
			return false
		}
		for n := range int32(len(t.Handles)) {
			for _, right := range t.Rights(rules[n]) {
				if !yield(Right{f.Model.Subjects.IDs[s.n], typ, t.Handles[n], right.Actions, ruleIDs(t, right.Rules)}) {
					return false
				}
			}
		}
	}
	return true
}

// Difference is the effect of a change of rules on access.
type Difference struct {
	// Gain and Loss count the rights, one action of one user on one resource each, that
	// somebody gains or loses. Without a snapshot, users and resources are synthesized from the
	// conditions, and the counts are numbers of their equivalence classes.
	Gain, Loss int64
	// JSON is the complete report: who gains and loses what, by which change of which rule.
	// docs/diff.md describes it.
	JSON json.RawMessage
}

// Diff compares two sets of rules on the sites of their snapshots. Either both must have a
// snapshot or neither.
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
