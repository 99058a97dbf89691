package studio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// stream answers a request for long work with lines of JSON, each an object with one member. It
// cancels the work when the client disconnects.
//
//	{"progress": {"what": "auditing", "done": 3, "total": 40}}
//	{"bound": …}    a bound of an effect, before the result
//	{"result": …}   or   {"error": "…"}
func stream(w http.ResponseWriter, r *http.Request, work func(ctx context.Context, p *progress) (any, error)) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	p := &progress{out: json.NewEncoder(w), flush: http.NewResponseController(w)}
	result, err := guarded(func() (any, error) { return work(r.Context(), p) })
	if r.Context().Err() != nil {
		return // the client has disconnected
	}
	if errors.Is(err, workspace.ErrBroken) {
		err = fmt.Errorf("%w: correct the errors that Checks lists", err)
	}
	if err != nil {
		p.line("error", err.Error())
		return
	}
	p.line("result", result)
}

// guarded turns a panic into an error, so that only one request fails.
func guarded[T any](work func() (T, error)) (result T, err error) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(os.Stderr, "qlik2rego studio: %v\n%s", v, debug.Stack())
			err = fmt.Errorf("qlik2rego made a mistake: %v (the terminal has more)", v)
		}
	}()
	return work()
}

// progress reports the progress of work to the page. It is safe for concurrent use.
type progress struct {
	mu    sync.Mutex
	out   *json.Encoder
	flush *http.ResponseController

	what        string
	done, total int64
	notified    time.Time
}

var _ snapshot.Progress = (*progress)(nil)

// tellEvery is the time between two lines of progress.
const tellEvery = 100 * time.Millisecond

// line writes one line. It ignores errors, since the client may have disconnected.
func (p *progress) line(name string, value any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write(name, value)
}

func (p *progress) write(name string, value any) {
	_ = p.out.Encode(map[string]any{name: value})
	_ = p.flush.Flush()
}

// Start begins a step of the work.
func (p *progress) Start(what string, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.what, p.done, p.total = what, 0, total
	p.tell()
}

// Add advances the current step.
func (p *progress) Add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if time.Since(p.notified) > tellEvery {
		p.tell()
	}
}

// Done ends the current step.
func (p *progress) Done() {}

func (p *progress) tell() {
	p.notified = time.Now()
	p.write("progress", map[string]any{"what": p.what, "done": p.done, "total": p.total})
}
