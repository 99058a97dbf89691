package management

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/open-policy-agent/opa/v1/logging"
	"github.com/open-policy-agent/opa/v1/plugins/logs"
)

// logger is our log with OPA's interface. OPA's information is about its own steps, and is
// logged at our debug level.
type logger struct {
	to *slog.Logger
	// notes, which may be nil, receive the messages of the decision log.
	notes  *notes
	plugin string
}

func (l logger) Debug(string, ...any) {}

func (l logger) Info(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if l.observes() {
		l.notes.said(text)
	}
	l.to.Debug(text)
}

func (l logger) observes() bool { return l.notes != nil && l.plugin == logs.Name }

func (l logger) Warn(format string, args ...any) { l.to.Warn(fmt.Sprintf(format, args...)) }

func (l logger) Error(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if l.observes() {
		l.notes.failed(text)
	}
	l.to.Error(text)
}

func (l logger) WithFields(fields map[string]any) logging.Logger {
	if name, ok := fields["plugin"].(string); ok {
		l.plugin = name
	}
	l.to = l.to.With(attributes(fields)...)
	return l
}

// GetLevel is never the level at which OPA logs headers.
func (logger) GetLevel() logging.Level { return logging.Info }

func (logger) SetLevel(logging.Level) {}

func attributes(fields map[string]any) []any {
	list := make([]any, 0, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		list = append(list, slog.Any(name, fields[name]))
	}
	return list
}

// console writes decisions and status as lines of JSON.
type console struct {
	logger
	handler slog.Handler
	failed  *atomic.Int64
	fields  map[string]any
}

func newConsole(w io.Writer, failed *atomic.Int64) console {
	return console{logger: logger{to: slog.New(slog.DiscardHandler)}, handler: slog.NewJSONHandler(w, nil), failed: failed}
}

func (c console) WithFields(fields map[string]any) logging.Logger {
	c.fields = maps.Clone(c.fields)
	if c.fields == nil {
		c.fields = map[string]any{}
	}
	maps.Copy(c.fields, fields)
	return c
}

// Info writes an entry. Failures are counted, because OPA ignores them.
func (c console) Info(format string, args ...any) {
	if err := handle(c.handler, fmt.Sprintf(format, args...), c.fields); err != nil {
		c.failed.Add(1)
	}
}

// handle writes a line whose fields include its time, if it is a decision.
func handle(h slog.Handler, message string, fields map[string]any) error {
	r := slog.NewRecord(now(), slog.LevelInfo, message, 0)
	r.Add(attributes(fields)...)
	return h.Handle(context.Background(), r)
}
