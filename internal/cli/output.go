package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Outputs are files and directories that are first written under temporary names next to their
// targets, and moved to the targets together by Commit. Defer Discard, which removes those that
// were not committed.
type Outputs struct {
	stdout  io.Writer
	staged  []staged
	staging *staging
}

// outputs returns the outputs of a command. The file "-" is standard output.
func (s *Streams) outputs() Outputs {
	if s.staging == nil {
		s.staging = &staging{}
	}
	return Outputs{stdout: s.Out, staging: s.staging}
}

// beside returns the stream for messages about a written file: standard output, or standard error if
// the file is standard output.
func (s *Streams) beside(path string) io.Writer {
	if path == stdio {
		return s.Err
	}
	return s.Out
}

// wrote writes a line that describes the content of a written file.
func (s *Streams) wrote(path, what string) error {
	name := tabular.Printable(path)
	if path == stdio {
		name = "standard output"
	}
	_, err := fmt.Fprintf(s.beside(path), "wrote %s (%s)\n", name, what)
	return err
}

// writeTo writes results to a file, atomically, or to standard output if name is "".
func (s *Streams) writeTo(name string, write func(w io.Writer, dir string) error) error {
	out := s.outputs()
	defer out.Discard()
	return out.commitWith(name, write)
}

// commitWith writes results like writeTo, and commits all outputs.
func (o *Outputs) commitWith(name string, write func(w io.Writer, dir string) error) error {
	if name != "" {
		if err := o.File(name, write); err != nil {
			return err
		}
		return o.Commit()
	}
	if err := o.Commit(); err != nil {
		return err
	}
	return write(o.stdout, "")
}

// reportTo returns the target of a report that is not a line of text: standard output with
// --format json, otherwise "".
func reportTo(ctx *cli.Context) string {
	if ctx.String("format") == render.JSON {
		return stdio
	}
	return ""
}

// staged is an output that is not committed yet.
type staged struct {
	temp string
	// place moves it to its target; streamed reports whether this may block until a reader reads.
	place    func() error
	streamed bool
}

// errLeft is the error for a command that continued to run after an interrupt.
var errLeft = fmt.Errorf("the command is left behind: %w", context.Canceled)

// stage registers an output before it is created.
func (o *Outputs) stage(temp string, place func() error) error {
	o.staged = append(o.staged, staged{temp: temp, place: place})
	if !o.staging.add(temp) {
		return errLeft
	}
	return nil
}

// tempName returns an unused name in the directory of path.
func tempName(path string) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return filepath.Join(filepath.Dir(path), tempPrefix+hex.EncodeToString(b[:]))
}

// File writes a file, which keeps the permissions of an existing one. The function write gets the
// directory of the file, so that it can put large temporary files there.
func (o *Outputs) File(path string, write func(w io.Writer, dir string) error) error {
	if path == stdio {
		return o.standard(write)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // write through a link instead of replacing it
	}
	dir := filepath.Dir(path)
	old, err := os.Stat(path)
	switch {
	case err == nil && old.IsDir():
		return Input(fmt.Errorf("%s is a folder: name a file", path))
	case err == nil && !old.Mode().IsRegular():
		return o.device(path, write)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return Input(fmt.Errorf("the folder %s for %s does not exist: create it first", dir, filepath.Base(path)))
	}
	mode := os.FileMode(0o644)
	if old != nil {
		mode = old.Mode().Perm()
	}
	temp := tempName(path)
	if err := o.stage(temp, func() error { return os.Rename(temp, path) }); err != nil {
		return err
	}
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return Input(cannotWrite(path, err))
	}
	if old != nil {
		err = f.Chmod(mode) // undo the umask
	}
	if err == nil {
		err = write(f, dir)
	}
	if err != nil {
		return cannotWrite(path, errors.Join(err, f.Close()))
	}
	return Input(cannotWrite(path, errors.Join(f.Sync(), f.Close())))
}

// cannotWrite replaces the name of the temporary file by that of the output in a file system error.
func cannotWrite(path string, err error) error {
	var broken *fs.PathError
	if !errors.As(err, &broken) || !strings.Contains(filepath.ToSlash(broken.Path), "/"+tempPrefix) && !strings.HasPrefix(broken.Path, tempPrefix) {
		return err
	}
	return fmt.Errorf("%s cannot be written: %w", path, broken.Err)
}

const tempPrefix = ".qlik2rego-"

// standard writes to standard output: all of it at Commit, or nothing.
func (o *Outputs) standard(write func(io.Writer, string) error) error {
	f, err := os.CreateTemp("", "qlik2rego-*")
	if err != nil {
		return Input(err)
	}
	temp := f.Name()
	if err := o.stage(temp, func() error { return o.copy(temp) }); err != nil {
		return errors.Join(err, f.Close())
	}
	o.staged[len(o.staged)-1].streamed = true
	return errors.Join(write(f, ""), Input(f.Close()))
}

// copy copies a temporary file to standard output and removes it.
func (o *Outputs) copy(temp string) error {
	f, err := os.Open(temp)
	if err != nil {
		return err
	}
	_, err = io.Copy(o.stdout, f)
	return errors.Join(err, f.Close(), os.Remove(temp))
}

// device writes to a file that is not regular, such as /dev/null, and must not be replaced.
func (o *Outputs) device(path string, write func(io.Writer, string) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return Input(err)
	}
	err = write(f, "")
	return errors.Join(err, f.Close())
}

// Directory makes a directory that contains only the given files. It replaces an existing directory
// if all files in it are from an earlier run.
func (o *Outputs) Directory(path string, files []bundles.File) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return Input(err)
	}
	if err := replaceable(path); err != nil {
		return Input(err)
	}
	return o.directory(path, append(files, markerOf(files)))
}

// directory makes a directory of the given files, instead of an existing one.
func (o *Outputs) directory(path string, files []bundles.File) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return Input(err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return Input(fmt.Errorf("the folder %s for %s does not exist: create it first", filepath.Dir(path), filepath.Base(path)))
	}
	temp := tempName(path)
	if err := o.stage(temp, func() error { return moveDirectory(temp, path) }); err != nil {
		return err
	}
	if err := os.Mkdir(temp, 0o755); err != nil {
		return Input(cannotWrite(path, err))
	}
	for _, f := range files {
		name := filepath.Join(temp, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return Input(cannotWrite(path, err))
		}
		if err := os.WriteFile(name, f.Content, 0o644); err != nil {
			return Input(cannotWrite(filepath.Join(path, filepath.FromSlash(f.Path)), err))
		}
	}
	return nil
}

// Commit moves all outputs to their targets.
func (o *Outputs) Commit() error {
	for len(o.staged) > 0 {
		if err := o.staging.place(o.staged[0]); err != nil {
			return Input(err)
		}
		o.staged = o.staged[1:]
	}
	return nil
}

// moveDirectory renames a directory. It replaces a directory with the new name.
func moveDirectory(temp, path string) error {
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

// Discard removes the outputs that were not committed.
func (o *Outputs) Discard() {
	for _, s := range o.staged {
		_ = os.RemoveAll(s.temp)
		o.staging.drop(s.temp)
	}
	o.staged = nil
}
