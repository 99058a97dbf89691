package workspace

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Live is a workspace for an interactive console: the site stays in memory while the rules are
// edited, and results are cached as long as the rules do not change. It is safe for concurrent
// use; computations run one at a time.
type Live struct {
	// Workspace must not be modified.
	*Workspace
	store *store

	// The following fields are guarded by store.work.
	bundle    *bundles.Bundle
	columns   *partition.Columns // of the data of the bundle
	prepared  *matrix.Prepared   // of the bundle, with this number of sections
	sections  int
	matrices  map[string]*matrix.Matrix // by context
	types     []string                  // of the matrices
	point     *engine.EntryPoint
	explainer *explain.Explainer
	// base is what effects are computed from; nil means the rules themselves, or prior if it is
	// set. affected are the rules that the last effect decided.
	base, prior *Live
	affected    *affected
}

// Live returns a live workspace of these rules.
func (w *Workspace) Live() *Live {
	return &Live{Workspace: w, store: &store{snapshot: w.Site, hashes: map[string]uint64{}}, matrices: map[string]*matrix.Matrix{}}
}

// With returns a live workspace of other rules over the same site.
func (l *Live) With(rules []ruleset.Rule) *Live {
	w := &Workspace{Options: l.Options, Site: l.Site, dir: l.dir, progress: snapshot.NoProgress{}}
	w.compile(rules)
	return &Live{Workspace: w, store: l.store, matrices: map[string]*matrix.Matrix{}}
}

// Bundle returns the policy and the site. It reads the part of the snapshot that rules read on
// the first call, and again when rules need more.
func (l *Live) Bundle(ctx context.Context, p snapshot.Progress) (*bundles.Bundle, error) {
	l.store.work.Lock()
	defer l.store.work.Unlock()
	return l.over(ctx, p)
}

func (l *Live) over(ctx context.Context, p snapshot.Progress) (*bundles.Bundle, error) {
	if l.Policy == nil {
		return nil, ErrBroken
	}
	if l.bundle != nil {
		return l.bundle, nil
	}
	l.KeepNames()
	var err error
	l.bundle, l.columns, err = l.store.bundle(ctx, l.Policy, p)
	return l.bundle, err
}

// Matrix returns who may do what on all resources of the site except sections, for requests
// with a context.
func (l *Live) Matrix(ctx context.Context, from string, p snapshot.Progress) (*matrix.Matrix, error) {
	l.store.work.Lock()
	defer l.store.work.Unlock()
	return l.matrix(ctx, from, p)
}

func (l *Live) matrix(ctx context.Context, from string, p snapshot.Progress) (*matrix.Matrix, error) {
	if !l.readsContext() {
		from = "" // all contexts have the same result
	}
	if m := l.matrices[from]; m != nil {
		return m, nil
	}
	b, err := l.over(ctx, p)
	if err != nil {
		return nil, err
	}
	if l.types == nil {
		l.types = slices.DeleteFunc(sitedata.Types(&b.Data), func(key string) bool { return key == sitedata.Sections })
	}
	q := partition.Question{Session: partition.Session{Context: from}, Types: l.types}
	for _, a := range ruleset.AllActions {
		q.Actions |= uint32(a)
	}
	prepared, err := l.prepare(ctx, b)
	if err != nil {
		return nil, err
	}
	m, err := prepared.Compute(ctx, q, p)
	if err == nil {
		l.matrices[from] = m
	}
	return m, err
}

// prepare compiles the policy of the bundle once. Comparisons add sections that rules name to
// the site, which a policy compiled before does not know.
func (l *Live) prepare(ctx context.Context, b *bundles.Bundle) (_ *matrix.Prepared, err error) {
	if n := len(sitedata.Handles(&b.Data, sitedata.Sections)); l.prepared == nil || n != l.sections {
		l.sections = n
		if l.prepared, err = matrix.Prepare(ctx, b); err == nil {
			l.prepared.Columns = l.columns
		}
	}
	return l.prepared, err
}

