// Package lines writes lines to a writer that may not read: standard output
// behind a collector that stalls, a pipe that is full. Write never waits. Lines
// wait in a bounded queue for one goroutine that writes them; those for which
// there is no room are lost, and counted.
//
// It does not know what the lines say.
package lines

import (
	"bytes"
	"context"
	"io"
	"sync"
)

// Max is the number of bytes that wait by default.
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
	idle    chan struct{} // closed when nothing waits; replaced when something does
}

// New returns a writer in front of another, in whose queue at most max bytes
// wait. Lost, which may be nil, is told of each line that is not written: of the
// error of the writer, or nil where there was no room. Close ends its goroutine.
func New(to io.Writer, max int, lost func(error)) *Writer {
	if lost == nil {
		lost = func(error) {}
	}
	w := &Writer{to: to, max: max, lost: lost, wake: make(chan struct{}, 1), idle: make(chan struct{})}
	close(w.idle)
	go w.run()
	return w
}

// Write queues a line, or loses it. It always succeeds: whoever writes must not
// wait, and lost is told.
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

// next takes the oldest line, nil where none waits.
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

// Waiting returns the number of bytes that wait.
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

// Close flushes until the context ends. What waits then is lost, and so is what
// is written after that.
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
