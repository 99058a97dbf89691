package lines_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/pdp/lines"
)

type collector struct {
	mu   sync.Mutex
	text strings.Builder
}

func (c *collector) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

func TestWritesInOrder(t *testing.T) {
	var to collector
	w := lines.New(&to, lines.Max, func(error) { t.Error("a line is lost") })
	want := strings.Repeat("a line\nanother\n", 100)
	for line := range strings.Lines(want) {
		_, _ = io.WriteString(w, line)
	}
	if err := w.Flush(t.Context()); err != nil || to.text.String() != want {
		t.Errorf("%v, %d bytes of %d", err, to.text.Len(), len(want))
	}
	if err := w.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestNobodyReads checks that writers never block, memory is limited, and lost lines are counted.
func TestNobodyReads(t *testing.T) {
	r, to := io.Pipe()
	defer r.Close()
	var lost atomic.Int64
	w := lines.New(to, 1000, func(error) { lost.Add(1) })
	for range 1000 {
		if n, err := io.WriteString(w, "0123456789"); n != 10 || err != nil {
			t.Fatal(n, err)
		}
		if w.Waiting() > 1000 {
			t.Fatalf("%d bytes wait", w.Waiting())
		}
	}
	if n := lost.Load(); n < 899 || n > 900 {
		t.Errorf("%d lines of 1000 are lost, of which 100 wait and one is written", n)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Close(ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := lost.Load(); n != 1000 && n != 999 {
		t.Errorf("%d lines are lost at the end, want all but the one that is written", n)
	}
}

func TestErrorsAreReported(t *testing.T) {
	r, to := io.Pipe()
	broken := errors.New("no space")
	_ = r.CloseWithError(broken)
	var reported atomic.Int64
	w := lines.New(to, lines.Max, func(err error) {
		if errors.Is(err, broken) {
			reported.Add(1)
		}
	})
	_, _ = io.WriteString(w, "x")
	_, _ = io.WriteString(w, "y")
	if err := w.Close(t.Context()); err != nil || reported.Load() != 2 {
		t.Errorf("%v, %d errors are told, want 2", err, reported.Load())
	}
}