// EntryPoint returns the engine for single requests.
func (l *Live) EntryPoint(ctx context.Context, p snapshot.Progress) (*engine.EntryPoint, error) {
	l.store.work.Lock()
	defer l.store.work.Unlock()
	if l.point != nil {
		return l.point, nil
	}
	b, err := l.over(ctx, p)
	if err != nil {
		return nil, err
	}
	l.point, err = engine.NewEntryPoint(ctx, b, engine.QlikEntryPoint, engine.Batch(ctx))
	return l.point, err
}

// Explainer explains decisions about the site.
func (l *Live) Explainer(p snapshot.Progress) (*explain.Explainer, error) {
	l.store.work.Lock()
	defer l.store.work.Unlock()
	if l.explainer != nil {
		return l.explainer, nil
	}
	if l.Policy == nil {
		return nil, ErrBroken
	}
	site, err := l.store.load(p)
	if err != nil {
		return nil, err
	}
	l.explainer = l.ExplainerOn(site, explain.Options{})
	return l.explainer, nil
}

// Records returns the complete site, joined; without a snapshot it is empty.
func (l *Live) Records(p snapshot.Progress) (*snapshot.Site, error) { return l.store.load(p) }

// store is the part of a site in memory that rules have read so far. The workspaces of one
// console share it.
type store struct {
	// work serializes the computations of all workspaces.
	work sync.Mutex

	mu       sync.Mutex
	snapshot *snapshot.Snapshot
	view     schema.View
	data     *bundles.Document
	columns  *partition.Columns
	hashes   map[string]uint64
	site     *snapshot.Site
}

// bundle combines a policy with the site. The view of the policy is merged into that of the
// store, which only grows.
func (s *store) bundle(ctx context.Context, policy *compiler.Policy, p snapshot.Progress) (*bundles.Bundle, *partition.Columns, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.snapshot == nil {
		b, err := bundles.InMemory(ctx, policy, nil)
		return b, nil, err
	}
	view := merged(s.view, policy.View)
	if s.data == nil || !reflect.DeepEqual(view, s.view) {
		if err := s.read(ctx, view, p); err != nil {
			return nil, nil, err
		}
	}
	policy.View = merged(s.view)
	b, err := bundles.InMemory(ctx, policy, nil)
	if err != nil {
		return nil, nil, err
	}
	return b, s.columns, b.Data.Share(s.data, bundles.DataRoot)
}

// read reads the snapshot again, with a larger view.
func (s *store) read(ctx context.Context, view schema.View, p snapshot.Progress) error {
	carrier := &Workspace{Policy: &compiler.Policy{View: view}, Site: s.snapshot, progress: p}
	b, err := bundles.InMemory(ctx, carrier.Policy, carrier.Data())
	if err != nil {
		return err
	}
	if err := addSections(&b.Data); err != nil {
		return err
	}
	s.view, s.data, s.columns = view, &b.Data, &partition.Columns{}
	return nil
}

func (s *store) load(p snapshot.Progress) (*snapshot.Site, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.site != nil {
		return s.site, nil
	}
	if s.snapshot == nil {
		return &snapshot.Site{}, nil
	}
	site, found := s.snapshot.Load(p)
	if found.HasErrors() {
		return nil, ErrBroken
	}
	s.site = site
	return site, nil
}

func merged(views ...schema.View) schema.View {
	all := schema.View{}
	for _, v := range views {
		all.Merge(v)
	}
	return all
}

// SectionNames are the ids of sections of the management console: one for each type that it
// manages.
func SectionNames() []string {
	names := map[string]bool{}
	for _, t := range schema.Default().Types() {
		if !t.Transient && !slices.Contains([]byte(t.Name), '.') {
			names["QmcSection_"+t.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func addSections(data *bundles.Document) error {
	for _, name := range SectionNames() {
		id := schema.Fold(name)
		if err := sitedata.AddNamed(data, sitedata.Sections, id, name); err != nil {
			return err
		}
	}
	return nil
}

// Reread returns a live workspace of rules that were read again, with the site in memory. It
// keeps the results of unchanged rules for effects.
func (l *Live) Reread(w *Workspace) *Live {
	w.Site = l.Site
	return &Live{Workspace: w, store: l.store, matrices: map[string]*matrix.Matrix{}, prior: l}
}
