package cli

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/pdp/lines"
	"github.com/qlik2rego/qlik2rego/internal/pdp/redact"
)

// serveLog is the log of a server: it writes to standard error through a queue, so that a blocked
// reader does not block the server.
type serveLog struct {
	*slog.Logger
	level slog.LevelVar
	lost  atomic.Int64
	queue *lines.Writer
}

func newServeLog(ctx *cli.Context, to io.Writer) *serveLog {
	l := &serveLog{}
	l.queue = lines.New(to, lines.Max, func(error) { l.lost.Add(1) })
	if level, err := pdp.ParseLevel(ctx.String("log-level")); err == nil { // the flag only accepts valid levels
		l.level.Set(level)
	}
	options := &slog.HandlerOptions{Level: &l.level}
	var handler slog.Handler = slog.NewTextHandler(l.queue, options)
	if ctx.String("log-format") == "json" {
		handler = slog.NewJSONHandler(l.queue, options)
	}
	l.Logger = slog.New(redact.Log(handler))
	return l
}

// close writes the queued lines, for at most a second.
func (l *serveLog) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = l.queue.Close(ctx) // there is nowhere to report the error
}
