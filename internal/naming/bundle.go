package naming

import (
	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// bundle are the records in a bundle's data: names and logins are in the spelling of the snapshot
// if the data contains it.
type bundle struct {
	data   *bundles.Document
	reader *partition.Reader
}

// InBundle returns the records in the data of a bundle. They are not safe for concurrent use.
func InBundle(data *bundles.Document) Records { return bundle{data, partition.NewReader(data)} }

func (b bundle) Present() bool { return sitedata.Present(b.data) }

func (b bundle) Types() []string { return sitedata.Types(b.data) }

func (b bundle) Find(typ, id string) (Record, bool) {
	handle := schema.Fold(id)
	if !sitedata.OnRecord(b.data, schema.Fold(typ), handle) {
		return Record{}, false
	}
	return b.record(schema.Fold(typ), handle), true
}

func (b bundle) record(typ, handle string) Record {
	r := Record{ID: handle, Name: b.reader.Name(typ, handle)}
	if typ == userType {
		r.Login = b.reader.Login(handle)
	}
	return r
}

func (b bundle) All(typ string) []Record {
	var list []Record
	for _, handle := range sitedata.Handles(b.data, schema.Fold(typ)) {
		list = append(list, b.record(schema.Fold(typ), handle))
	}
	return list
}

func (b bundle) User(login string) (Record, bool) {
	handle, ok := sitedata.User(b.data, schema.Fold(login))
	if !ok {
		return Record{}, false
	}
	r := b.record(userType, handle)
	if r.Login == "" || r.Login == schema.Fold(login) {
		r.Login = login // the data may only have the case-folded login
	}
	return r, true
}

func (b bundle) Relates(typ, relation string) bool {
	_, _, ok := sitedata.Relation(b.data, schema.Fold(typ), relation)
	return ok
}

func (b bundle) Related(typ, id, relation string) []string {
	if handle, ok := sitedata.Related(b.data, schema.Fold(typ), schema.Fold(id), relation); ok {
		return []string{handle}
	}
	return nil
}
