package studio

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// directory is the directory of the rules. All writes use an os.Root, so that neither a name nor a
// link leads out of it.
type directory struct {
	dir  string
	root *os.Root
}

func openDirectory(dir string) (*directory, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := isDirectory(dir, "name the folder that contains your rules"); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, err
	}
	return &directory{abs, root}, nil
}

// isDirectory returns an error with a hint if a path is not a directory.
func isDirectory(dir, hint string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no folder %s: %s", dir, hint)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is a file: %s", dir, hint)
	}
	return nil
}

func (f *directory) Close() error { return f.root.Close() }

// name returns the name of a file relative to the directory, with slashes.
func (f *directory) name(file string) (string, error) {
	rel, err := filepath.Rel(f.dir, file)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s is not in the folder %s", file, f.dir)
	}
	return filepath.ToSlash(rel), nil
}

// file is the content of a file in the directory. A file that does not exist has no revision.
type file struct {
	Name     string
	Content  []byte
	Revision string
}

func (f *directory) read(name string) (file, error) {
	content, err := f.root.ReadFile(filepath.FromSlash(name))
	if errors.Is(err, fs.ErrNotExist) {
		return file{Name: name}, nil
	}
	return file{name, content, revisionOf(content)}, err
}

func revisionOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:12])
}

// errConflict is the error for a file that has changed since its writer loaded it.
var errConflict = errors.New("the file was changed by somebody else")

// write replaces a file atomically if it still has the given revision: "" for a file that does not
// exist. If content is nil, it removes the file.
func (f *directory) write(name, revision string, content []byte) error {
	now, err := f.read(name)
	if err != nil {
		return err
	}
	if now.Revision != revision {
		return errConflict
	}
	local := filepath.FromSlash(name)
	if content == nil {
		return f.root.Remove(local)
	}
	mode := fs.FileMode(0o644)
	if info, err := f.root.Stat(local); err == nil {
		mode = info.Mode().Perm()
	} else if err := f.root.MkdirAll(filepath.Dir(local), 0o755); err != nil {
		return err
	}
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	temp := filepath.Join(filepath.Dir(local), ".studio-"+hex.EncodeToString(b[:]))
	if err := f.fill(temp, mode, content); err != nil {
		return errors.Join(err, f.root.Remove(temp))
	}
	if err := f.root.Rename(temp, local); err != nil {
		return errors.Join(err, f.root.Remove(temp))
	}
	return nil
}

func (f *directory) fill(name string, mode fs.FileMode, content []byte) error {
	out, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	return errors.Join(err, out.Sync(), out.Close())
}

// revisions returns the revision of every file with rules, by name. It follows links that lead out
// of the directory, as all commands do; write does not.
func (f *directory) revisions() map[string]string {
	all := map[string]string{}
	for _, at := range ruleset.Files(f.dir) {
		content, err := os.ReadFile(at)
		if name, outside := f.name(at); err == nil && outside == nil {
			all[name] = revisionOf(content)
		}
	}
	return all
}

// free returns an unused file name in a directory: stem.ext, stem-2.ext and so on.
func (f *directory) free(dir, stem, ext string) string {
	for n := 1; ; n++ {
		name := path.Join(dir, stem+ext)
		if n > 1 {
			name = path.Join(dir, fmt.Sprintf("%s-%d%s", stem, n, ext))
		}
		if _, err := f.root.Lstat(filepath.FromSlash(name)); errors.Is(err, fs.ErrNotExist) {
			return name
		}
	}
}
