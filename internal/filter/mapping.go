package filter

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Mapping defines where a database stores the entities of a site. The zero value is the
// documented schema, which DDL creates. Names of types, properties and relations are those of
// Qlik and ignore case.
type Mapping struct {
	Types map[string]Table `yaml:"types"`
}

// Table is the table of the entities of a type.
type Table struct {
	// Table is the name of the table or view, with its schema after a dot if need be.
	Table string `yaml:"table"`
	// ID is the column of the id; "id" if it is empty.
	ID string `yaml:"id"`
	// Columns are the columns of scalar properties as written, Fold those with the
	// property in lower case.
	Columns map[string]string `yaml:"columns"`
	Fold    map[string]string `yaml:"fold"`
	// Relations are the columns that hold the id of the related entity.
	Relations map[string]Reference `yaml:"relations"`
	// Lists is a table with one row for each value of a custom property or another list.
	Lists *ListTable `yaml:"lists"`
}

// Reference is a relation to one entity.
type Reference struct {
	Column string `yaml:"column"`
	Type   string `yaml:"type"`
}

// ListTable holds the values of lists: a custom property has the name "@" and its name,
// in lower case.
type ListTable struct {
	Table  string `yaml:"table"`
	Entity string `yaml:"entity"`
	Name   string `yaml:"name"`
	Value  string `yaml:"value"`
	Fold   string `yaml:"fold"`
}

// ReadMapping parses a mapping in YAML. An unknown field is an error.
func ReadMapping(text []byte) (*Mapping, error) {
	m := &Mapping{}
	d := yaml.NewDecoder(strings.NewReader(string(text)))
	d.KnownFields(true)
	if err := d.Decode(m); err != nil {
		return nil, err
	}
	folded := map[string]Table{}
	for name, t := range m.Types {
		if t.Table == "" {
			return nil, fmt.Errorf("types.%s has no table", name)
		}
		t.Columns, t.Fold = foldKeys(t.Columns), foldKeys(t.Fold)
		relations := map[string]Reference{}
		for r, to := range t.Relations {
			relations[schema.Fold(r)] = to
		}
		t.Relations = relations
		folded[schema.Fold(name)] = t
	}
	m.Types = folded
	return m, nil
}

func foldKeys(m map[string]string) map[string]string {
	out := map[string]string{}
	for name, column := range m {
		out[schema.Fold(name)] = column
	}
	return out
}

// names answers the questions of the SQL writer. If there is no answer, the atom is
// untranslatable.
type names interface {
	table(typ string) (name, id string, ok bool)
	column(typ, property string, exact bool) (string, bool)
	// relation returns the column with the id of the related entity, or the table with
	// a row for each of several.
	relation(typ, relation string, many bool) (where, bool)
	list(typ string) (ListTable, bool)
}

// where is the storage of a relation: a column, or a table of pairs.
type where struct {
	column string
	pairs  string // table with the columns entity_id and related_id
}

// standard is the schema that DDL creates.
type standard struct{ schema *schema.Schema }

// tableName converts a type to a table name: app.object is app_object.
func tableName(typ string) string { return strings.ReplaceAll(typ, ".", "_") }

func (s standard) table(typ string) (name, id string, ok bool) {
	_, ok = s.schema.Type(typ)
	if typ == "user" {
		return "users", "id_fold", ok // user is a keyword in most dialects
	}
	return tableName(typ), "id_fold", ok
}

func (s standard) column(typ, property string, exact bool) (string, bool) {
	t, ok := s.schema.Type(typ)
	if !ok {
		return "", false
	}
	if p, declared := t.Properties[property]; property != "id" && property != "name" && (!declared || p.Many) {
		return "", false
	}
	if exact {
		return tableName(property), true
	}
	return tableName(property) + "_fold", true
}

func (s standard) relation(typ, relation string, many bool) (where, bool) {
	t, ok := s.schema.Type(typ)
	if !ok {
		return where{}, false
	}
	if _, ok := t.Relations[relation]; !ok {
		return where{}, false
	}
	if many {
		return where{pairs: tableName(typ) + "_" + relation}, true
	}
	return where{column: relation + "_id"}, true
}

func (s standard) list(typ string) (ListTable, bool) {
	_, ok := s.schema.Type(typ)
	name, _, _ := s.table(typ)
	return ListTable{Table: name + "_value", Entity: "entity_id", Name: "name", Value: "value", Fold: "value_fold"}, ok
}

func (m *Mapping) table(typ string) (name, id string, ok bool) {
	t, ok := m.Types[typ]
	if t.ID == "" {
		t.ID = "id"
	}
	return t.Table, t.ID, ok
}

func (m *Mapping) column(typ, property string, exact bool) (string, bool) {
	t := m.Types[typ]
	columns := t.Fold
	if exact {
		columns = t.Columns
	}
	c, ok := columns[property]
	if !ok && property == "id" {
		_, id, known := m.table(typ)
		return id, known
	}
	return c, ok
}

func (m *Mapping) relation(typ, relation string, many bool) (where, bool) {
	to, ok := m.Types[typ].Relations[relation]
	return where{column: to.Column}, ok && !many
}

func (m *Mapping) list(typ string) (ListTable, bool) {
	if l := m.Types[typ].Lists; l != nil {
		return *l, true
	}
	return ListTable{}, false
}
