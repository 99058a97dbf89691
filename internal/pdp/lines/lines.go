// Package lines writes lines to a writer that may block: standard output with a collector that
// stalls, or a full pipe. Write never blocks. Lines are queued for one goroutine that writes
// them; if the queue is full, they are dropped and counted.
//
// It does not know the content of the lines.
package lines

import (
	"bytes"
	"context"
	"io"
	"sync"
)

// Max is the default size of the queue in bytes.
const Max = 16 << 20

// Writer is a queue in front of a writer. It is safe for concurrent use.
type Writer struct {
	to   io.Writer
	max  int
	lost func(error)

	mu      sync.Mutex
	waiting [][]byte
	size    int
	busy    bool // a line is being written
	closed  bool
	wake    chan struct{}
	idle    chan struct{} // closed when the queue is empty; replaced when it is not
}

// New returns a writer with a queue of at most max bytes. lost, which may be nil, is called for
// each line that is not written: with the error of the writer, or nil if the queue was full.
// Close ends its goroutine.
func New(to io.Writer, max int, lost func(error)) *Writer {
	if lost == nil {
		lost = func(error) {}
	}
	w := &Writer{to: to, max: max, lost: lost, wake: make(chan struct{}, 1), idle: make(chan struct{})}
	close(w.idle)
	go w.run()
	return w
}

// Write queues a line, or drops it. It always succeeds, because callers must not block; lost
// reports dropped lines.
func (w *Writer) Write(line []byte) (int, error) {
	if !w.queue(line) {
		w.lost(nil)
	}
	return len(line), nil
}

func (w *Writer) queue(line []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.size+len(line) > w.max {
		return false
	}
	if w.size == 0 && !w.busy {
		w.idle = make(chan struct{})
	}
	w.waiting, w.size = append(w.waiting, bytes.Clone(line)), w.size+len(line)
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return true
}

func (w *Writer) run() {
	for range w.wake {
		for line := w.next(); line != nil; line = w.next() {
			if _, err := w.to.Write(line); err != nil {
				w.lost(err)
			}
		}
	}
}

// next removes the oldest line, nil if there is none.
func (w *Writer) next() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 {
		if w.busy || w.size > 0 {
			w.size, w.busy = 0, false
			close(w.idle)
		}
		return nil
	}
	line := w.waiting[0]
	w.waiting[0] = nil
	w.waiting = w.waiting[1:]
	w.size, w.busy = w.size-len(line), true
	return line
}

// Waiting returns the number of queued bytes.
func (w *Writer) Waiting() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.size
}

// Flush waits until everything is written, or until the context ends.
func (w *Writer) Flush(ctx context.Context) error {
	w.mu.Lock()
	idle := w.idle
	w.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close flushes until the context ends. Lines that are still queued then, or written later, are
// dropped.
func (w *Writer) Close(ctx context.Context) error {
	err := w.Flush(ctx)
	w.mu.Lock()
	lost := len(w.waiting)
	w.waiting, w.size = nil, 0
	if !w.closed {
		w.closed = true
		close(w.wake)
	}
	w.mu.Unlock()
	for range lost {
		w.lost(nil)
	}
	return err
}
