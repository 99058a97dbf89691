package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// record is an existing entity with its name.
type record struct {
	ID, Name string
	// Login is DIRECTORY\user; "" for entities that are not users.
	Login string
}

// subject returns the id of a user in requests.
func (r record) subject() string { return cmp.Or(r.Login, r.ID) }

// onRecord provides the types and, if there is a site, the entities that the command line can name.
type onRecord interface {
	// hasSite reports whether there is a site.
	hasSite() bool
	// types returns the keys of the types that have entities, in order.
	types() []string
	// all returns the entities of a type, in order of their ids.
	all(typ string) []record
	// find returns the entity of a type with an id.
	find(typ, id string) (record, bool)
	// user returns the user with a login, ignoring case.
	user(login string) (record, bool)
	// related returns the lower-case ids of the entities that a relation of an entity leads to. It
	// knows only relations that the rules read.
	related(typ, id, relation string) []string
}

// inBundle is the onRecord of a bundle's data: names and logins, in the spelling of the snapshot if
// the data contains it.
type inBundle struct {
	data   *bundles.Document
	reader *partition.Reader
}

func newInBundle(data *bundles.Document) inBundle { return inBundle{data, partition.NewReader(data)} }

func (b inBundle) hasSite() bool { return sitedata.Present(b.data) }

func (b inBundle) types() []string { return sitedata.Types(b.data) }

func (b inBundle) find(typ, id string) (record, bool) {
	handle := schema.Fold(id)
	if !sitedata.OnRecord(b.data, schema.Fold(typ), handle) {
		return record{}, false
	}
	return b.record(schema.Fold(typ), handle), true
}

func (b inBundle) record(typ, handle string) record {
	r := record{ID: handle, Name: b.reader.Name(typ, handle)}
	if typ == "user" {
		r.Login = b.reader.Login(handle)
	}
	return r
}

func (b inBundle) all(typ string) []record {
	var list []record
	for _, handle := range sitedata.Handles(b.data, schema.Fold(typ)) {
		list = append(list, b.record(schema.Fold(typ), handle))
	}
	return list
}

func (b inBundle) user(login string) (record, bool) {
	handle, ok := sitedata.User(b.data, schema.Fold(login))
	if !ok {
		return record{}, false
	}
	r := b.record("user", handle)
	if r.Login == "" || r.Login == schema.Fold(login) {
		r.Login = login // the data may only have the case-folded login
	}
	return r, true
}

func (b inBundle) related(typ, id, relation string) []string {
	if handle, ok := sitedata.Related(b.data, schema.Fold(typ), schema.Fold(id), relation); ok {
		return []string{handle}
	}
	return nil
}

// inSite is the onRecord of a site in memory.
type inSite struct {
	site  *snapshot.Site
	given bool
}

func (s inSite) hasSite() bool { return s.given }

func (s inSite) types() []string {
	var list []string
	for key, records := range s.site.Records {
		if len(records) > 0 {
			list = append(list, key)
		}
	}
	slices.Sort(list)
	return list
}

func recordOf(e *snapshot.Entity) record {
	r := record{ID: e.ID, Name: e.Scalars["name"]}
	if directory, user := e.Scalars["userdirectory"], e.Scalars["userid"]; e.Type == "user" && directory+user != "" {
		r.Login = directory + `\` + user
	}
	return r
}

func (s inSite) find(typ, id string) (record, bool) {
	e := s.site.Records[schema.Fold(typ)][schema.Fold(id)]
	if e == nil {
		return record{}, false
	}
	return recordOf(e), true
}

func (s inSite) all(typ string) []record {
	var list []record
	for _, e := range s.site.Records[schema.Fold(typ)] {
		list = append(list, recordOf(e))
	}
	slices.SortFunc(list, func(a, b record) int { return strings.Compare(schema.Fold(a.ID), schema.Fold(b.ID)) })
	return list
}

func (s inSite) user(login string) (record, bool) {
	e := s.site.Users[schema.Fold(login)]
	if e == nil {
		return record{}, false
	}
	return recordOf(e), true
}

func (s inSite) related(typ, id, relation string) []string {
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
