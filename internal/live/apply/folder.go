package apply

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
)

// record writes to a folder what the site has made of its rules: the id of a new rule into
// its file, and all of it into the lock file. Rules that the plan leaves alone stay as they
// are.
func record(dir string, p *plan.Plan, ids map[string]string, now plan.Rules) error {
	lock, err := rulefiles.ReadLock(dir)
	if err != nil || lock == nil {
		return err
	}
	var written []ruleset.Rule
	files := map[string]string{}
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
			files[id] = c.File
		}
	}
	_, fresh := rulefiles.Arrange(written, nil)
	for i := range written {
		r := &written[i]
		locked := fresh.Rules[r.ID]
		locked.File = files[r.ID]
		lock.Rules[r.ID] = locked
		if err := replace(filepath.Join(dir, filepath.FromSlash(locked.File)), r.Format()); err != nil {
			return err
		}
	}
	return replace(filepath.Join(dir, rulefiles.LockName), lock.Encode())
}

// replace writes a file under another name and moves it to its place.
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
