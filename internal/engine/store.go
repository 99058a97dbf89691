package engine

import (
	"context"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// store serves a bundle's data to OPA. OPA's own in-memory store takes twice the
// memory for a site of a million objects (docs/performance.md), because there
// each entity is a map. Nothing is ever written to it: changed data are another
// document, and a transaction says which document a query reads.
type store struct {
	storage.PolicyNotSupported
	storage.WritesNotSupported
	storage.TriggersNotSupported
	data *bundles.Document
}

var _ storage.Store = (*store)(nil)

// transaction is a reading of one document, from the first to the last look.
type transaction struct {
	id   uint64
	data *bundles.Document
}

var transactions atomic.Uint64

func reading(data *bundles.Document) *transaction {
	return &transaction{transactions.Add(1), data}
}

// ID implements storage.Transaction.
func (t *transaction) ID() uint64 { return t.id }

// NewTransaction implements storage.Store. It reads the data that the store was
// made with.
func (s *store) NewTransaction(_ context.Context, params ...storage.TransactionParams) (storage.Transaction, error) {
	if len(params) > 0 && params[0].Write {
		return nil, &storage.Error{Code: storage.WritesNotSupportedErr, Message: "the data of an engine is read-only"}
	}
	return reading(s.data), nil
}

// Read implements storage.Store.
func (*store) Read(_ context.Context, txn storage.Transaction, path storage.Path) (any, error) {
	t, ok := txn.(*transaction)
	if !ok {
		return nil, &storage.Error{Code: storage.InvalidTransactionErr, Message: "the transaction is of another store"}
	}
	if value, ok := t.data.Lookup(path...); ok {
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
