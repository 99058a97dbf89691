package naming

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// site are the records of a site in memory.
type site struct {
	site    *snapshot.Site
	present bool
}

// InSite returns the records of a site in memory. present is false for the empty site that
// stands for none.
func InSite(of *snapshot.Site, present bool) Records { return site{of, present} }

func (s site) Present() bool { return s.present }

func (s site) Types() []string {
	var list []string
	for key, records := range s.site.Records {
		if len(records) > 0 {
			list = append(list, key)
		}
	}
	slices.Sort(list)
	return list
}

func recordOf(e *snapshot.Entity) Record {
	r := Record{ID: e.ID, Name: e.Scalars["name"]}
	if e.Type == userType {
		r.Login = e.Login()
	}
	return r
}

func (s site) Find(typ, id string) (Record, bool) {
	e := s.site.Records[schema.Fold(typ)][schema.Fold(id)]
	if e == nil {
		return Record{}, false
	}
	return recordOf(e), true
}

func (s site) All(typ string) []Record {
	var list []Record
	for _, e := range s.site.Records[schema.Fold(typ)] {
		list = append(list, recordOf(e))
	}
	slices.SortFunc(list, func(a, b Record) int { return strings.Compare(schema.Fold(a.ID), schema.Fold(b.ID)) })
	return list
}

func (s site) User(login string) (Record, bool) {
	e := s.site.Users[schema.Fold(login)]
	if e == nil {
		return Record{}, false
	}
	return recordOf(e), true
}

func (s site) Relates(string, string) bool { return true }

func (s site) Related(typ, id, relation string) []string {
	e := s.site.Records[schema.Fold(typ)][schema.Fold(id)]
	if e == nil {
		return nil
	}
	var all []string
	for _, to := range e.Relations[relation] {
		all = append(all, schema.Fold(to.ID))
	}
	return all
}
