package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// Decider decides a request. Engine and the independent evaluator implement it.
type Decider interface {
	Decide(ctx context.Context, request []byte) (Decision, error)
}

// DecideAll reads one request per line and writes one decision per line, in order, on all cores and in bounded
// memory. A line that is not JSON, or longer than LineMax, is an invalid_request. Progress, which may be nil, is
// called with the number of lines answered since the last call. An error of the engine ends the stream and names
// the line; all earlier lines are answered.
func DecideAll(ctx context.Context, d Decider, r io.Reader, w io.Writer, progress func(lines int)) error {
	g, ctx := errgroup.WithContext(ctx)
	cores := runtime.GOMAXPROCS(0)
	// inOrder contains the batches that are being decided, in the order of their lines. It is full when
	// decisions are slower than the reader.
	inOrder := make(chan *chunk, 2*cores)
	work := make(chan *chunk)
	// The reader is not part of the group, because nothing can interrupt it while it waits for a terminal.
	go func() {
		defer close(inOrder)
		defer close(work)
		readChunks(r, func(b *chunk) bool { return send(ctx, inOrder, b) && send(ctx, work, b) })
	}()
	for range cores {
		g.Go(func() error {
			for b := receive(ctx, work); b != nil; b = receive(ctx, work) {
				b.decide(ctx, d)
			}
			return nil
		})
	}
	g.Go(func() error {
		for b := receive(ctx, inOrder); b != nil; b = receive(ctx, inOrder) {
			if err := b.write(ctx, w); err != nil {
				return err
			}
			if progress != nil {
				progress(b.answered)
			}
		}
		return context.Cause(ctx)
	})
	return g.Wait()
}

func send(ctx context.Context, to chan<- *chunk, b *chunk) bool {
	select {
	case to <- b:
		return true
	case <-ctx.Done():
		return false
	}
}

// receive returns the next chunk, or nil after the last one.
func receive(ctx context.Context, from <-chan *chunk) *chunk {
	select {
	case b := <-from:
		return b
	case <-ctx.Done():
		return nil
	}
}

// chunk is a sequence of lines and, once done is closed, their decisions.
type chunk struct {
	first    int // number of the first line, from 1
	lines    [][]byte
	answered int
	out      []byte
	err      error
	done     chan struct{}
}

func newChunk(first int) *chunk { return &chunk{first: first, done: make(chan struct{})} }

func (b *chunk) decide(ctx context.Context, d Decider) {
	defer close(b.done)
	// A panic here would end the process, since the caller cannot recover it.
	defer func() {
		if r := recover(); r != nil {
			b.err = fmt.Errorf("line %d: panic: %v\n%s", b.first+b.answered, r, debug.Stack())
		}
	}()
	for _, line := range b.lines {
		decision, err := d.Decide(ctx, line)
		if err != nil {
			b.err = errors.Join(b.err, fmt.Errorf("line %d: %w", b.first+b.answered, err))
			return
		}
		text, err := json.Marshal(decision)
		if err != nil {
			b.err = err
			return
		}
		b.out = append(append(b.out, text...), '\n')
		b.answered++
	}
}

// write waits for the decisions of a chunk and writes them.
func (b *chunk) write(ctx context.Context, w io.Writer) error {
	select {
	case <-b.done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if _, err := w.Write(b.out); err != nil {
		return err
	}
	return b.err
}
