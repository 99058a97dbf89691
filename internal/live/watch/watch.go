package watch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// fullEvery is how long a watch goes without reading everything.
const fullEvery = time.Hour

// Watch follows one site. Close it.
type Watch struct {
	client *qrs.Client
	// files is a pulled folder whose rule files drift is told from, "" for none.
	files    string
	temp     string
	progress snapshot.Progress
	metrics  *Metrics
	now      func() time.Time

	manifest *live.Manifest
	full     time.Time
	since    time.Time
	// silent says that the site does not tell changes since a date.
	silent bool
}

// Start reads the site as it is now. Files is a pulled folder, or "".
func Start(ctx context.Context, client *qrs.Client, files string, metrics *Metrics, progress snapshot.Progress) (*Watch, error) {
	temp, err := os.MkdirTemp("", "qlik2rego-watch-*")
	if err != nil {
		return nil, err
	}
	w := &Watch{client: client, files: files, temp: temp, progress: progress, metrics: metrics, now: time.Now}
	if err := w.pull(ctx, false); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Close removes what the watch keeps.
func (w *Watch) Close() { _ = os.RemoveAll(w.temp) } // temporary

// Dir is the site as it was last read, a pulled folder.
func (w *Watch) Dir() string { return filepath.Join(w.temp, "now") }

// Types are the types that the site has, as it was last read.
func (w *Watch) Types() []string {
	var types []string
	for _, part := range w.manifest.Collections {
		types = append(types, part.Type)
	}
	return types
}

// pull reads the site.
func (w *Watch) pull(ctx context.Context, incremental bool) error {
	since := w.now().Add(w.client.Ahead())
	result, err := pull.Into(ctx, w.client, w.Dir(), pull.Options{Incremental: incremental, Overwrite: true, Progress: w.progress})
	if err != nil {
		return err
	}
	w.manifest, w.since = result.Manifest, since
	if !result.Incremental {
		w.full = w.now()
	}
	return nil
}

// Changed is what differs between two looks at a site.
type Changed struct {
	changes []Change
	full    bool
}

// Look looks once whether anything has changed, and returns what, nil for nothing. From then
// on Dir has the site as it is now.
func (w *Watch) Look(ctx context.Context) (*Changed, error) {
	full := w.now().Sub(w.full) >= fullEvery
	if !full && !w.silent {
		changed, err := w.client.ChangedSince(ctx, w.since)
		if err != nil && !qrs.IsNotFound(err) {
			return nil, err
		}
		w.silent = err != nil
		if err == nil && !changed {
			return nil, w.done(nil)
		}
	}
	if err := errors.Join(os.RemoveAll(w.before()), link(w.Dir(), w.before())); err != nil {
		return nil, err
	}
	old := w.manifest
	if err := w.pull(ctx, !full); err != nil {
		return nil, err
	}
	changes, err := compare(w.before(), w.Dir(), old, w.manifest)
	switch {
	case err != nil:
		return nil, err
	case len(changes) == 0:
		return nil, w.done(nil)
	}
	return &Changed{changes, full}, nil
}

// before is the site as it was at the look before, a pulled folder.
func (w *Watch) before() string { return filepath.Join(w.temp, "before") }

// Effect tells what the last look has found, with who gains and loses what by it.
func (w *Watch) Effect(ctx context.Context, c *Changed) (*Event, error) {
	e, err := w.event(ctx, c)
	if err != nil {
		return nil, err
	}
	return e, w.done(e)
}

// done tells the metrics about a round.
func (w *Watch) done(e *Event) error {
	drift, err := w.Drift()
	if err != nil {
		return err
	}
	if e != nil {
		e.Drift = drift
	}
	if w.metrics != nil {
		w.metrics.round(float64(w.now().Unix()), len(drift), e)
	}
	return nil
}

// event compares the site before with the site now.
func (w *Watch) event(ctx context.Context, c *Changed) (*Event, error) {
	e := &Event{Time: w.now().UTC().Truncate(time.Millisecond), Site: w.client.Site().Name, Count: len(c.changes), Effect: NoEffect, Drift: []string{}, Full: c.full}
	e.Changes = c.changes[:min(len(c.changes), maxChanges)]
	oldRules, found := ruleset.Read(filepath.Join(w.before(), rulefiles.Dir))
	newRules, more := ruleset.Read(filepath.Join(w.Dir(), rulefiles.Dir))
	if found.HasErrors() || more.HasErrors() {
		return nil, &plan.BrokenError{Findings: append(found, more...)}
	}
	report, err := plan.Effect(ctx, oldRules, newRules, w.before(), w.Dir(), w.progress)
	if err != nil {
		return nil, err
	}
	e.Gain, e.Loss, e.Groups = report.Gain, report.Loss, report.Groups
	if len(report.Groups) > 0 {
		e.Effect = Access
	}
	return e, nil
}

// Drift returns the names of the rules that are on the site not as their files say, or on
// one side alone.
func (w *Watch) Drift() ([]string, error) {
	drift := []string{}
	if w.files == "" {
		return drift, nil
	}
	site, found := ruleset.Read(filepath.Join(w.Dir(), rulefiles.Dir))
	if found.HasErrors() {
		return nil, &plan.BrokenError{Findings: found}
	}
	theirs := plan.ByID(site)
	files, err := plan.ReadFiles(context.Background(), w.files, w.client.Site(), theirs, pull.Names(w.Dir()))
	if err != nil {
		return nil, err
	}
	ours := plan.ByID(files.Rules)
	for _, r := range theirs.List() {
		if mine, there := ours[r.ID]; !there || rulefiles.Digest(&mine) != rulefiles.Digest(&r) {
			drift = append(drift, r.Name)
		}
	}
	for _, r := range ours.List() {
		if _, there := theirs[r.ID]; !there {
			drift = append(drift, r.Name)
		}
	}
	return drift, nil
}

// link makes a folder of links to the files of another one. A pull replaces files and never
// writes into them.
func link(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o755)
		}
		return os.Link(path, filepath.Join(to, name))
	})
}
