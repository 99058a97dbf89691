package live

import (
	"context"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// Files are the files of one policy, or of a policy and its data.
type Files struct {
	store        *PolicyStore
	names        []string
	verification *bundle.VerificationConfig
	limit        int64

	one  sync.Mutex // one activation at a time
	mu   sync.Mutex
	seen sight // the files, just before they were read
	at   time.Time
	err  error
}

// NewFiles returns files that have not been read yet. With a verification, all of them must be
// signed. Each may unpack to at most limit bytes.
func NewFiles(h *PolicyStore, names []string, verification *bundle.VerificationConfig, limit int64) *Files {
	return &Files{store: h, names: names, verification: verification, limit: limit}
}

// Activate reads the files and activates their policy. After an error the previous policy
// stays.
func (f *Files) Activate(ctx context.Context) error {
	f.one.Lock()
	defer f.one.Unlock()
	start, seen := time.Now(), look(f.names)
	err := f.store.activate(ctx, start, f.store.swap, f.load)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen, f.at, f.err = seen, start, err
	return err
}

func (f *Files) load(ctx context.Context) (*Policy, error) {
	b, digest, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	return f.store.prepare(ctx, ast.NewCompiler(), b, f.names, digest)
}

func (f *Files) open(ctx context.Context) (*bundles.Bundle, string, error) {
	if f.verification != nil {
		return bundles.OpenSigned(ctx, f.verification, f.limit, f.names...)
	}
	return bundles.OpenDigest(ctx, f.limit, f.names...)
}
