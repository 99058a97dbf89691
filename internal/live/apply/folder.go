package apply

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
)

// record updates a directory after writes: it writes the id of a new rule into its file, and all
// rules into the lock file. It does not change rules outside the plan. For a site that the
// directory was not pulled from, files keep their ids, and only the lock file of that site is
// written.
func record(dir string, p *plan.Plan, ids map[string]string, now plan.Rules) error {
	name := cmp.Or(p.Lock, rulefiles.LockName)
	lock, err := rulefiles.ReadLockFile(filepath.Join(dir, name))
	switch {
	case err != nil || lock == nil && p.Lock == "":
		return err
	case lock == nil:
		lock = &rulefiles.Lock{Site: p.Site, Build: p.Build, Rules: map[string]*rulefiles.Locked{}}
	}
	var written []ruleset.Rule
	files, named := map[string]string{}, map[string]*plan.Named{}
	for id, file := range p.Matched {
		if r, ok := now[id]; ok {
			written, files[id] = append(written, r), file
		}
	}
	for _, c := range p.Changes {
		id := ids[c.ID]
		if id == "" {
			continue // it was not written
		}
		if c.Op == plan.Delete {
			delete(lock.Rules, c.ID)
			continue
		}
		if c.Alias != "" && c.Alias != id {
			if lock.Aliases == nil {
				lock.Aliases = map[string]string{}
			}
			lock.Aliases[c.Alias] = id
			delete(lock.Rules, c.Alias)
		}
		if r, ok := now[id]; ok {
			written = append(written, r)
			files[id], named[id] = c.File, c.Named
		}
	}
	_, fresh := rulefiles.Arrange(written, nil)
	for i := range written {
		r := &written[i]
		locked := fresh.Rules[r.ID]
		locked.File = files[r.ID]
		lock.Rules[r.ID] = locked
		if p.Lock != "" {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(locked.File))
		r.Only = sitenames.Only(path)
		if err := replace(path, format(*r, named[r.ID])); err != nil {
			return err
		}
	}
	return replace(filepath.Join(dir, name), lock.Encode())
}

// format encodes a rule, with the strings that contain names instead of those with ids.
func format(r ruleset.Rule, named *plan.Named) []byte {
	if named != nil {
		r.Filter, r.Condition = &diag.Text{Content: named.Filter}, &diag.Text{Content: named.Condition}
	}
	return r.Format()
}

// replace replaces a file atomically.
func replace(path string, content []byte) error {
	temp := path + ".new"
	if err := os.WriteFile(temp, content, 0o644); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}
