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

// maxOlder is how many earlier revisions deltas are made from. Who has an older one is sent
// the whole bundle.
const maxOlder = 16

// Publisher serves the latest bundle. It is safe for concurrent use. Close it.
type Publisher struct {
	dir   string
	token []byte // a digest; nil if nobody is asked for one
	count func(Kind)

	mu      sync.Mutex
	made    int
	latest  *revision
	older   []*revision   // the newest first
	changed chan struct{} // closed when there is another latest one
}

// Kind is what an answer holds.
type Kind string

// The kinds of answers.
const (
	Whole     Kind = "whole"
	Delta     Kind = "delta"
	Unchanged Kind = "unchanged"
)

// revision is a bundle that was published, with the deltas that lead to it by the tag of
// the revision before.
type revision struct {
	tag, path string
	size      int64
	deltas    map[string]*delta
}

// delta is made when somebody asks for it, once. Its content is nil where there is none:
// the rules differ, or the whole bundle is smaller.
type delta struct {
	once    sync.Once
	content []byte
}

// New returns a publisher of nothing yet. With a token, callers must show it. Count, which
// may be nil, is told of each answer.
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

// Close removes the bundles that the publisher keeps.
func (p *Publisher) Close() { _ = os.RemoveAll(p.dir) } // temporary

// Next names the file to write the next bundle to, for Publish.
func (p *Publisher) Next() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made++
	return filepath.Join(p.dir, fmt.Sprintf("%d.tar.gz", p.made))
}

// Publish serves the bundle in a file, which is the publisher's from then on. A bundle of
// the same bytes as the latest one changes nothing.
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
		_ = os.Remove(p.older[maxOlder].path) // else Close does
		p.older = p.older[:maxOlder]
	}
	p.latest = next
	for _, r := range p.older {
		r.deltas = nil // they lead to what is not the latest any more
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

// newer returns the latest revision as soon as it is another one than the tag says, and nil
// if there is none within the time.
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

// delta returns what leads from the revision of a tag to another one, nil if that is to be
// sent whole. Making it goes on when the one who asked has left: others wait for it.
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

// limited is a buffer that ends a delta that is not worth it.
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
