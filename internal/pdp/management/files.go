package management

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/plugins"
	"github.com/open-policy-agent/opa/v1/plugins/logger/file"
	"github.com/open-policy-agent/opa/v1/plugins/logs"
)

// files wraps OPA's rotating file logger in a logger for decisions that reports write errors.
// OPA's own use of it drops them, so that a full disk would go unnoticed.
type files struct {
	file.Factory
	log      *slog.Logger
	unlogged *atomic.Int64
}

// New implements plugins.Factory.
func (f *files) New(m *plugins.Manager, config any) plugins.Plugin {
	return &fileLog{path: config.(file.Config).Path, log: f.log, Plugin: f.Factory.New(m, config).(*file.Plugin), unlogged: f.unlogged}
}

// Start implements plugins.Plugin. It creates the file before OPA opens it, so that OPA
// appends: otherwise entries after a truncation by another program (copytruncate) would follow
// a hole.
func (f *fileLog) Start(ctx context.Context) error {
	_ = os.MkdirAll(filepath.Dir(f.path), 0o755) // a failure shows in the next steps
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		f.log.Warn("the file of decisions cannot be opened", "error", err)
	}
	return f.Plugin.Start(ctx)
}

type fileLog struct {
	path string
	log  *slog.Logger
	*file.Plugin
	unlogged *atomic.Int64
}

var _ logs.Logger = (*fileLog)(nil)

var errStopped = errors.New("the file of decisions is closed")

// Log implements logs.Logger.
func (f *fileLog) Log(_ context.Context, event logs.EventV1) error {
	handler := f.Logger()
	if handler == nil {
		return errStopped
	}
	text, err := json.Marshal(event)
	if err != nil {
		return err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	fields["type"] = logs.DecisionLogType
	return handle(handler, "Decision Log", fields)
}
