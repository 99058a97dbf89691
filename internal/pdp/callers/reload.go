package callers

import (
	"context"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// File is an authenticator that is read from a file, and again when the file has changed, so
// that tokens and keys can be replaced without a restart.
type File struct {
	path    string
	parse   func([]byte) (Authenticator, error)
	current atomic.Pointer[Authenticator]
	// seen is the file as read, looked as at the last check. They belong to the goroutine of
	// Watch.
	seen, looked os.FileInfo

	mu   sync.Mutex
	read time.Time
	err  error
}

// Open reads an authenticator from a file.
func Open(path string, parse func([]byte) (Authenticator, error)) (*File, error) {
	f := &File{path: path, parse: parse}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return f, f.load(info)
}

// Authenticate implements Authenticator.
func (f *File) Authenticate(r *http.Request) (Caller, error) {
	return (*f.current.Load()).Authenticate(r)
}

// File returns the name of the file.
func (f *File) File() string { return f.path }

// State returns when the current credentials were read, and the error of the last attempt to
// read the file again, if it failed.
func (f *File) State() (time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.read, f.err
}

// Watch reads the file again when it has changed and then not changed between two checks, until
// the context ends, and reports each time: reading a file while it is written could lock
// everybody out, or truncate a token. After an error the previous credentials remain valid.
func (f *File) Watch(ctx context.Context, every time.Duration, report func(path string, err error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if changed, err := f.look(); changed {
			report(f.path, err)
		}
	}
}

// look reads the file if it has changed and is stable.
func (f *File) look() (changed bool, err error) {
	info, err := os.Stat(f.path)
	if err != nil {
		changed = f.looked != nil || f.seen != nil
		f.looked, f.seen = nil, nil
		f.note(err)
		return changed, err
	}
	still := sameFile(info, f.looked)
	f.looked = info
	if !still || sameFile(info, f.seen) {
		return false, nil
	}
	return true, f.load(info)
}

func (f *File) load(info os.FileInfo) error {
	f.seen, f.looked = info, info
	text, err := os.ReadFile(f.path)
	if err == nil {
		var a Authenticator
		if a, err = f.parse(text); err == nil {
			f.current.Store(&a)
		}
	}
	f.note(err)
	return err
}

func (f *File) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err = err; err == nil {
		f.read = time.Now()
	}
}

func sameFile(a, b os.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}
