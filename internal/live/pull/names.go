package pull

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
)

// Names finds entities by name in the snapshot of a pulled folder.
func Names(dir string) sitenames.Source {
	return &sitenames.Files{Paths: func(typ string) (string, bool) {
		c := live.Collection{Type: typ, Path: strings.ReplaceAll(strings.ToLower(typ), ".", "/")}
		path := filepath.Join(dir, live.SiteDir, c.File())
		_, err := os.Stat(path)
		return path, err == nil
	}}
}

// keepNames leaves the files as they are that name entities where the site has ids, if they
// still say the same, and those that are for one site.
func (p *puller) keepNames(f *folder, files []rulefiles.File, lock *rulefiles.Lock) error {
	if !f.exists {
		return nil
	}
	source := Names(f.temp)
	for i := range files {
		path := filepath.Join(f.path, filepath.FromSlash(files[i].Path))
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "${") {
			continue // a new file, or one without names
		}
		rules, found := ruleset.Decode(path, text)
		if found.HasErrors() {
			continue
		}
		resolved, err := sitenames.Resolve(context.Background(), rules, p.client.Site().Variables, source)
		var wrong *sitenames.Error
		switch {
		case errors.As(err, &wrong) || err == nil && len(resolved) != 1:
			continue
		case err != nil:
			return err
		}
		if l := lock.Rules[resolved[0].ID]; l != nil && l.Digest == rulefiles.Digest(&resolved[0]) {
			files[i].Content = text
		}
	}
	own, err := filepath.Glob(filepath.Join(f.path, rulefiles.Dir, sitenames.SitePrefix+"*"))
	if err != nil {
		return err
	}
	for _, dir := range own {
		err := os.CopyFS(filepath.Join(f.temp, rulefiles.Dir, filepath.Base(dir)), os.DirFS(dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
