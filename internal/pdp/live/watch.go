package live

import (
	"context"
	"errors"
	"os"
	"time"
)

// retryAfter is the time after which bundles that could not be activated are tried again
// without a change: the cause may have been the disk.
const retryAfter = time.Minute

// Watch checks the files at the given interval, until the context ends, and activates them once
// they have changed and then been stable between two checks, so that a file is not read while
// it is written. Checking by name detects files that were replaced, renamed or reached through
// other links, on every file system.
func (f *Files) Watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	before := look(f.names)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := look(f.names)
		still := now.same(before)
		before = now
		if still && f.due(now) {
			_ = f.Activate(ctx) // the observer reports the error
		}
	}
}

func (f *Files) due(now sight) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !now.same(f.seen) || f.err != nil && !errors.Is(f.err, ErrSlow) && time.Since(f.at) > retryAfter
}

// sight is the state of files on disk; nil is a file that does not exist.
type sight []os.FileInfo

func look(files []string) sight {
	s := make(sight, len(files))
	for i, f := range files {
		if info, err := os.Stat(f); err == nil {
			s[i] = info
		}
	}
	return s
}

func (s sight) same(o sight) bool {
	if len(s) != len(o) {
		return false // o is from before the first check
	}
	for i, a := range s {
		b := o[i]
		if a == nil || b == nil {
			if a != nil || b != nil {
				return false
			}
			continue
		}
		if !os.SameFile(a, b) || a.Size() != b.Size() || !a.ModTime().Equal(b.ModTime()) || a.Mode() != b.Mode() {
			return false
		}
	}
	return true
}
