package snapshot

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// place is the location of a value in a file.
type place struct {
	file  *file
	where diag.Range
}

func placeOf(f *file, v jsonfile.Value) place {
	return place{f, diag.Range{Start: v.Offset, End: v.End()}}
}

// compare orders places by file and offset; places without a file come first.
func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.path(), q.path()), cmp.Compare(p.where.Start, q.where.Start))
}

func (p place) path() string {
	if p.file == nil {
		return ""
	}
	return p.file.path
}

// finding is a diagnostic whose position in the file has not been computed yet.
type finding struct {
	diag.Diagnostic
	group   group
	at      place // no place if file is nil
	related []relatedPlace
}

type relatedPlace struct {
	message string
	at      place
}

// listed is the maximum number of findings of a kind that are listed; the rest is counted.
const listed = 10

// findings collects the findings about a snapshot.
type findings struct {
	list   []*finding
	counts map[group]int
}

// group identifies findings that are counted together.
type group struct {
	code diag.Code
	file *file
	// what is a field name or a similar detail.
	what string
}

// add adds a finding at a place. It only counts the finding if its group has many already.
func (f *findings) add(code diag.Code, severity diag.Severity, what string, at place, summary, detail string) *finding {
	if f.counts == nil {
		f.counts = map[group]int{}
	}
	key := group{code, at.file, what}
	f.counts[key]++
	found := &finding{
		Diagnostic: diag.Diagnostic{Code: code, Severity: severity, Summary: summary, Detail: detail},
		group:      key, at: at,
	}
	if f.counts[key] <= listed {
		f.list = append(f.list, found)
	}
	return found
}

// fault adds an error about a value.
func (f *findings) fault(code diag.Code, what string, at place, summary, detail string) *finding {
	return f.add(code, diag.Error, what, at, summary, detail)
}

// broken adds an error about a file.
func (f *findings) broken(file *file, err error) {
	var e *jsonfile.Error
	if !errors.As(err, &e) || e.Kind == jsonfile.Unreadable {
		f.list = append(f.list, &finding{Diagnostic: unreadable(file.path, err)})
		return
	}
	code := codeNoJSON
	if e.Kind == jsonfile.NoText {
		code = codeNoText
	}
	f.fault(code, "", place{file, diag.Range{Start: e.Offset, End: e.Offset}}, e.Summary, e.Detail)
}

// diagnostics computes the positions, reading each file once, and returns the findings ordered by
// file and position.
func (f *findings) diagnostics() diag.List {
	for key, n := range f.counts {
		if n > listed {
			i := slices.IndexFunc(f.list, func(d *finding) bool { return d.group == key })
			f.list[i].Detail += fmt.Sprintf(" The same is wrong in %d more places of the file.", n-listed)
		}
	}
	slices.SortStableFunc(f.list, func(a, b *finding) int {
		return cmp.Or(a.at.compare(b.at), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Summary, b.Summary))
	})
	excerpts := f.lookUp()
	list := diag.List{}
	for _, d := range f.list {
		e := excerpts[d.at]
		d.Text, d.Subject = e.Text, e.Range
		for _, r := range d.related {
			if e := excerpts[r.at]; e.Text != nil {
				d.Related = append(d.Related, diag.Related{Message: r.message, Text: e.Text, Range: e.Range})
			}
		}
		list = append(list, d.Diagnostic)
	}
	return list
}

// lookUp returns the excerpts of all places.
func (f *findings) lookUp() map[place]jsonfile.Excerpt {
	excerpts := map[place]jsonfile.Excerpt{}
	var all []place
	for _, d := range f.list {
		all = append(all, d.at)
		for _, r := range d.related {
			all = append(all, r.at)
		}
	}
	all = slices.DeleteFunc(all, func(p place) bool { return p.file == nil })
	slices.SortFunc(all, place.compare)
	for len(all) > 0 {
		n := 0
		var ranges []diag.Range
		for n < len(all) && all[n].file == all[0].file {
			ranges = append(ranges, all[n].where)
			n++
		}
		for i, e := range jsonfile.Excerpts(all[0].file.open, all[0].file.path, ranges) {
			excerpts[all[i]] = e
		}
		all = all[n:]
	}
	return excerpts
}
