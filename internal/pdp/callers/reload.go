package callers

import (
	"context"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// File is an authenticator that is read from a file, and again when the file
// has changed, so that tokens and keys can be replaced without a restart.
type File struct {
	path    string
	parse   func([]byte) (Authenticator, error)
	current atomic.Pointer[Authenticator]
	seen    os.FileInfo
}

// Open reads an authenticator from a file.
func Open(path string, parse func([]byte) (Authenticator, error)) (*File, error) {
	f := &File{path: path, parse: parse}
	_, err := f.reload()
	return f, err
}

// Authenticate implements Authenticator.
func (f *File) Authenticate(r *http.Request) (Caller, error) {
	return (*f.current.Load()).Authenticate(r)
}

// Watch reads the file again when it has changed, until the context ends, and
// tells of each time. After an error the credentials before count as they did.
func (f *File) Watch(ctx context.Context, every time.Duration, tell func(path string, err error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if changed, err := f.reload(); changed {
			tell(f.path, err)
		}
	}
}

func (f *File) reload() (changed bool, err error) {
	info, err := os.Stat(f.path)
	if err != nil {
		changed = f.seen != nil
		f.seen = nil
		return changed, err
	}
	if f.seen != nil && os.SameFile(info, f.seen) && info.ModTime().Equal(f.seen.ModTime()) && info.Size() == f.seen.Size() {
		return false, nil
	}
	f.seen = info
	text, err := os.ReadFile(f.path)
	if err != nil {
		return true, err
	}
	a, err := f.parse(text)
	if err != nil {
		return true, err
	}
	f.current.Store(&a)
	return true, nil
}
