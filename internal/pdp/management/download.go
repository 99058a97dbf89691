package management

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// The time limits of a download, which ends when OPA has read and parsed the bundle.
const (
	// downloadWithin is the time limit for a complete answer: a server could send a byte a
	// second forever.
	downloadWithin = 10 * time.Minute
	// slowDownload is the duration after which a running download is reported.
	slowDownload = time.Minute
)

var errEndless = errors.New("the download took too long and was given up")

// downloads are the bundles that are being downloaded.
type downloads struct {
	limit  int64
	within time.Duration

	mu    sync.Mutex
	began map[*download]time.Time
}

func newDownloads(limit int64) *downloads {
	return &downloads{limit: cmp.Or(limit, bundles.ReadLimit), within: downloadWithin, began: map[*download]time.Time{}}
}

// oldest returns when the longest running download began.
func (d *downloads) oldest() (since time.Time, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, at := range d.began {
		if !ok || at.Before(since) {
			since, ok = at, true
		}
	}
	return since, ok
}

// follow returns the body of an answer, which fails if it unpacks to more than the limit, or
// takes too long.
func (d *downloads) follow(body io.ReadCloser, cancel context.CancelCauseFunc) io.ReadCloser {
	one := &download{of: d, body: body, end: time.AfterFunc(d.within, func() { cancel(fmt.Errorf("%w after %s", errEndless, d.within)) })}
	one.within = bundles.Bounded(io.LimitReader(body, d.limit+1), d.limit)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.began[one] = time.Now()
	return one
}

type download struct {
	of     *downloads
	body   io.ReadCloser
	within io.ReadCloser
	end    *time.Timer
}

// Read implements io.Reader.
func (d *download) Read(p []byte) (int, error) { return d.within.Read(p) }

// Close implements io.Closer.
func (d *download) Close() error {
	d.end.Stop()
	d.of.mu.Lock()
	delete(d.of.began, d)
	d.of.mu.Unlock()
	_ = d.within.Close() // never fails
	return d.body.Close()
}
