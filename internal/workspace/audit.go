package workspace

import (
	"context"
	"fmt"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// KeepNames makes bundles of the policy include the names of entities of all types and the
// logins of users, as written, even if no rule reads them.
func (w *Workspace) KeepNames() {
	KeepNames(w.Policy.View, w.NamedTypes())
}

// NamedTypes returns the keys of the types whose entities can be named: those of the schema, and
// that of all others.
func (w *Workspace) NamedTypes() []string {
	return append(typeKeys(w.schema()), schema.GeneralKey)
}

// KeepParents makes bundles of the policy include the apps and streams that entities belong to.
func (w *Workspace) KeepParents() {
	KeepParents(w.Policy.View, w.schema(), w.NamedTypes())
}

// KeepNames adds the names of the entities of some types and the logins of users, as written,
// to a view.
func KeepNames(view schema.View, types []string) {
	if _, ok := view.Of("user").Scalars["userdirectory"]; ok { // nodes do not have it
		view.Of("user").Scalars["userdirectory"] |= schema.Exact
		view.Of("user").Scalars["userid"] |= schema.Exact
	}
	for _, typ := range append([]string{"user"}, types...) {
		if typ != sitedata.Sections { // its name is its id
			view.Of(typ).Scalars["name"] |= schema.Exact
		}
	}
}

// KeepRoles adds the roles of users to a view.
func KeepRoles(view schema.View) { view.Of("user").Lists["roles"] |= schema.Folded }

// KeepParents adds to a view the apps and streams that the entities of some types belong to.
func KeepParents(view schema.View, all *schema.Schema, types []string) {
	for _, typ := range types {
		t, known := all.Type(typ)
		if !known {
			continue
		}
		for _, name := range []string{"app", "stream"} {
			if r, ok := t.Relations[name]; ok && !r.Many {
				view.Of(typ).Relations[name] = schema.Relation{Name: name, Target: all.Lookup(r.Target).Key()}
			}
		}
	}
}

func typeKeys(s *schema.Schema) []string {
	var keys []string
	for _, t := range s.Types() {
		keys = append(keys, t.Key())
	}
	return keys
}

// Audit decides every pair of a user and a resource of the site. q names types by their keys;
// without types it uses all types of the site, and without actions all actions.
func (w *Workspace) Audit(ctx context.Context, q partition.Question) (*matrix.Matrix, *bundles.Bundle, error) {
	if w.Policy == nil {
		return nil, nil, ErrBroken
	}
	w.KeepNames()
	b, err := w.Bundle(ctx)
	if err != nil {
		return nil, nil, err
	}
	if q.Types == nil {
		q.Types = sitedata.Types(&b.Data)
	}
	if q.Actions == 0 {
		for _, a := range ruleset.AllActions {
			q.Actions |= uint32(a)
		}
	}
	m, err := matrix.Compute(ctx, b, q, w.progress)
	return m, b, err
}

// Compare returns the effect on access of the change from the rules and site of old to those of
// new. See Sides for in.
func (old *Workspace) Compare(ctx context.Context, new *Workspace, in difference.Input) (*difference.Report, error) {
	in, err := old.Sides(ctx, new, in)
	if err != nil {
		return nil, err
	}
	return difference.Compare(ctx, in)
}

// Sides returns the input of a comparison of two workspaces. Workspaces with the same snapshot
// directory are compared on one site, which is read once; without a snapshot, on users and
// resources synthesized from the conditions. The views of both policies are merged. Sides sets
// the sides, mode and progress of in. The error is ErrBroken if rules or a site have errors,
// which are then among the diagnostics of the workspace.
func (old *Workspace) Sides(ctx context.Context, new *Workspace, in difference.Input) (difference.Input, error) {
	if old.Policy == nil || new.Policy == nil {
		return in, ErrBroken
	}
	if (old.Site == nil) != (new.Site == nil) {
		return in, fmt.Errorf("one side has a snapshot and the other has none: give both or neither")
	}
	view := old.Policy.View
	view.Merge(new.Policy.View)
	KeepNames(view, append(typeKeys(new.Options.Schema), schema.GeneralKey))
	new.Policy.View = view
	in.Mode = difference.ModeSite
	if old.Site == nil {
		in.Mode = difference.ModeClasses
	}
	in.SameSite = old.dir == new.dir
	in.Progress = new.progress
	if in.SameSite && old.Site != nil {
		old.viewBoth(new)
		old.Site.Require(new.Policy.Needs)
	}
	var err error
	if in.Old, err = old.side(ctx, old.Data()); err != nil {
		return in, err
	}
	data := new.Data()
	if in.SameSite {
		data = nil
	}
	if in.New, err = new.side(ctx, data); err != nil {
		return in, err
	}
	if in.SameSite && old.Site != nil {
		err = in.New.Bundle.Data.Share(&in.Old.Bundle.Data, bundles.DataRoot)
	}
	return in, err
}

func (w *Workspace) side(ctx context.Context, data bundles.DataSource) (difference.Side, error) {
	b, err := bundles.InMemory(ctx, w.Policy, data)
	return difference.Side{Rules: w.Rules, Policy: w.Policy, Bundle: b}, err
}
