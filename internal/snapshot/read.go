package snapshot

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// batchSize is how many bytes of entities are handed over at once, and batches
// how many are under way.
const (
	batchSize = 1 << 18
	batches   = 4
)

// batch holds some entities. Its memory is used again.
type batch struct {
	text []byte
	ends []span
}

// span is where an entity stands in a batch, and in its file's text.
type span struct{ start, end, offset int }

// each calls visit with every entity of a file. Reading and checking the JSON
// runs beside what visit does. The memory of an entity is valid during visit only.
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

// produce fills batches until the file, or the wish for it, ends.
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

// counter tells how much is read.
type counter struct {
	src      io.Reader
	progress Progress
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.progress.Add(int64(n))
	return n, err
}

// reason returns what the system says, without the path that is said anyway.
func reason(err error) string {
	if path := new(fs.PathError); errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
