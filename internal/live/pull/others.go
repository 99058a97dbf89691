package pull

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
)

// keepOtherFiles copies the files that a pull does not write, such as notes, into the directories
// that replace the previous ones.
func (f *directory) keepOtherFiles() error {
	written := map[string]bool{}
	for _, file := range ruleset.Files(filepath.Join(f.path, rulefiles.Dir)) {
		written[file] = true
	}
	for _, c := range live.Collections() {
		written[filepath.Join(f.path, live.SiteDir, c.File())] = true
	}
	if f.previous != nil {
		for _, part := range f.previous.Collections {
			written[filepath.Join(f.path, filepath.FromSlash(part.File))] = true
		}
	}
	for _, name := range []string{rulefiles.Dir, live.SiteDir} {
		root := filepath.Join(f.path, name)
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || written[path] {
				return err
			}
			return f.keep(path)
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// keep copies a file to the same place in the temporary directory, unless a pulled file has it.
func (f *directory) keep(path string) error {
	name, err := filepath.Rel(f.path, path)
	if err != nil {
		return err
	}
	to := filepath.Join(f.temp, name)
	if _, err := os.Lstat(to); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if target, err := os.Readlink(path); err == nil {
		return os.Symlink(target, to)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode().Perm())
}
