package filter

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// DDL returns the statements that create the documented schema: a table for each type with
// its scalar properties, each with its lower-case form in NAME_fold, the ids of related
// entities in RELATION_id, and a table TYPE_value with a row for each value of a list, a
// custom property ("@name") or a directory attribute. Ids are in lower case.
func DDL(s *schema.Schema, d Dialect) []string {
	text, key := "text", "text"
	if d == SQLServer {
		// A binary collation, so that the database folds nothing by itself.
		text, key = "nvarchar(max) COLLATE Latin1_General_100_BIN2", "nvarchar(200) COLLATE Latin1_General_100_BIN2"
	}
	names := standard{s}
	var all []string
	for _, t := range s.Types() {
		table, _, _ := names.table(t.Key())
		columns := []string{d.ident("id_fold") + " " + key + " PRIMARY KEY", d.ident("id") + " " + text}
		scalars := map[string]bool{"name": true}
		for name, p := range t.Properties {
			if !p.Many && name != "id" {
				scalars[name] = true
			}
		}
		for _, name := range slices.Sorted(maps.Keys(scalars)) {
			for _, exact := range []bool{true, false} {
				column, ok := names.column(t.Key(), name, exact)
				if ok {
					columns = append(columns, d.ident(column)+" "+text)
				}
			}
		}
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(t.Relations)) {
			refers, _ := names.relation(t.Key(), name, t.Relations[name].Many)
			if refers.pairs != "" {
				pairs = append(pairs, refers.pairs)
				continue
			}
			columns = append(columns, d.ident(refers.column)+" "+key)
		}
		list, _ := names.list(t.Key())
		all = append(all, fmt.Sprintf("CREATE TABLE %s (\n\t%s\n)", d.ident(table), strings.Join(columns, ",\n\t")),
			fmt.Sprintf("CREATE TABLE %s (\n\t%s %s NOT NULL,\n\t%s %s NOT NULL,\n\t%s %s NOT NULL,\n\t%s %s NOT NULL\n)", d.ident(list.Table),
				d.ident(list.Entity), key, d.ident(list.Name), key, d.ident(list.Value), text, d.ident(list.Fold), text),
			fmt.Sprintf("CREATE INDEX %s ON %s (%s, %s)", d.ident(list.Table+"_by_entity"), d.ident(list.Table), d.ident(list.Entity), d.ident(list.Name)))
		for _, p := range pairs {
			all = append(all, fmt.Sprintf("CREATE TABLE %s (\n\t%s %s NOT NULL,\n\t%s %s NOT NULL\n)", d.ident(p), d.ident("entity_id"), key, d.ident("related_id"), key))
		}
	}
	return all
}
