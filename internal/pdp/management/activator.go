package management

import (
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// activatorID names our activator among OPA's.
const activatorID = "qlik2rego"

// activator is called by OPA's bundle plugin with a bundle that it has downloaded and verified.
// OPA's own activator writes modules and data to a store of maps; ours passes the bytes to
// live. Other bundles in the process are left to OPA's activator.
type activator struct{ bundle.DefaultActivator }

var (
	register sync.Once
	// used is the current activator of the process. OPA reads it without a lock, so it is only
	// set when it changes, before any bundle arrives.
	used   string
	usedMu sync.Mutex
)

// useActivator makes our activator the process's, which also makes OPA's readers leave data as
// bytes.
func useActivator() {
	register.Do(func() { bundle.RegisterActivator(activatorID, &activator{}) })
	use(activatorID)
}

// useOPAsActivator restores OPA's. It must be in effect while a configuration that discovery
// has stored on disk is read, because OPA evaluates its data without activating it.
func useOPAsActivator() { use("") }

func use(id string) {
	usedMu.Lock()
	defer usedMu.Unlock()
	if used != id {
		used = id
		bundle.RegisterDefaultBundleActivator(id)
	}
}

// Activate implements bundle.Activator.
func (a *activator) Activate(opts *bundle.ActivateOpts) error {
	s, ok := opts.Store.(*store)
	if !ok {
		return a.DefaultActivator.Activate(opts)
	}
	for name, b := range opts.Bundles {
		if err := s.activate(opts, name, b); err != nil {
			return err
		}
	}
	return nil
}

// activate activates a bundle. The manifest is written to OPA's store first, which can be
// undone; the switch to the new policy cannot, and comes last.
func (s *store) activate(opts *bundle.ActivateOpts, name string, b *bundle.Bundle) error {
	if s.manager.files {
		return errFiles
	}
	part, err := s.part(name, b)
	if err != nil {
		return err
	}
	if err := bundle.WriteManifestToStore(opts.Ctx, s.Store, opts.Txn, name, b.Manifest); err != nil {
		return err
	}
	if err := bundle.WriteEtagToStore(opts.Ctx, s.Store, opts.Txn, name, b.Etag); err != nil {
		return err
	}
	return s.manager.parts.Put(opts.Ctx, name, part, opts.Compiler)
}

func (s *store) part(name string, b *bundle.Bundle) (live.Part, error) {
	// OPA takes a delta without operations for a bundle without data, which would replace all
	// data.
	_, base := b.Manifest.Metadata["base"]
	if b.Type() == bundle.DeltaBundleType || base {
		return s.manager.parts.Patch(name, b)
	}
	began := time.Now()
	taken, digest, err := bundles.FromOPA(b)
	return live.Part{Bundle: taken, Digest: digest, Began: began}, err
}
