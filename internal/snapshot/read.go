package snapshot

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// batchSize is the number of bytes of entities in a batch, and batches is the number of batches in
// use.
const (
	batchSize = 1 << 18
	batches   = 4
)

// batch holds some entities. Its memory is reused.
type batch struct {
	text []byte
	ends []span
}

// span is the location of an entity in a batch, and its offset in the file's text.
type span struct{ start, end, offset int }

// each calls visit with every entity of a file. Another goroutine reads and checks the JSON. The
// memory of an entity is valid until visit returns.
func (f *file) each(ctx context.Context, progress Progress, visit func(jsonfile.Value)) error {
	ctx, stop := context.WithCancel(ctx)
	full, free := make(chan *batch, batches), make(chan *batch, batches)
	for range batches {
		free <- &batch{}
	}
	failed := make(chan error, 1)
	go func() {
		defer close(full)
		failed <- f.produce(ctx, progress, full, free)
	}()
	for b := range full {
		if ctx.Err() == nil {
			for _, s := range b.ends {
				visit(jsonfile.Value{Raw: b.text[s.start:s.end], Offset: s.offset})
			}
		}
		free <- b
	}
	stop()
	return <-failed
}

// produce fills batches until the end of the file or of the context.
func (f *file) produce(ctx context.Context, progress Progress, full chan<- *batch, free <-chan *batch) error {
	file, err := f.open()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // nothing was written
	reader, err := jsonfile.NewReader(&counter{file, progress})
	if err != nil {
		return err
	}
	b := <-free
	failed := jsonfile.NewStream(reader).Each(func(v jsonfile.Value) bool {
		if len(b.text) > 0 && len(b.text)+len(v.Raw) > batchSize {
			full <- b
			b = <-free
			b.text, b.ends = b.text[:0], b.ends[:0]
		}
		start := len(b.text)
		b.text = append(b.text, v.Raw...)
		b.ends = append(b.ends, span{start, len(b.text), v.Offset})
		return ctx.Err() == nil
	})
	full <- b
	if failed != nil {
		return failed
	}
	return ctx.Err()
}

// counter reports the number of bytes read.
type counter struct {
	src      io.Reader
	progress Progress
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.progress.Add(int64(n))
	return n, err
}

// reason returns the message of a system error without the path, which the finding has already.
func reason(err error) string {
	if path := new(fs.PathError); errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
