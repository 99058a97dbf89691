package engine

import (
	"context"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// store serves a bundle's data to OPA. OPA's own in-memory store takes twice the memory for a site of a million
// objects (docs/performance.md), because it represents each entity as a map. The store is read-only: changed
// data are a new document, and a transaction selects the document that a query reads.
type store struct {
	storage.PolicyNotSupported
	storage.WritesNotSupported
	storage.TriggersNotSupported
	data *bundles.Document
}

var _ storage.Store = (*store)(nil)

// transaction is a read transaction on one document.
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

// NewTransaction implements storage.Store. By default it reads the data with which the store was created.
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

// notFound is shared, because most look-ups find nothing.
var notFound = &storage.Error{Code: storage.NotFoundErr}

// Commit implements storage.Store.
func (*store) Commit(context.Context, storage.Transaction) error { return nil }

// Abort implements storage.Store.
func (*store) Abort(context.Context, storage.Transaction) {}

// Truncate implements storage.Store.
func (s *store) Truncate(ctx context.Context, txn storage.Transaction, _ storage.TransactionParams, _ storage.Iterator) error {
	return s.Write(ctx, txn, storage.RemoveOp, storage.RootPath, nil)
}
