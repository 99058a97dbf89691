package management

import (
	"context"

	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// store is the store of OPA's plugins. It holds the manifests and entity tags of the active
// bundles, but not their modules or data: otherwise a site of a million objects would be in
// memory twice. Data that masks read comes from the current policy.
type store struct {
	storage.Store
	manager *Manager
	policy  func() *live.Policy
}

func newStore(m *Manager, policy func() *live.Policy) *store {
	return &store{Store: inmem.NewWithOpts(inmem.OptRoundTripOnWrite(false)), manager: m, policy: policy}
}

// Read implements storage.Store.
func (s *store) Read(ctx context.Context, txn storage.Transaction, path storage.Path) (any, error) {
	value, err := s.Store.Read(ctx, txn, path)
	if !storage.IsNotFound(err) {
		return value, err
	}
	if p := s.policy(); p != nil {
		if value, ok := p.Data.Lookup(path...); ok {
			return value, nil
		}
	}
	return nil, err
}
