package publish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// maxOlder is the number of earlier revisions that deltas are made from. A client with an older one
// gets the whole bundle.
const maxOlder = 16

// Publisher serves the latest bundle. It is safe for concurrent use. Close it.
type Publisher struct {
	dir   string
	token []byte // a digest; nil if no token is required
	count func(Kind)

	mu      sync.Mutex
	made    int
	latest  *revision
	older   []*revision   // the newest first
	changed chan struct{} // closed when there is a newer revision
}

// Kind is the kind of an answer.
type Kind string

// The kinds of answers.
const (
	Whole     Kind = "whole"
	Delta     Kind = "delta"
	Unchanged Kind = "unchanged"
)

// revision is a published bundle, with the deltas that lead to it, by the tag of their start
// revision.
type revision struct {
	tag, path string
	size      int64
	deltas    map[string]*delta
}

// delta is computed once, on demand. Its content is nil if there is no useful delta: the rules
// differ, or the whole bundle is smaller.
type delta struct {
	once    sync.Once
	content []byte
}

// New returns a publisher without a bundle. With a token, callers must present it. Count, which may
// be nil, is called for each answer.
func New(token string, count func(Kind)) (*Publisher, error) {
	dir, err := os.MkdirTemp("", "qlik2rego-publish-*")
	if err != nil {
		return nil, err
	}
	p := &Publisher{dir: dir, count: count, changed: make(chan struct{})}
	if p.count == nil {
		p.count = func(Kind) {}
	}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		p.token = sum[:]
	}
	return p, nil
}

// Close removes the bundles of the publisher.
func (p *Publisher) Close() { _ = os.RemoveAll(p.dir) } // temporary

// Next returns the name of the file to which the caller writes the next bundle for Publish.
func (p *Publisher) Next() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made++
	return filepath.Join(p.dir, fmt.Sprintf("%d.tar.gz", p.made))
}

// Publish serves the bundle in a file. The publisher then owns the file. Publishing the same bytes
// as the latest bundle changes nothing.
func (p *Publisher) Publish(path string) error {
	next, err := open(path)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.latest != nil && p.latest.tag == next.tag {
		return os.Remove(path)
	}
	if p.latest != nil {
		p.older = append([]*revision{p.latest}, p.older...)
	}
	if len(p.older) > maxOlder {
		_ = os.Remove(p.older[maxOlder].path) // otherwise Close removes it
		p.older = p.older[:maxOlder]
	}
	p.latest = next
	for _, r := range p.older {
		r.deltas = nil // they lead to a revision that is not the latest any more
		next.deltas[r.tag] = &delta{}
	}
	close(p.changed)
	p.changed = make(chan struct{})
	return nil
}

func open(path string) (*revision, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	sum := sha256.New()
	size, err := io.Copy(sum, f)
	if err != nil {
		return nil, err
	}
	return &revision{tag: `"` + hex.EncodeToString(sum.Sum(nil)[:16]) + `"`, path: path, size: size, deltas: map[string]*delta{}}, nil
}

// newer waits until the latest revision is not the one of the tag, and returns it; nil if that does
// not happen in time.
func (p *Publisher) newer(ctx context.Context, tag string, wait time.Duration) *revision {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		p.mu.Lock()
		latest, changed := p.latest, p.changed
		p.mu.Unlock()
		if latest != nil && latest.tag != tag {
			return latest
		}
		if wait <= 0 {
			return nil
		}
		select {
		case <-changed:
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// delta returns the delta from the revision of a tag to another one, nil if the whole bundle is to
// be sent. The computation continues if its first caller leaves, because others may wait for it.
func (p *Publisher) delta(ctx context.Context, from string, to *revision) []byte {
	p.mu.Lock()
	var base *revision
	for _, r := range p.older {
		if r.tag == from {
			base = r
		}
	}
	d := to.deltas[from]
	p.mu.Unlock()
	if base == nil || d == nil {
		return nil
	}
	d.once.Do(func() {
		var b bytes.Buffer
		_, err := bundles.WriteDelta(context.WithoutCancel(ctx), &limited{&b, to.size / 2}, base.path, to.path)
		if err == nil {
			d.content = b.Bytes()
		}
	})
	return d.content
}

// limited is a buffer that fails when a delta has become too large to be useful.
type limited struct {
	*bytes.Buffer
	left int64
}

var errLarge = errors.New("the delta is large")

// Write implements io.Writer.
func (l *limited) Write(b []byte) (int, error) {
	if l.left -= int64(len(b)); l.left < 0 {
		return 0, errLarge
	}
	return l.Buffer.Write(b)
}
