package workspace

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/audit/selection"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// AuditQuestion selects what Audits decides.
type AuditQuestion struct {
	// Types are keys of types.
	Types   []string
	Actions uint32
	// Contexts are hub, qmc, and "" for requests without a context.
	Contexts    []string
	Environment map[string][]string
	// Cases adds an audit for each combination of session attributes that rules name.
	Cases bool
	// Users and Resources select what is reported. An empty selection selects everything.
	Users, Resources selection.Selection
	// Inactive maps the handles of users who cannot log in to the reason. They are left out,
	// unless WithInactive is set.
	Inactive     map[string]string
	WithInactive bool
	// Names are those of the audits.
	Names report.Names
	// Disabled are the rules whose effect is computed as if they were enabled.
	Disabled []Variant
	Progress snapshot.Progress
	// Parts is called with the number of matrices that are computed; nil calls nothing.
	Parts func(n int)
}

// Audits are the audits of a bundle, one for each context and case.
type Audits struct {
	List []*report.Audit
	// LeftOut is the number of selected users who cannot log in and are left out.
	LeftOut int
	// Cases and MoreCases are the numbers of cases that are audited and that are not.
	Cases, MoreCases int
}

// SelectionError means that a selection of users or resources is not valid or selects nothing. An
// empty audit of a user who does not exist would look like one of a user without rights.
type SelectionError struct {
	// Part is SubjectPart for users, or ResourcePart.
	Part authzen.Part
	// LeftOut is the number of selected users, all of whom cannot log in.
	LeftOut int
	// Err is nil if nothing is selected.
	Err error
}

// Error implements error.
func (e *SelectionError) Error() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("the selection of a %s: %v", e.Part, e.Err)
	case e.LeftOut > 0:
		return "all selected users cannot log in"
	}
	return fmt.Sprintf("the selection of a %s selects nothing", e.Part)
}

// Unwrap implements errors.Unwrap.
func (e *SelectionError) Unwrap() error { return e.Err }

// CreatedTypes returns the types, and those of which the rules of a bundle let somebody create
// resources and the site has none, sorted.
func CreatedTypes(data *bundles.Document, types []string) ([]string, error) {
	r, err := partition.Read(data)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(types)
	for _, c := range r.Classes {
		if c.Named && !slices.Contains(all, c.Key) && slices.ContainsFunc(c.Rules, func(n int) bool { return r.Rules[n].Actions&uint32(ruleset.CreateAction) != 0 }) {
			all = append(all, c.Key)
		}
	}
	slices.Sort(all)
	return all, nil
}

// auditing computes audits of a bundle.
type auditing struct {
	AuditQuestion
	bundle           *bundles.Bundle
	users, resources *selection.Matcher
	leftOut          int
}

// Audit decides the access on the site of a bundle. The error is a *SelectionError,
// partition.ErrBundle for a bundle without what an audit needs, or the context's error.
func (q AuditQuestion) Audit(ctx context.Context, b *bundles.Bundle) (*Audits, error) {
	a := &auditing{AuditQuestion: q, bundle: b}
	var err error
	if a.users, err = q.Users.Matcher(&b.Data, []string{"user"}); err != nil {
		return nil, &SelectionError{Part: authzen.SubjectPart, Err: err}
	}
	if a.resources, err = q.Resources.Matcher(&b.Data, q.Types); err != nil {
		return nil, &SelectionError{Part: authzen.ResourcePart, Err: err}
	}
	result := &Audits{}
	sessions := []session{{environment: q.Environment}}
	if q.Cases {
		r, err := partition.Read(&b.Data)
		if err != nil {
			return nil, err
		}
		cases, left := sessionCases(r, q.Environment)
		sessions, result.Cases, result.MoreCases = append(sessions, cases...), len(cases), left
	}
	if q.Parts != nil {
		q.Parts(len(q.Contexts) * len(sessions) * (1 + len(q.Disabled)))
	}
	for _, from := range q.Contexts {
		for _, with := range sessions {
			one, err := a.withDisabled(ctx, from, with)
			if err != nil {
				return nil, err
			}
			result.List = append(result.List, one)
		}
	}
	result.LeftOut = a.leftOut
	return result, nil
}

// withDisabled audits a context and a session, and computes the effect of disabled rules.
func (a *auditing) withDisabled(ctx context.Context, from string, with session) (*report.Audit, error) {
	one, err := a.decide(ctx, a.bundle, from, with)
	if err != nil {
		return nil, err
	}
	one.Disabled = map[string]report.Hypothetical{}
	for _, v := range a.Disabled {
		b, err := bundles.InMemory(ctx, v.Policy, nil)
		if err != nil {
			return nil, err
		}
		if err := b.Data.Share(&a.bundle.Data, bundles.DataRoot); err != nil {
			return nil, err
		}
		enabled, err := a.decide(ctx, b, from, with)
		if err != nil {
			return nil, err
		}
		one.Disabled[v.Rule.ID] = report.Hypothetical{Reach: enabled.Reach()[v.Rule.ID], More: enabled.Cells() - one.Cells(), Creators: enabled.Creators(v.Rule.ID)}
	}
	return one, nil
}

// decide audits a context and a session with the rules of a bundle.
func (a *auditing) decide(ctx context.Context, b *bundles.Bundle, from string, with session) (*report.Audit, error) {
	q := partition.Question{Types: a.Types, Actions: a.Actions, Session: partition.Session{Context: from, Environment: with.environment}}
	m, err := matrix.Compute(ctx, b, q, a.Progress)
	if err != nil {
		return nil, err
	}
	s := selected{auditing: a, matrix: m, left: map[int32]bool{}}
	selection := matrix.Selection{Subject: s.subject, Resource: s.resource}
	grouped := m.Without(ruleset.CreateAction).Group(selection)
	if !s.someone && len(a.Users) > 0 {
		return nil, &SelectionError{Part: authzen.SubjectPart, LeftOut: len(s.left)}
	}
	if !s.something && len(a.Resources) > 0 {
		return nil, &SelectionError{Part: authzen.ResourcePart}
	}
	a.leftOut = len(s.left)
	one := &report.Audit{Context: from, Case: with.sent, Names: a.Names, Grouped: grouped}
	if a.Actions&uint32(ruleset.CreateAction) != 0 {
		one.Creation, err = report.FindCreation(ctx, m.Group(selection), partition.NewReader(&b.Data), func(typ, relation string) string {
			key, _, _ := sitedata.Relation(&a.bundle.Data, typ, relation) // "" if the data does not have it
			return key
		})
	}
	return one, err
}

// selected is what the selections of an audit select from a matrix.
type selected struct {
	*auditing
	matrix             *matrix.Matrix
	someone, something bool
	left               map[int32]bool
}

func (s *selected) subject(n int32) bool {
	r := s.matrix.Model.Subjects
	matches := s.users.Matches("user", r.Handles[n], r.IDs[n])
	if matches && s.Inactive[r.Handles[n]] != "" && !s.WithInactive {
		s.left[n] = true
		return false
	}
	s.someone = s.someone || matches
	return matches
}

func (s *selected) resource(t *matrix.Type, n int32) bool {
	matches := s.resources.Matches(t.Type, t.Handles[n])
	s.something = s.something || matches
	return matches
}
