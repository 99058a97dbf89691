package watch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// fullEvery is the maximum time between two rounds that read everything.
const fullEvery = time.Hour

// Watch follows one site. Look is not safe for concurrent use, but Effect may run concurrently with
// it. Call Close after all calls of Effect have returned.
type Watch struct {
	client *qrs.Client
	// files is a pulled directory whose rule files are compared with the site, "" if there is none.
	files    string
	temp     string
	progress snapshot.Progress
	metrics  *Metrics
	now      func() time.Time

	manifest *live.Manifest
	full     time.Time
	since    time.Time
	// silent reports whether the site does not support queries for changes since a date.
	silent bool
	// state is the site at the last change that Look has returned; pulled reports whether Dir may
	// be newer.
	state  state
	pulled bool
}

// state is an immutable copy of a pulled directory: links to files that a pull replaces.
type state struct {
	dir      string
	manifest *live.Manifest
	number   int
}

// Start reads the current state of the site. Files is a pulled directory, or "".
func Start(ctx context.Context, client *qrs.Client, files string, metrics *Metrics, progress snapshot.Progress) (*Watch, error) {
	temp, err := os.MkdirTemp("", "qlik2rego-watch-*")
	if err != nil {
		return nil, err
	}
	w := &Watch{client: client, files: files, temp: temp, progress: progress, metrics: metrics, now: time.Now}
	err = w.pull(ctx, false)
	if err == nil {
		err = w.keep()
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Close removes the temporary files of the watch.
func (w *Watch) Close() { _ = os.RemoveAll(w.temp) } // temporary

// Dir returns the pulled directory with the last state that was read.
func (w *Watch) Dir() string { return filepath.Join(w.temp, "now") }

// Types returns the types of the site's entities, as of the last read.
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
	w.manifest, w.since, w.pulled = result.Manifest, since, true
	if !result.Incremental {
		w.full = w.now()
	}
	return nil
}

// keep makes Dir the state with which the next state is compared.
func (w *Watch) keep() error {
	next := state{filepath.Join(w.temp, strconv.Itoa(w.state.number+1)), w.manifest, w.state.number + 1}
	if err := link(w.Dir(), next.dir); err != nil {
		return errors.Join(err, os.RemoveAll(next.dir))
	}
	w.state, w.pulled = next, false
	return nil
}

// Changed is the difference of two states of a site.
type Changed struct {
	changes       []Change
	before, after string // pulled folders
	time          time.Time
	drift         []string
	full          bool
}

// Look polls the site once and returns the changes; nil if nothing has changed. After a change, Dir
// has the current state of the site. Pass the result to Effect.
func (w *Watch) Look(ctx context.Context) (*Changed, error) {
	full := w.now().Sub(w.full) >= fullEvery
	changed := true
	if !full && !w.silent {
		var err error
		changed, err = w.client.ChangedSince(ctx, w.since)
		if err != nil && !qrs.IsNotFound(err) {
			return nil, err
		}
		w.silent = err != nil
		changed = changed || w.silent
	}
	if changed {
		if err := w.pull(ctx, !full); err != nil {
			return nil, err
		}
	}
	drift, err := w.Drift()
	if err != nil {
		return nil, err
	}
	if w.metrics != nil {
		w.metrics.looked(w.now(), len(drift))
	}
	if !w.pulled {
		return nil, nil
	}
	changes, err := compare(w.state.dir, w.Dir(), w.state.manifest, w.manifest)
	if err != nil {
		return nil, err
	}
	if len(changes) == 0 {
		w.pulled = false
		return nil, nil
	}
	before := w.state.dir
	if err := w.keep(); err != nil {
		return nil, err
	}
	return &Changed{changes, before, w.state.dir, w.now(), drift, full}, nil
}

// Effect returns the event for a result of Look, with the access that users gain and lose. Call it
// once for each result. If the effect cannot be computed, it is Unknown and the event has the reason.
// Effect returns an error only if ctx is done.
func (w *Watch) Effect(ctx context.Context, c *Changed) (*Event, error) {
	e := &Event{
		Time: c.time.UTC().Truncate(time.Millisecond), Site: w.client.Site().Name, Changes: c.changes[:min(len(c.changes), maxChanges)], Count: len(c.changes),
		Effect: NoEffect, Groups: []difference.Group{}, Drift: c.drift, Full: c.full,
	}
	report, err := effect(ctx, c)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		e.Effect, e.Reason = Unknown, err.Error()
	default:
		e.Gain, e.Loss, e.Groups = report.Gain, report.Loss, report.Groups
		if len(report.Groups) > 0 {
			e.Effect = Access
		}
	}
	if w.metrics != nil {
		w.metrics.observe(e)
	}
	_ = os.RemoveAll(c.before) // otherwise Close removes it
	return e, nil
}

// effect compares access before and after the changes.
func effect(ctx context.Context, c *Changed) (*difference.Report, error) {
	oldRules, found := ruleset.Read(filepath.Join(c.before, rulefiles.Dir))
	newRules, more := ruleset.Read(filepath.Join(c.after, rulefiles.Dir))
	if found.HasErrors() || more.HasErrors() {
		return nil, &plan.BrokenError{Findings: append(found, more...)}
	}
	return plan.Effect(ctx, oldRules, newRules, c.before, c.after, nil)
}

// Drift returns the names of the rules that differ between the site and the files, or that only one
// side has.
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

// link creates a directory of links to the files of another one. This is safe because a pull
// replaces files and never writes into them.
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
