package filter

import (
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Row is a row of a table of the documented schema: values by column, nil for NULL.
type Row struct {
	Table  string
	Values map[string]any
}

// Rows returns the rows of a site in the documented schema, ordered by type and id. Entities
// that only references mention have a row too, so that the data in references is not lost.
func Rows(s *schema.Schema, site *snapshot.Site, yield func(Row) error) error {
	names := standard{s}
	for _, t := range s.Types() {
		entities := map[string]*snapshot.Entity{}
		for id, e := range site.Records[t.Key()] {
			entities[id] = e
		}
		for _, records := range site.Records {
			for _, e := range records {
				referred(e, t.Key(), entities)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(entities)) {
			if err := rowsOf(names, t, entities[id], yield); err != nil {
				return err
			}
		}
	}
	return nil
}

// referred adds the entities of a type that e leads to and that do not exist.
func referred(e *snapshot.Entity, typ string, into map[string]*snapshot.Entity) {
	for _, list := range e.Relations {
		for _, to := range list {
			id := schema.Fold(to.ID)
			if to.Type == typ && to.ID != "" && into[id] == nil {
				into[id] = to
			}
			if !to.Recorded {
				referred(to, typ, into)
			}
		}
	}
}

func rowsOf(names standard, t *schema.Type, e *snapshot.Entity, yield func(Row) error) error {
	table, _, _ := names.table(t.Key())
	id := schema.Fold(e.ID)
	row := Row{table, map[string]any{"id": e.ID, "id_fold": id}}
	scalars := map[string]string{"name": ""}
	for name, p := range t.Properties {
		if !p.Many {
			scalars[name] = ""
		}
	}
	for name := range scalars {
		values := valuesOf(e, name)
		if len(values) == 0 || name == "id" {
			continue
		}
		for _, exact := range []bool{true, false} {
			if column, ok := names.column(t.Key(), name, exact); ok {
				row.Values[column] = foldUnless(exact, values[0])
			}
		}
	}
	for name, r := range t.Relations {
		refers, _ := names.relation(t.Key(), name, r.Many)
		for _, to := range e.Relations[name] {
			if refers.pairs == "" {
				row.Values[refers.column] = schema.Fold(to.ID)
			} else if err := yield(Row{refers.pairs, map[string]any{"entity_id": id, "related_id": schema.Fold(to.ID)}}); err != nil {
				return err
			}
		}
	}
	if err := yield(row); err != nil {
		return err
	}
	return listRows(names, t, e, yield)
}

func listRows(names standard, t *schema.Type, e *snapshot.Entity, yield func(Row) error) error {
	list, _ := names.list(t.Key())
	add := func(name string, values []string) error {
		for _, v := range values {
			row := Row{list.Table, map[string]any{list.Entity: schema.Fold(e.ID), list.Name: name, list.Value: v, list.Fold: schema.Fold(v)}}
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(e.Custom)) {
		if err := add("@"+name, e.Custom[name]); err != nil {
			return err
		}
	}
	for _, from := range []map[string][]string{e.Lists, e.Attributes} {
		for _, name := range slices.Sorted(maps.Keys(from)) {
			if err := add(name, from[name]); err != nil {
				return err
			}
		}
	}
	return nil
}
