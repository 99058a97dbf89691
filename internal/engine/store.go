package engine

import (
	"context"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// store serves a bundle's data to OPA. OPA's own in-memory store takes twice the
// memory for a site of a million objects (docs/performance.md), because there
// each entity is a map. Nothing is ever written: new data is a new engine.
type store struct {
	storage.PolicyNotSupported
	storage.WritesNotSupported
	storage.TriggersNotSupported
	data *bundles.Document
	last atomic.Uint64
}

var _ storage.Store = (*store)(nil)

// transaction is a number: all readers see the same data.
type transaction uint64

// ID implements storage.Transaction.
func (t transaction) ID() uint64 { return uint64(t) }

// NewTransaction implements storage.Store.
func (s *store) NewTransaction(_ context.Context, params ...storage.TransactionParams) (storage.Transaction, error) {
	if len(params) > 0 && params[0].Write {
		return nil, &storage.Error{Code: storage.WritesNotSupportedErr, Message: "the data of an engine is read-only"}
	}
	return transaction(s.last.Add(1)), nil
}

// Read implements storage.Store.
func (s *store) Read(_ context.Context, _ storage.Transaction, path storage.Path) (any, error) {
	if value, ok := s.data.Lookup(path...); ok {
		return value, nil
	}
	return nil, notFound
}

// notFound is shared: a look-up that finds nothing is the rule, not the exception.
var notFound = &storage.Error{Code: storage.NotFoundErr}

// Commit implements storage.Store.
func (*store) Commit(context.Context, storage.Transaction) error { return nil }

// Abort implements storage.Store.
func (*store) Abort(context.Context, storage.Transaction) {}

// Truncate implements storage.Store.
func (s *store) Truncate(ctx context.Context, txn storage.Transaction, _ storage.TransactionParams, _ storage.Iterator) error {
	return s.Write(ctx, txn, storage.RemoveOp, storage.RootPath, nil)
}
