package pull

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
)

// Names returns a source that finds entities by name in the snapshot of a pulled directory.
func Names(dir string) sitenames.Source {
	return &sitenames.Files{Paths: func(typ string) (string, bool) {
		c := live.Collection{Type: typ, Path: strings.ReplaceAll(strings.ToLower(typ), ".", "/")}
		path := filepath.Join(dir, live.SiteDir, c.File())
		_, err := os.Stat(path)
		return path, err == nil
	}}
}

// putNames replaces ids in files by names if the meaning stays the same.
func (p *puller) putNames(f *directory, files []rulefiles.File, lock *rulefiles.Lock) error {
	source := Names(f.temp)
	names, err := sitenames.PlaceholdersOf(context.Background(), source)
	if err != nil {
		return err
	}
	for i := range files {
		rules, found := ruleset.Decode(files[i].Path, files[i].Content)
		if found.HasErrors() || len(rules) != 1 {
			continue // it keeps the ids
		}
		named, changed := names.Put(rules[0])
		if !changed {
			continue
		}
		same, err := p.saysTheSame(named, source, lock)
		if err != nil {
			return err
		}
		if same {
			files[i].Content = named.Format()
		}
	}
	return nil
}

// saysTheSame reports whether a rule with names is equal to the one in the lock file.
func (p *puller) saysTheSame(r ruleset.Rule, source sitenames.Source, lock *rulefiles.Lock) (bool, error) {
	resolved, err := sitenames.Resolve(context.Background(), []ruleset.Rule{r}, p.client.Site().Variables, source)
	var wrong *sitenames.Error
	if errors.As(err, &wrong) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l := lock.Rules[resolved[0].ID]
	return l != nil && l.Digest == rulefiles.Digest(&resolved[0]), nil
}

// keepNames keeps a local file that has names instead of ids, or a list of sites, if its rule is
// still equal to that of the site. It also keeps the files for other sites.
func (p *puller) keepNames(f *directory, files []rulefiles.File, lock *rulefiles.Lock) error {
	if !f.exists {
		return nil
	}
	source := Names(f.temp)
	for i := range files {
		path := filepath.Join(f.path, filepath.FromSlash(files[i].Path))
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "${") && len(sitenames.Only(path)) == 0 {
			continue // a new file, or one without names
		}
		rules, found := ruleset.Decode(path, text)
		if found.HasErrors() || len(rules) != 1 {
			continue
		}
		same, err := p.saysTheSame(rules[0], source, lock)
		if err != nil {
			return err
		}
		if same {
			files[i].Content = text
		}
	}
	return p.keepOthers(f)
}

// keepOthers copies the files that are for other sites.
func (p *puller) keepOthers(f *directory) error {
	root := filepath.Join(f.path, rulefiles.Dir)
	for _, file := range ruleset.Files(root) {
		if of, _ := sitenames.Place(root, file); of == "" && sitenames.For(sitenames.Only(file), p.client.Site().Name) {
			continue
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		to := filepath.Join(f.temp, rulefiles.Dir, name)
		if _, err := os.Stat(to); err == nil {
			return fmt.Errorf("%s is for other sites, and the site %s has a rule whose file has the same name: rename the file", file, p.client.Site().Name)
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, text, 0o644)); err != nil {
			return err
		}
	}
	return nil
}
