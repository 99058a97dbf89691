package pull

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
)

// directory is the target of a pull. Everything is written to temp first.
type directory struct {
	path     string
	exists   bool
	temp     string
	previous *live.Manifest
	lock     *rulefiles.Lock
}

// ours are the names that a pull replaces; the manifest is last.
var ours = []string{rulefiles.Dir, live.SiteDir, rulefiles.LockName, live.ManifestName}

func openDirectory(dir string) (*directory, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	f := &directory{path: path}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is not a folder", dir)
	}
	f.exists = true
	if f.previous, err = live.ReadManifest(path); err != nil {
		return nil, err
	}
	f.lock, err = rulefiles.ReadLock(path)
	return f, err
}

// LocalChangesError lists rule files that a pull would overwrite.
type LocalChangesError struct {
	Dir   string
	Files []string
}

// Error implements error.
func (e *LocalChangesError) Error() string {
	const shown = 5
	list := e.Files
	more := ""
	if len(list) > shown {
		more = fmt.Sprintf(" and %d more", len(list)-shown)
		list = list[:shown]
	}
	return fmt.Sprintf("%s contains changes that the site does not have: %s%s\nuse plan and apply to write them to the site, or pull --overwrite to drop them", e.Dir, strings.Join(list, ", "), more)
}

// refuseLocalChanges returns an error if rule files have changed since they were pulled or applied.
func (f *directory) refuseLocalChanges(variables map[string]string) error {
	dir := filepath.Join(f.path, rulefiles.Dir)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	changed, err := LocalChanges(f.path, f.lock, variables)
	if err != nil || len(changed) == 0 {
		return err
	}
	return &LocalChangesError{Dir: f.path, Files: changed}
}

// LocalChanges returns the rule files of a directory, relative and with slashes, that differ from
// the lock file: new, changed and deleted ones. Names in them refer to the directory's snapshot.
// Files for other sites, and those below rules/@SITE, are not compared.
func LocalChanges(dir string, lock *rulefiles.Lock, variables map[string]string) ([]string, error) {
	locked := map[string]string{} // the digest by the id of the rule
	gone := map[string]string{}
	home := ""
	if lock != nil {
		home = lock.Site
		for id, l := range lock.Rules {
			locked[schema.Fold(id)], gone[schema.Fold(id)] = l.Digest, l.File
		}
	}
	var changed []string
	root, source := filepath.Join(dir, rulefiles.Dir), Names(dir)
	for _, file := range ruleset.Files(root) {
		if site, _ := sitenames.Place(root, file); site != "" || !sitenames.For(sitenames.Only(file), home) {
			continue
		}
		rules, found := ruleset.Read(file)
		if resolved, err := sitenames.Resolve(context.Background(), rules, variables, source); err == nil {
			rules = resolved
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return nil, err
		}
		same := !found.HasErrors() && len(rules) > 0
		for i := range rules {
			key := schema.Fold(rules[i].ID)
			same = same && locked[key] == rulefiles.Digest(&rules[i])
			delete(gone, key)
		}
		if !same {
			changed = append(changed, filepath.ToSlash(name))
		}
	}
	for _, file := range gone {
		if !slices.Contains(changed, file) {
			changed = append(changed, file)
		}
	}
	slices.Sort(changed)
	return changed, nil
}

// stage creates the temporary directory.
func (f *directory) stage() error {
	parent := filepath.Dir(f.path)
	if f.exists {
		parent = f.path
	} else if _, err := os.Stat(parent); err != nil {
		return fmt.Errorf("the folder %s for %s does not exist: create it first", parent, filepath.Base(f.path))
	}
	var err error
	f.temp, err = os.MkdirTemp(parent, ".qlik2rego-pull-")
	return err
}

// discard removes the temporary files that were not moved to the target.
func (f *directory) discard() {
	if f.temp != "" {
		_ = os.RemoveAll(f.temp) // temporary
	}
}

// previousFile returns the file of a collection from the last pull, "" if it was changed since.
func (f *directory) previousFile(c live.Collection) string {
	part := f.previous.Part(c.Type)
	path := filepath.Join(f.path, live.SiteDir, c.File())
	if info, err := os.Stat(path); part == nil || err != nil || info.Size() != part.Bytes {
		return ""
	}
	return path
}

// same reports whether the directory has the content that the manifest describes.
func (f *directory) same(m *live.Manifest, variables map[string]string) bool {
	p := f.previous
	if p == nil || p.Site != m.Site || p.URL != m.URL || p.Build != m.Build || p.Rules != m.Rules ||
		!slices.Equal(p.Collections, m.Collections) || !slices.Equal(p.Absent, m.Absent) {
		return false
	}
	for _, part := range p.Collections {
		if info, err := os.Stat(filepath.Join(f.path, filepath.FromSlash(part.File))); err != nil || info.Size() != part.Bytes {
			return false
		}
	}
	changed, err := LocalChanges(f.path, f.lock, variables)
	return err == nil && f.lock != nil && len(changed) == 0
}

// commit moves everything to the target: a new directory as a whole, otherwise each part. It keeps
// the previous parts until all have been moved.
func (f *directory) commit() error {
	if !f.exists {
		if err := os.Chmod(f.temp, 0o755); err != nil {
			return err
		}
		return os.Rename(f.temp, f.path)
	}
	old := filepath.Join(f.temp, "before")
	if err := os.Mkdir(old, 0o755); err != nil {
		return err
	}
	var moved []string
	for _, name := range ours {
		err := os.Rename(filepath.Join(f.path, name), filepath.Join(old, name))
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			moved = append(moved, name)
			err = os.Rename(filepath.Join(f.temp, name), filepath.Join(f.path, name))
		}
		if err != nil {
			return errors.Join(err, f.restore(old, moved))
		}
	}
	return nil
}

// restore moves the previous parts back.
func (f *directory) restore(old string, moved []string) error {
	var failed []error
	for _, name := range moved {
		failed = append(failed, os.RemoveAll(filepath.Join(f.path, name)))
		if err := os.Rename(filepath.Join(old, name), filepath.Join(f.path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
