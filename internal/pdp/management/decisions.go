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
	// ID is that of the decision, Batch that of the request it was part of, empty
	// for a request of its own.
	ID, Batch string
	// Path is the path of what decided, such as "qlik/authz/decision".
	Path string
	At   time.Time
	// Input is nil for an item of a batch that could not be read.
	Input ast.Value
	// Result is what the policy said, in types that have a JSON form.
	Result any
	// Labels name the rules that granted.
	Labels []map[string]any
	Err    error
	Policy *live.Policy
	// Remote is the address of the caller, Custom what else is known of it.
	Remote string
	Header http.Header
	Custom map[string]any
}

// Logs reports whether decisions are to be logged.
func (m *Manager) Logs() bool { return logs.Lookup(m.opa) != nil }

// Log logs decisions as the configuration says: masked or dropped, to the
// console, to a file, and into the buffer for a server. What cannot be logged is
// counted and said, and leaves the decision as it is.
func (m *Manager) Log(ctx context.Context, decisions ...Decision) {
	plugin := logs.Lookup(m.opa)
	if plugin == nil || len(decisions) == 0 {
		return
	}
	// Whoever waits no longer for the answer has been decided about all the same.
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

// LogWithin is the time that the rules of masks and drops have for the decisions of
// a request by default.
const LogWithin = time.Second

// logBriefly is the time that masks have after they have used up theirs, for a
// while: a mask without end would make every answer wait for it.
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

// asError is an error with a JSON form.
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
