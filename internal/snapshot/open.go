package snapshot

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Snapshot is a directory with one file per entity type. Every Load and Project reads it again. They
// can be called concurrently, and then read one after the other.
type Snapshot struct {
	// reading protects what a read learns about the files.
	reading sync.Mutex
	schema  *schema.Schema
	files   []*file
	// aside are files that are not collections of entities.
	aside []*file
	// needs are the fields that rules read.
	needs []schema.Need
	// assumed is what was assumed when the snapshot was last read.
	assumed assumed
}

// file is one collection.
type file struct {
	// fsys and name are the location of the file, and path is its name in diagnostics.
	fsys fs.FS
	name string
	path string
	size int64
	// typeName is the type of entities that do not name their own.
	typeName string
	// indexed reports whether the ids in the file must be known before references to them are
	// read.
	indexed bool
	// forced reports whether its entities have the type of the file, whatever type they name.
	forced bool
}

// Open finds the files of a snapshot: *.json, named like the types, ignoring case. It ignores other
// files, and reports directories and a snapshot with no file except the rules. A nil schema is the
// default. In a directory written by the command pull, it opens the snapshot directory.
func Open(dir string, s *schema.Schema) (*Snapshot, diag.List) {
	if site, ok := Pulled(dir); ok {
		dir = site
	}
	return openIn(os.DirFS(dir), dir, s)
}

// OpenFS is Open for the files at the root of a file system, such as one in memory.
// Diagnostics name the files by their names.
func OpenFS(fsys fs.FS, s *schema.Schema) (*Snapshot, diag.List) { return openIn(fsys, "", s) }

// openIn finds the files at the root of a file system; dir is the prefix of their names in
// diagnostics.
func openIn(fsys fs.FS, dir string, s *schema.Schema) (*Snapshot, diag.List) {
	if s == nil {
		s = schema.Default()
	}
	snap := &Snapshot{schema: s}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return snap, diag.List{unreadable(dir, err)}
	}
	var list diag.List
	targets := relationTargets(s)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		info, err := fs.Stat(fsys, e.Name())
		extension := filepath.Ext(e.Name())
		name := strings.TrimSuffix(e.Name(), extension)
		switch {
		case err != nil:
			list = append(list, unreadable(path, err))
		case info.IsDir():
			list = append(list, diag.Diagnostic{
				Code: codeDirectory, Severity: diag.Warning,
				Summary: fmt.Sprintf("the folder %s is not read", path),
				Detail:  "A snapshot is one folder with a file per type, such as app.json and app.object.json.",
			})
		case strings.EqualFold(extension, ".json") && name != "":
			t, known := s.Type(name)
			if strings.EqualFold(name, accessInfo) {
				snap.aside = append(snap.aside, &file{fsys: fsys, name: e.Name(), path: path, typeName: name})
				continue
			}
			snap.files = append(snap.files, &file{
				fsys: fsys, name: e.Name(), path: path, size: info.Size(), typeName: name,
				indexed: !known || targets[t.Key()],
			})
		}
	}
	if !slices.ContainsFunc(snap.files, func(f *file) bool { return !f.rules() }) {
		list = append(list, diag.Diagnostic{
			Code: codeNothing, Severity: diag.Warning,
			Summary: fmt.Sprintf("no entities were found in the folder %s", dir),
			Detail:  "Nobody and nothing is on record, so that what requests describe decides. Files are named as the type is, such as user.json and app.json.",
		})
	}
	return snap, list
}

// open opens the file.
func (f *file) open() (fs.File, error) { return f.fsys.Open(f.name) }

// TypeNames returns the names of the types that have a file in the snapshot.
func (s *Snapshot) TypeNames() []string {
	var names []string
	for _, f := range s.files {
		names = append(names, f.typeName)
	}
	return names
}

// accessInfo is the file about the free capacity of each kind of licence: an object, not a list (QRS,
// license/accesstypeinfo).
const accessInfo = "license.accessTypeInfo"

// rules reports whether the file can serve as the rules.
func (f *file) rules() bool { return strings.EqualFold(f.typeName, "systemrule") }

// RulesFile returns the path of the snapshot's systemrule.json, which provides the rules if no others
// are given; false if there is none.
func (s *Snapshot) RulesFile() (string, bool) { return s.Path("SystemRule") }

// Path returns the path of the file of a type; false if there is none.
func (s *Snapshot) Path(typeName string) (string, bool) {
	f := s.file(typeName)
	if f == nil {
		return "", false
	}
	return f.path, true
}

// file returns the file of a type, or nil.
func (s *Snapshot) file(typeName string) *file {
	for _, f := range slices.Concat(s.aside, s.files) {
		if strings.EqualFold(f.typeName, typeName) {
			return f
		}
	}
	return nil
}

// relationTargets returns the keys of the types that relations lead to.
func relationTargets(s *schema.Schema) map[string]bool {
	targets := map[string]bool{}
	for _, t := range append(s.Types(), schema.OpenType("")) {
		for _, r := range t.Relations {
			targets[schema.Fold(r.Target)] = true
		}
	}
	return targets
}

func unreadable(path string, err error) diag.Diagnostic {
	return diag.Diagnostic{
		Code: codeUnreadable, Severity: diag.Error,
		Summary: fmt.Sprintf("cannot read %s: %s", path, reason(err)),
		Detail:  "Check that it exists and may be read.",
	}
}
