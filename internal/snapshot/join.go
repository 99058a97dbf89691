package snapshot

import (
	"context"
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// reader reads a whole snapshot: first the ids of entities that references may lead to, then every
// entity.
type reader struct {
	snapshot *Snapshot
	ctx      context.Context
	progress Progress
	decoder  decoder
	found    findings
	// ids are the case-folded ids of existing entities, by the key of types that relations lead to.
	ids map[string]map[string]struct{}
	// listings are the files that entities list; they are collected before the entities are read.
	listings *listings
	// broken are the files that are not read a second time.
	broken map[*file]bool
	// outside are the types outside the schema that have been reported.
	outside map[string]bool
}

// sink receives the entities. A record is valid until take returns.
type sink interface {
	take(r *record)
	// finish is called after the last entity, and reports findings about the whole.
	finish()
}

// read reads the snapshot into a new sink and returns it with the findings. The error is only that of
// the context.
func read[S sink](ctx context.Context, s *Snapshot, view schema.View, progress Progress, newSink func(*findings) S) (S, diag.List, error) {
	if progress == nil {
		progress = NoProgress{}
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	for {
		r := newReader(ctx, s, view, progress)
		into := newSink(&r.found)
		complete := r.all(into)
		if err := ctx.Err(); err != nil {
			return into, nil, err
		}
		if complete {
			r.listings.missing(r.decoder.dangling)
			r.snapshot.assumed.references = r.decoder.dangling.report(&r.found, r.held, r.snapshot.readersOf)
			r.snapshot.assumed.partly = r.reportPartial()
			into.finish()
			return into, r.found.diagnostics(), nil
		}
	}
}

func newReader(ctx context.Context, s *Snapshot, view schema.View, progress Progress) *reader {
	r := &reader{
		snapshot: s, ctx: ctx, progress: progress,
		ids: map[string]map[string]struct{}{}, broken: map[*file]bool{}, outside: map[string]bool{},
	}
	for target := range relationTargets(s.schema) {
		r.ids[target] = map[string]struct{}{}
	}
	r.decoder = decoder{
		schema: s.schema, view: view, plans: map[string]*plan{},
		findings: &r.found, dangling: dangling{}, onRecord: r.onRecord, censuses: censuses(s.needs), cut: map[*file]bool{},
	}
	r.listings = newListings(r.decoder.planFor(fileType))
	return r
}

func (r *reader) onRecord(typeKey string, key []byte) bool {
	_, ok := r.ids[typeKey][string(key)]
	return ok
}

// held reports whether the snapshot has entities, or at least a file, of a type.
func (r *reader) held(target string) bool {
	for _, f := range r.snapshot.files {
		if schema.Fold(f.typeName) == schema.Fold(target) {
			return true
		}
	}
	return len(r.ids[schema.Fold(target)]) > 0
}

// all reads everything. It returns false if a file contains entities that others refer to but that
// its name did not indicate; the file is then indexed at the next attempt.
func (r *reader) all(into sink) bool {
	var total int64
	for _, f := range r.snapshot.files {
		total += f.size
		if f.indexed {
			total += f.size
		}
	}
	r.progress.Start("reading the snapshot", total)
	defer r.progress.Done()
	for _, f := range r.snapshot.files {
		if f.indexed {
			r.index(f)
		}
	}
	complete := true
	for _, f := range r.snapshot.files {
		if !r.broken[f] && !r.collection(f, into) {
			complete = false
		}
	}
	return complete
}

// index records the ids in a file. Errors in entities are reported later, when they are read.
func (r *reader) index(f *file) {
	r.decoder.findings = &findings{}
	defer func() { r.decoder.findings = &r.found }()
	err := f.each(r.ctx, r.progress, func(v jsonfile.Value) {
		members, ok := r.decoder.entityMembers(f, v)
		if !ok {
			return
		}
		p, ok := r.decoder.typeOf(f, members)
		if !ok || r.ids[p.key] == nil {
			return
		}
		r.listings.note(p, placeOf(f, v), members)
		if id := member(members, "id"); id.Raw != nil && id.Kind() == '"' {
			r.ids[p.key][schema.Fold(string(id.Text()))] = struct{}{}
		}
	})
	r.failed(f, err)
}

// collection reads the entities of a file. It returns false if the file should have been indexed.
func (r *reader) collection(f *file, into sink) bool {
	surprise := false
	err := f.each(r.ctx, r.progress, func(v jsonfile.Value) {
		e, ok := r.decoder.entity(f, v)
		if e == nil {
			return
		}
		if ok {
			r.listings.join(e)
			r.reportOutside(e)
			into.take(e)
		}
		surprise = surprise || r.ids[e.plan.key] != nil && !f.indexed
		r.decoder.release(e)
	})
	r.failed(f, err)
	f.indexed = f.indexed || surprise
	return !surprise
}

func (r *reader) failed(f *file, err error) {
	if err != nil && r.ctx.Err() == nil {
		r.broken[f] = true
		r.found.broken(f, err)
	}
}

// reportOutside reports once that a type is not in the schema.
func (r *reader) reportOutside(e *record) {
	p := e.plan
	if !p.outside || r.outside[p.key] {
		return
	}
	r.outside[p.key] = true
	r.found.add(codeUnknownType, diag.Info, p.key, place{e.at.file, diag.Range{Start: e.at.where.Start, End: e.at.where.Start + 1}},
		fmt.Sprintf("the type %s is not in the schema", p.typ.Name),
		"Its entities have the properties that they carry, and an owner. A schema file can describe the type.")
}
