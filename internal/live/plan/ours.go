package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
)

// Files are the rules of a directory with the ids of a site.
type Files struct {
	Rules []ruleset.Rule
	// Lock has the rules that were last read from the site.
	Lock *rulefiles.Lock
	// LockName is the name of the lock file in the directory.
	LockName string
	// Foreign reports whether the directory was pulled from another site. Its ids are then those
	// of the other site, so that rules are found by the lock file or by their names.
	Foreign bool
	// written are the rules as their files have them, by the id in Rules.
	written map[string]ruleset.Rule
}

// noLock returns the error for a path that is not a pulled directory. It suggests a directory above
// the path that is one.
func noLock(dir string) error {
	above := filepath.Clean(dir)
	for range 3 {
		above = filepath.Dir(above)
		if _, err := os.Stat(filepath.Join(above, rulefiles.LockName)); err == nil {
			return fmt.Errorf("there is no lock file in %s; did you mean %s?", dir, above)
		}
	}
	return fmt.Errorf("there is no lock file in %s: pull the site into it first, then change the rule files", dir)
}

// ReadFiles reads the rules of a pulled directory for a site with the rules now, and replaces names
// by ids and variables by values. For files with errors it returns a *BrokenError or a
// *sitenames.Error.
func ReadFiles(ctx context.Context, dir string, site *qrs.Site, now Rules, source sitenames.Source) (*Files, error) {
	home, err := rulefiles.ReadLock(dir)
	if info, missing := os.Stat(dir); home == nil && (err == nil || missing == nil && !info.IsDir()) {
		return nil, noLock(dir)
	}
	if err != nil {
		return nil, err
	}
	f := &Files{Lock: home, LockName: rulefiles.LockName, written: map[string]ruleset.Rule{}}
	if home.Site != "" && home.Site != site.Name {
		f.Foreign, f.LockName = true, rulefiles.LockOf(site.Name)
		if f.Lock, err = rulefiles.ReadLockFile(filepath.Join(dir, f.LockName)); err != nil {
			return nil, err
		}
		if f.Lock == nil {
			f.Lock = &rulefiles.Lock{Site: site.Name, Rules: map[string]*rulefiles.Locked{}}
		}
	}
	root := filepath.Join(dir, rulefiles.Dir)
	read, found := ruleset.Read(sitenames.Paths(root, site.Name)...)
	if found.HasErrors() {
		return nil, &BrokenError{found}
	}
	if f.Rules, err = sitenames.Resolve(ctx, read, site.Variables, source); err != nil {
		return nil, err
	}
	if f.Foreign {
		f.Rules = slices.Clone(f.Rules)
		if err := f.translate(dir, now); err != nil {
			return nil, err
		}
	}
	for i := range read {
		f.written[f.Rules[i].ID] = read[i]
	}
	return f, nil
}

// translate gives each rule its id on the site: that of the lock file, the same id, or that of the
// only rule with the same name. A rule without a match is a new rule.
func (f *Files) translate(dir string, now Rules) error {
	byFile, byName, taken := map[string]string{}, map[string][]string{}, map[string]bool{}
	for id, l := range f.Lock.Rules {
		byFile[l.File] = id
	}
	key := func(r *ruleset.Rule) string { return r.Category.String() + "\x00" + r.Name }
	for _, id := range sortedKeys(now) {
		r := now[id]
		byName[key(&r)] = append(byName[key(&r)], id)
	}
	for i := range f.Rules {
		r := &f.Rules[i]
		file, err := relative(dir, r.Condition.File)
		if err != nil {
			return err
		}
		id, known := byFile[file]
		_, same := now[r.ID]
		switch named := byName[key(r)]; {
		case known:
		case same:
			id = r.ID
		case len(named) == 1 && !taken[named[0]]:
			id = named[0]
		}
		if r.Derived = id == ""; !r.Derived {
			r.ID, taken[id] = id, true
		}
		if r.Type == "" {
			r.Type = "Custom" // as on the site; the file is not written
		}
	}
	return nil
}

// named returns the strings of a rule as written in its file, nil if they contain no names.
func (f *Files) named(id string) *Named {
	r, ok := f.written[id]
	if !ok || !sitenames.Used(&r) {
		return nil
	}
	return &Named{Filter: r.Filter.Content, Condition: r.Condition.Content}
}

// siteNames finds entities by querying the site.
type siteNames struct{ client *qrs.Client }

// IDs implements sitenames.Source.
func (s siteNames) IDs(ctx context.Context, typ, name string) ([]string, error) {
	var ids []string
	err := s.each(ctx, typ, "name eq "+qrs.Quote(name), func(id, found string) {
		if found == name { // filters ignore case
			ids = append(ids, id)
		}
	})
	return ids, err
}

// Names implements sitenames.Source.
func (s siteNames) Names(ctx context.Context, typ string) ([]string, error) {
	var all []string
	err := s.each(ctx, typ, "", func(_, name string) { all = append(all, name) })
	return all, err
}

func (s siteNames) each(ctx context.Context, typ, filter string, f func(id, name string)) error {
	return s.client.List(ctx, strings.ReplaceAll(strings.ToLower(typ), ".", "/"), filter, func(entity []byte) error {
		var e struct{ ID, Name string }
		err := json.Unmarshal(entity, &e)
		f(e.ID, e.Name)
		return err
	})
}
