package management

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/logging"
	"github.com/open-policy-agent/opa/v1/plugins/logs"
	"github.com/open-policy-agent/opa/v1/server"
	"github.com/open-policy-agent/opa/v1/storage"
	"go.opentelemetry.io/otel/trace"

	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// Decision is an entry of the decision log.
type Decision struct {
	// ID is that of the decision, Batch that of the request it is part of, empty for a single
	// request.
	ID, Batch string
	// Path is the path of the decision rule, such as "qlik/authz/decision".
	Path string
	At   time.Time
	// Input is nil for an item of a batch that could not be parsed.
	Input ast.Value
	// Result is the policy's result, in types that marshal to JSON.
	Result any
	// Labels name the rules that granted.
	Labels []map[string]any
	Err    error
	Policy *live.Policy
	// Remote is the address of the caller, Custom additional information about it.
	Remote string
	Header http.Header
	Custom map[string]any
}

// Logs reports whether decisions are logged.
func (m *Manager) Logs() bool { return logs.Lookup(m.opa) != nil }

// Log logs decisions according to the configuration: masked or dropped, to the console, to a
// file, and to the buffer for a server. Decisions that cannot be logged are counted and
// reported, but not changed.
func (m *Manager) Log(ctx context.Context, decisions ...Decision) {
	plugin := logs.Lookup(m.opa)
	if plugin == nil || len(decisions) == 0 {
		return
	}
	// A decision has been made even if the client no longer waits for it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.timeToLog())
	defer cancel()
	defer m.slowMasks(ctx)
	err := storage.Txn(ctx, m.opa.Store, storage.TransactionParams{}, func(txn storage.Transaction) error {
		var errs []error
		for _, d := range decisions {
			if err := plugin.Log(ctx, d.info(ctx, txn)); err != nil {
				m.unlogged.Add(1)
				errs = append(errs, err)
			}
		}
		return errors.Join(errs[:min(len(errs), 1)]...)
	})
	if err != nil {
		m.log.Error("a decision cannot be logged", "error", err)
	}
}

// LogWithin is the default time limit for the rules of masks and drops, for the decisions of a
// request.
const LogWithin = time.Second

// logBriefly is the time limit of masks for some time after they have exceeded theirs: an
// endless mask would delay every answer.
const (
	logBriefly = 20 * time.Millisecond
	slowFor    = 10 * time.Second
)

func (m *Manager) timeToLog() time.Duration {
	if time.Now().UnixNano() < m.slowUntil.Load() {
		return min(logBriefly, m.logWithin)
	}
	return m.logWithin
}

func (m *Manager) slowMasks(ctx context.Context) {
	if ctx.Err() != nil {
		m.slowUntil.Store(time.Now().Add(slowFor).UnixNano())
	}
}

func (d *Decision) info(ctx context.Context, txn storage.Transaction) *server.Info {
	i := &server.Info{
		Txn: txn, DecisionID: d.ID, BatchDecisionID: d.Batch, Path: d.Path, Timestamp: d.At,
		Bundles: map[string]server.BundleInfo{}, RemoteAddr: d.Remote, Error: asError(d.Err),
		EvaluatedRuleLabels: d.Labels, Custom: d.Custom,
		HTTPRequestContext: logging.HTTPRequestContext{Header: withoutSecrets(d.Header)},
	}
	for name, revision := range d.Policy.Revisions {
		i.Bundles[name] = server.BundleInfo{Revision: revision}
	}
	if d.Input != nil {
		if v, err := ast.JSON(d.Input); err == nil {
			i.Input, i.InputAST = &v, d.Input
		}
	}
	if d.Result != nil {
		i.Results = &d.Result
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		i.TraceID, i.SpanID = span.TraceID().String(), span.SpanID().String()
	}
	return i
}

// asError is an error that marshals to JSON.
func asError(err error) error {
	if err == nil {
		return nil
	}
	return &failure{err.Error()}
}

type failure struct {
	Message string `json:"message"`
}

// Error implements error.
func (f *failure) Error() string { return f.Message }

func withoutSecrets(h http.Header) http.Header {
	clean := http.Header{}
	for name, values := range h {
		if !slices.Contains(secrets, strings.ToLower(name)) {
			clean[name] = values
		}
	}
	return clean
}
