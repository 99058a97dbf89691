package pull

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// batch is the number of entities that one query selects by id; with more, the URL would be too
// long for some proxies.
const batch = 40

// overlap is added to the time since the last pull in an incremental query.
const overlap = 5 * time.Second

// reader writes one collection to a file.
type reader struct {
	puller     *puller
	collection live.Collection
	path       string
	// previous is the file of the last pull, "" if there is none.
	previous string
	since    time.Time
}

// read writes the file. count is the current number of entities on the site.
func (r *reader) read(ctx context.Context, count int) (live.Part, error) {
	if r.previous != "" {
		part, ok, err := r.increment(ctx)
		if err != nil || ok {
			return part, err
		}
	}
	var spool *spool
	var err error
	for attempt := range 2 { // a GET may be repeated, and long answers break off more often than short ones
		if spool, err = r.whole(ctx, count); err == nil {
			break
		}
		if attempt > 0 || !qrs.Unanswered(err) || ctx.Err() != nil {
			return live.Part{}, err
		}
	}
	if len(spool.rows) < count {
		if err := r.complete(ctx, spool); err != nil {
			spool.drop()
			return live.Part{}, err
		}
	}
	return r.finish(spool)
}

func (r *reader) finish(s *spool) (live.Part, error) {
	count, size, digest, err := s.finish()
	return live.Part{Type: r.collection.Type, File: live.SiteDir + "/" + r.collection.File(), Count: count, Bytes: size, Digest: digest}, err
}

// whole reads the complete list.
func (r *reader) whole(ctx context.Context, count int) (*spool, error) {
	s, err := newSpool(r.path)
	if err != nil || count == 0 {
		return s, err
	}
	if err := r.puller.client.List(ctx, r.collection.Path, "", r.into(s)); err != nil {
		s.drop()
		return nil, err
	}
	return s, nil
}

// into returns a function that adds the entities of a list to a spool.
func (r *reader) into(s *spool) func([]byte) error {
	return func(entity []byte) error {
		id, err := idOf(entity)
		if err == nil {
			entity, err = redact(r.collection.Type, entity)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.collection.Type, err)
		}
		r.puller.progressed(1)
		return s.add(id, entity)
	}
}

// complete adds the entities that a list left out: some builds truncate lists. The ids come from
// the pages of a table, and the entities are then read by id.
func (r *reader) complete(ctx context.Context, s *spool) error {
	known := s.has()
	var missing []string
	err := r.puller.client.IDs(ctx, r.collection.Path, r.collection.Type, func(id string) error {
		if !known(id) {
			missing = append(missing, id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for len(missing) > 0 {
		n := min(batch, len(missing))
		if err := r.puller.client.List(ctx, r.collection.Path, qrs.OneOfIDs(missing[:n]), r.into(s)); err != nil {
			return err
		}
		missing = missing[n:]
	}
	count, err := r.puller.client.Count(ctx, r.collection.Path, "")
	if err == nil && len(s.rows) < count {
		err = fmt.Errorf("the site counts %d entities of the type %s and lists %d: the user may read them but not list them, or the site is changing; try again", count, r.collection.Type, len(s.rows))
	}
	return err
}

// increment merges changed entities into the previous file. It returns false if entities were
// deleted, which only the complete list shows.
func (r *reader) increment(ctx context.Context) (live.Part, bool, error) {
	s, err := newSpool(r.path)
	if err != nil {
		return live.Part{}, false, err
	}
	since := r.since.Add(-overlap).UTC().Format("2006-01-02T15:04:05.000Z")
	err = eachEntity(r.previous, func(entity []byte) error {
		id, err := idOf(entity)
		if err != nil {
			return err
		}
		return s.add(id, entity)
	})
	if err == nil {
		err = r.puller.client.List(ctx, r.collection.Path, "modifiedDate ge '"+since+"'", r.into(s))
	}
	if err != nil {
		s.drop()
		return live.Part{}, false, err
	}
	part, err := r.finish(s)
	if err != nil {
		return live.Part{}, false, err
	}
	count, err := r.puller.client.Count(ctx, r.collection.Path, "")
	return part, err == nil && part.Count == count, err
}

// eachEntity calls f with every entity of a file that an earlier pull has written.
func eachEntity(path string, f func([]byte) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // read only
	dec := jsontext.NewDecoder(file, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '[' {
		return errors.Join(fmt.Errorf("%s is not a list", filepath.Base(path)), err)
	}
	for dec.PeekKind() == '{' {
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if err := f(value); err != nil {
			return err
		}
	}
	_, err = dec.ReadToken()
	return err
}
