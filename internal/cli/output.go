package cli

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// Outputs are files and folders that are made under names of their own, beside
// where they belong, and take their places together. Whoever makes them defers
// Discard, which removes what has not been committed.
type Outputs struct {
	staged []staged
}

// staged is one output in the making.
type staged struct {
	temp, path string
	folder     bool
}

// tempName returns a name beside path that nobody uses.
func tempName(path string) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return filepath.Join(filepath.Dir(path), ".qlik2rego-"+hex.EncodeToString(b[:]))
}

// File makes a file. The write function is told the folder of the file, which is
// where large temporary files belong.
func (o *Outputs) File(path string, write func(w io.Writer, dir string) error) (err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // write through a link instead of replacing it
	}
	dir := filepath.Dir(path)
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return Input(fmt.Errorf("%s is a folder: name a file", path))
	case err == nil && !info.Mode().IsRegular():
		return o.device(path, write)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return Input(fmt.Errorf("there is no folder %s to write %s to: make it first", dir, filepath.Base(path)))
	}
	temp := tempName(path)
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return Input(err)
	}
	o.staged = append(o.staged, staged{temp: temp, path: path})
	if err := write(f, dir); err != nil {
		return errors.Join(err, f.Close())
	}
	return Input(errors.Join(f.Sync(), f.Close()))
}

// device writes to what is no regular file, such as /dev/null, which must not be
// replaced by one.
func (o *Outputs) device(path string, write func(io.Writer, string) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return Input(err)
	}
	err = write(f, "")
	return errors.Join(err, f.Close())
}

// Folder makes a folder of these files and nothing else. A folder that stands
// there is replaced if all files in it are from an earlier run.
func (o *Outputs) Folder(path string, files []bundles.File) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return Input(err)
	}
	if err := replaceable(path); err != nil {
		return Input(err)
	}
	temp := tempName(path)
	if err := os.Mkdir(temp, 0o755); err != nil {
		return Input(err)
	}
	o.staged = append(o.staged, staged{temp: temp, path: path, folder: true})
	for _, f := range append(files, markerOf(files)) {
		name := filepath.Join(temp, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return Input(err)
		}
		if err := os.WriteFile(name, f.Content, 0o644); err != nil {
			return Input(err)
		}
	}
	return nil
}

// Commit moves everything to its place.
func (o *Outputs) Commit() error {
	for len(o.staged) > 0 {
		s := o.staged[0]
		move := os.Rename
		if s.folder {
			move = moveFolder
		}
		if err := move(s.temp, s.path); err != nil {
			return Input(err)
		}
		o.staged = o.staged[1:]
	}
	return nil
}

// moveFolder renames a folder to a name that another folder may have, which is
// removed afterwards.
func moveFolder(temp, path string) error {
	old := tempName(path)
	err := os.Rename(path, old)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	stood := err == nil
	if err := os.Rename(temp, path); err != nil {
		if stood {
			err = errors.Join(err, os.Rename(old, path))
		}
		return err
	}
	return os.RemoveAll(old)
}

// Discard removes what has not been committed.
func (o *Outputs) Discard() {
	for _, s := range o.staged {
		_ = os.RemoveAll(s.temp)
	}
	o.staged = nil
}
