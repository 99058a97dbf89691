package live

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// Policy is a policy with its data, ready to decide.
type Policy struct {
	*engine.Point
	// Revision is what the manifests say; of several bundles, joined with "+";
	// of a bundle without one, a digest of its bytes.
	Revision string
	// Digest is a digest of the bytes of all bundles: unlike revisions, no two
	// different bundles share it.
	Digest string
	// Since is the time of the activation.
	Since time.Time
}

// Holder holds the policy that decides. It is safe for concurrent use.
type Holder struct {
	files      []string
	entryPoint string
	observe    func(Activation)

	current atomic.Pointer[Policy]
	mu      sync.Mutex // of the last activation
	last    Activation
	seen    sight // the files, right before they were read
}

// Activation is one try to activate the bundles. Err is nil if it succeeded.
type Activation struct {
	At       time.Time
	Took     time.Duration
	Revision string
	Err      error
}

// New returns a holder of the bundles in files, none of which has been read.
// The observer, which may be nil, is told of each activation.
func New(files []string, entryPoint string, observe func(Activation)) *Holder {
	if observe == nil {
		observe = func(Activation) {}
	}
	return &Holder{files: files, entryPoint: entryPoint, observe: observe}
}

// Current returns the policy that decides, or nil if none has been activated. A
// request asks once and stays with what it got.
func (h *Holder) Current() *Policy { return h.current.Load() }

// Last returns the last activation; its time is zero before the first.
func (h *Holder) Last() Activation {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// Activate reads the files and lets them decide from now on. After an error the
// policy before decides as it did.
func (h *Holder) Activate(ctx context.Context) error {
	start, seen := time.Now(), look(h.files)
	p, err := h.load(ctx)
	if err != nil && ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err) // the end of the process, not of the bundle
	}
	a := Activation{At: start, Took: time.Since(start), Err: err}
	if err == nil {
		p.Since, a.Revision = time.Now(), p.Revision
		if old := h.current.Load(); old == nil || old.Digest != p.Digest {
			h.current.Store(p)
		}
	}
	h.mu.Lock()
	h.last, h.seen = a, seen
	h.mu.Unlock()
	h.observe(a)
	return err
}

func (h *Holder) load(ctx context.Context) (p *Policy, err error) {
	// A bundle is input. Whatever OPA does about it must not end a process that
	// has a policy to decide by.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the bundle cannot be prepared: %v", r)
		}
	}()
	b, digest, err := bundles.OpenDigest(ctx, h.files...)
	if err != nil {
		return nil, err
	}
	point, err := engine.NewPoint(ctx, b, h.entryPoint)
	if err != nil {
		return nil, err
	}
	return &Policy{Point: point, Revision: revision(b.Manifests, digest), Digest: digest}, nil
}

func revision(manifests []bundles.Manifest, digest string) string {
	revisions := make([]string, len(manifests))
	for i, m := range manifests {
		if m.Revision == "" {
			return "sha256:" + digest
		}
		revisions[i] = m.Revision
	}
	return strings.Join(revisions, "+")
}
