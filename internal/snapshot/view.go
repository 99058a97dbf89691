package snapshot

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// View returns the snapshot as read with another schema: files of the types in names, by case-folded
// name, become collections of other types, whatever type their entities have. It leaves out other
// files, except the rules.
func (s *Snapshot) View(other *schema.Schema, names map[string]string) *Snapshot {
	view := &Snapshot{schema: other}
	targets := relationTargets(other)
	for _, f := range s.files {
		name, ok := names[schema.Fold(f.typeName)]
		if !ok && !f.rules() {
			continue
		}
		one := *f
		if ok {
			_, known := other.Type(name)
			one.typeName, one.forced, one.indexed = name, true, !known || targets[schema.Fold(name)]
		}
		view.files = append(view.files, &one)
	}
	return view
}

// Add adds a collection that is not in a file: a JSON list of entities.
func (s *Snapshot) Add(typeName string, content []byte) {
	_, known := s.schema.Type(typeName)
	s.files = append(s.files, &file{
		fsys: memory(content), name: typeName, path: "(" + strings.ToLower(typeName) + ")", size: int64(len(content)), typeName: typeName, forced: true,
		indexed: !known || relationTargets(s.schema)[schema.Fold(typeName)],
	})
}

// memory is a file system with one file.
type memory []byte

// Open implements fs.FS.
func (m memory) Open(string) (fs.File, error) { return &memoryFile{bytes.NewReader(m)}, nil }

type memoryFile struct{ reader *bytes.Reader }

func (f *memoryFile) Read(p []byte) (int, error) { return f.reader.Read(p) }
func (f *memoryFile) Close() error               { return nil }
func (f *memoryFile) Stat() (fs.FileInfo, error) { return nil, errors.ErrUnsupported }

// Read returns the content and the path of the file of a type; ok is false if there is none.
func (s *Snapshot) Read(typeName string) (content []byte, path string, ok bool, err error) {
	f := s.file(typeName)
	if f == nil {
		return nil, "", false, nil
	}
	content, err = fs.ReadFile(f.fsys, f.name)
	return content, f.path, true, err
}
