package pull

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// fullEvery is the maximum time of incremental pulls before everything is read again: whether
// every change updates the date of its entity is not documented.
const fullEvery = 24 * time.Hour

// Options are the options of a pull.
type Options struct {
	// Incremental reads only the changes since the last pull, if that is possible.
	Incremental bool
	// Overwrite replaces rule files with local changes.
	Overwrite bool
	// Names replaces ids in rule files by names, such as ${stream:Finance}, if the meaning stays
	// the same.
	Names    bool
	Progress snapshot.Progress
}

// Result is the result of a pull.
type Result struct {
	Manifest *live.Manifest
	// Unchanged reports whether the directory was already up to date.
	Unchanged bool
	// Incremental reports whether only changes were read.
	Incremental bool
	Calls       int64
	Bytes       int64
	// Findings are about the rules that were read.
	Findings diag.List
}

// RulesError is the error for rules of the site that cannot be written as files; Findings give
// the reasons.
type RulesError struct{ Findings diag.List }

// Error implements error.
func (e *RulesError) Error() string { return "the rules of the site cannot be read" }

// puller is one pull.
type puller struct {
	client  *qrs.Client
	options Options
	mu      sync.Mutex
}

func (p *puller) progressed(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.options.Progress != nil {
		p.options.Progress.Add(n)
	}
}

// Into pulls a site into a directory, which it creates if it does not exist. On an error the
// directory is unchanged.
func Into(ctx context.Context, client *qrs.Client, dir string, options Options) (*Result, error) {
	f, err := openDirectory(dir)
	if err != nil {
		return nil, err
	}
	if !options.Overwrite {
		if err := f.refuseLocalChanges(client.Site().Variables); err != nil {
			return nil, err
		}
	}
	defer f.discard()
	if err := f.stage(); err != nil {
		return nil, err
	}
	result, err := into(ctx, client, f, options)
	if err != nil {
		return nil, err
	}
	if !result.Unchanged {
		if err = f.keepOtherFiles(); err == nil {
			err = f.commit()
		}
	}
	result.Calls, result.Bytes = client.Calls()
	return result, err
}

// Snapshot pulls a site into an existing empty directory, for temporary use.
func Snapshot(ctx context.Context, client *qrs.Client, dir string, progress snapshot.Progress) (*live.Manifest, error) {
	f := &directory{path: dir, temp: dir}
	result, err := into(ctx, client, f, Options{Progress: progress})
	if err != nil {
		return nil, err
	}
	return result.Manifest, nil
}

func into(ctx context.Context, client *qrs.Client, f *directory, options Options) (*Result, error) {
	p := &puller{client: client, options: options}
	about, err := client.About(ctx)
	if err != nil {
		return nil, err
	}
	m := live.NewManifest()
	m.Site, m.URL, m.Build = client.Site().Name, client.Site().URL, about.BuildVersion
	m.Time = time.Now().Add(client.Ahead()).UTC().Truncate(time.Second)
	m.Full = m.Time
	previous := f.previous
	incremental := options.Incremental && previous != nil && previous.Build == m.Build && previous.URL == m.URL && m.Time.Sub(previous.Full) < fullEvery
	if incremental {
		m.Full = previous.Full
	}
	if err := p.collections(ctx, f, m, incremental); err != nil {
		return nil, err
	}
	result := &Result{Manifest: m, Incremental: incremental}
	if err := p.rules(f, result); err != nil {
		return nil, err
	}
	if f.same(m, client.Site().Variables) {
		m.Time, m.Full, result.Unchanged = previous.Time, previous.Full, true
	}
	data, err := m.Encode()
	if err != nil {
		return nil, err
	}
	return result, os.WriteFile(filepath.Join(f.temp, live.ManifestName), data, 0o644)
}

// collections reads all collections, two at a time.
func (p *puller) collections(ctx context.Context, f *directory, m *live.Manifest, incremental bool) error {
	if err := os.Mkdir(filepath.Join(f.temp, live.SiteDir), 0o755); err != nil {
		return err
	}
	all, counts, total := live.Collections(), map[string]int{}, 0
	for _, c := range all {
		n, err := p.client.Count(ctx, c.Path, "")
		switch {
		case qrs.IsNotFound(err) && !c.Needed():
			m.Absent = append(m.Absent, c.Type)
			continue
		case err != nil:
			return err
		case n == 0 && c.Needed():
			return fmt.Errorf("the user %s sees no entity of the type %s: a snapshot without them would be wrong; qlik2rego site check lists the missing rights", p.client.Site().User, c.Type)
		}
		counts[c.Type] = n
		total += n
	}
	if p.options.Progress != nil {
		p.options.Progress.Start("pulling "+m.Site, int64(total))
		defer p.options.Progress.Done()
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	var mu sync.Mutex
	for _, c := range all {
		count, present := counts[c.Type]
		if !present {
			continue
		}
		r := &reader{puller: p, collection: c, path: filepath.Join(f.temp, live.SiteDir, c.File())}
		if incremental {
			r.previous, r.since = f.previousFile(c), f.previous.Time
		}
		group.Go(func() error {
			part, err := r.read(ctx, count)
			mu.Lock()
			defer mu.Unlock()
			m.Collections = append(m.Collections, part)
			return err
		})
	}
	err := group.Wait()
	slices.SortFunc(m.Collections, func(a, b live.Part) int { return strings.Compare(a.File, b.File) })
	slices.Sort(m.Absent)
	return err
}

// rules writes the rule files and the lock file.
func (p *puller) rules(f *directory, result *Result) error {
	rules, found := ruleset.Read(filepath.Join(f.temp, live.SiteDir, "systemrule.json"))
	result.Findings = found
	if found.HasErrors() {
		return &RulesError{found}
	}
	files, lock := rulefiles.Arrange(rules, f.lock)
	lock.Site, lock.Build = result.Manifest.Site, result.Manifest.Build
	result.Manifest.Rules = len(rules)
	if err := os.MkdirAll(filepath.Join(f.temp, rulefiles.Dir), 0o755); err != nil {
		return err
	}
	if p.options.Names {
		if err := p.putNames(f, files, lock); err != nil {
			return err
		}
	}
	if err := p.keepNames(f, files, lock); err != nil {
		return err
	}
	for _, file := range files {
		path := filepath.Join(f.temp, filepath.FromSlash(file.Path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, file.Content, 0o644)); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(f.temp, rulefiles.LockName), lock.Encode(), 0o644)
}
