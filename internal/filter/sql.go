package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// SQL is a filter as the condition of a WHERE clause. It is never empty: 1=1 selects
// everything and 1=0 nothing.
type SQL struct {
	// Condition is about the table of the type under the alias t.
	Condition string
	// Params are the values of the placeholders, in their order.
	Params []any
	// Exact says that the condition selects exactly what the rules grant.
	Exact bool
}

// SQLOptions are options for SQL filters.
type SQLOptions struct {
	Dialect Dialect
	// Mapping is nil for the documented schema of Schema.
	Mapping *Mapping
	Schema  *schema.Schema
	// Superset widens what the dialect cannot express, instead of failing.
	Superset bool
	// Literals writes the values into the text, for display only: Params is empty.
	Literals bool
}

// Alias is the alias of the filtered table.
const Alias = "t"

// WriteSQL writes a filter for the resources of a type, by its key. An Untranslatable error
// names what cannot be expressed.
func WriteSQL(n Node, typeKey string, o SQLOptions) (*SQL, error) {
	w := &sqlWriter{dialect: o.Dialect, names: standard{o.Schema}, superset: o.Superset, exact: true}
	if o.Mapping != nil {
		w.names = o.Mapping
	}
	if _, _, ok := w.names.table(typeKey); !ok {
		return nil, &Untranslatable{fmt.Sprintf("%s has a table", typeKey), string(o.Dialect)}
	}
	p, err := w.condition(n, at{Alias, typeKey}, true, false)
	if err != nil {
		return nil, err
	}
	for _, v := range p.params {
		if strings.ContainsRune(v.(string), 0) {
			return nil, &Untranslatable{"a value contains the character NUL", string(o.Dialect)}
		}
	}
	sql := &SQL{o.Dialect.bind(p.text, p.params, o.Literals), p.params, w.exact}
	if o.Literals || sql.Params == nil {
		sql.Params = []any{}
	}
	return sql, nil
}

// piece is SQL with a mark for every parameter.
type piece struct {
	text   string
	params []any
}

func (p piece) then(text string, more ...piece) piece {
	p.text += text
	for _, m := range more {
		p.text += m.text
		p.params = append(p.params, m.params...)
	}
	return p
}

// at is a row: an alias and the key of its type.
type at struct{ alias, typ string }

type sqlWriter struct {
	dialect  Dialect
	names    names
	superset bool
	exact    bool
	aliases  int
}

func (w *sqlWriter) alias() string {
	w.aliases++
	return fmt.Sprintf("r%d", w.aliases)
}

// condition writes n about a row. positive says that n is below an even number of negations;
// total requires a condition that is never NULL, as below a negation.
func (w *sqlWriter) condition(n Node, row at, positive, total bool) (piece, error) {
	switch n := n.(type) {
	case Const:
		return constant(bool(n)), nil
	case And:
		return w.chain(n, " AND ", row, positive, total)
	case Or:
		return w.chain(n, " OR ", row, positive, total)
	case Not:
		p, err := w.condition(n.Node, row, !positive, true)
		return piece{text: "NOT ("}.then("", p).then(")"), err
	case In, Other, Like, Matches, Present, Shared, SameEntity:
		p, err := w.atom(n, row, total)
		return w.widened(p, err, positive)
	case Related:
		return w.related(n, row, positive, total)
	}
	panic(fmt.Sprintf("filter: unknown node %T", n))
}

func constant(value bool) piece {
	if value {
		return piece{text: "1=1"}
	}
	return piece{text: "1=0"}
}

// widened replaces what cannot be expressed by a condition that selects more.
func (w *sqlWriter) widened(p piece, err error, positive bool) (piece, error) {
	var cannot *Untranslatable
	if w.superset && errors.As(err, &cannot) {
		w.exact = false
		return constant(positive), nil
	}
	return p, err
}

func (w *sqlWriter) chain(nodes []Node, operator string, row at, positive, total bool) (piece, error) {
	p := piece{text: "("}
	for i, n := range nodes {
		one, err := w.condition(n, row, positive, total)
		if err != nil {
			return p, err
		}
		if i > 0 {
			p.text += operator
		}
		p = p.then("", one)
	}
	return p.then(")"), nil
}

func (w *sqlWriter) atom(n Node, row at, total bool) (piece, error) {
	switch n := n.(type) {
	case In:
		return w.some(n.Column, n.Exact, row, total, func(x string) (piece, error) { return w.in(x, n.Strings) })
	case Other:
		return w.some(n.Column, n.Exact, row, total, func(x string) (piece, error) { return piece{x + " <> " + mark, []any{n.Text}}, nil })
	case Like:
		return w.some(n.Column, false, row, total, func(x string) (piece, error) {
			pattern, err := w.dialect.like(n.Pattern)
			return piece{x + " LIKE " + mark + ` ESCAPE '\'`, []any{pattern}}, err
		})
	case Matches:
		return w.some(n.Column, true, row, total, func(x string) (piece, error) {
			text, err := w.dialect.matches(x)
			return piece{text, []any{n.Regexp}}, err
		})
	case Present:
		return w.some(n.Column, false, row, false, func(x string) (piece, error) { return piece{text: x + " IS NOT NULL"}, nil })
	case Shared:
		return w.shared(n, row)
	case SameEntity:
		return w.sameEntity(n, row)
	case Const, And, Or, Not, Related:
	}
	panic(fmt.Sprintf("filter: %T is not an atom", n))
}

// in is true if x is one of the given strings.
func (w *sqlWriter) in(x string, strs []string) (piece, error) {
	if len(strs) > inList {
		all, err := json.Marshal(strs)
		return piece{x + " IN (" + w.dialect.elements() + ")", []any{string(all)}}, err
	}
	p := piece{text: x + " IN (" + mark + strings.Repeat(", "+mark, len(strs)-1) + ")"}
	if len(strs) == 1 {
		p.text = x + " = " + mark
	}
	for _, text := range strs {
		p.params = append(p.params, text)
	}
	return p, nil
}

// some is true if some value of a column passes a test.
func (w *sqlWriter) some(c Column, exact bool, row at, total bool, test func(x string) (piece, error)) (piece, error) {
	if x, ok := w.scalar(c, exact, row); ok {
		p, err := test(x)
		if total {
			p = piece{text: "(" + x + " IS NOT NULL AND "}.then("", p).then(")")
		}
		return p, err
	}
	from, x, err := w.listed(c, exact, row)
	if err != nil {
		return piece{}, err
	}
	p, err := test(x)
	return piece{text: "EXISTS (SELECT 1 "}.then("", from).then(" AND ", p).then(")"), err
}

// scalar returns the column of a scalar property.
func (w *sqlWriter) scalar(c Column, exact bool, row at) (string, bool) {
	if c.List {
		return "", false
	}
	name, ok := w.names.column(c.Type, c.Name, exact)
	return row.alias + "." + w.dialect.ident(name), ok
}

// listed returns the rows of the values of a list, from FROM to the end of WHERE, and the
// column of the value.
func (w *sqlWriter) listed(c Column, exact bool, row at) (from piece, x string, err error) {
	list, ok := w.names.list(c.Type)
	_, id, known := w.names.table(c.Type)
	if !ok || !known || !c.List && c.Name != "" && !strings.HasPrefix(c.Name, "@") {
		return piece{}, "", &Untranslatable{fmt.Sprintf("%s.%s has a column", c.Type, c.Name), string(w.dialect)}
	}
	v, d := w.alias(), w.dialect
	value := list.Fold
	if exact {
		value = list.Value
	}
	text := fmt.Sprintf("FROM %s %s WHERE %s.%s = %s.%s AND %s.%s = %s", d.ident(list.Table), v, v, d.ident(list.Entity), row.alias, d.ident(id), v, d.ident(list.Name), mark)
	return piece{text, []any{c.Name}}, v + "." + d.ident(value), nil
}

// related is true if some entity of a relation passes a condition.
func (w *sqlWriter) related(n Related, row at, positive, total bool) (piece, error) {
	refers, ok := w.names.relation(n.From, n.Step.Name, n.Step.Many)
	d := w.dialect
	column := row.alias + "." + d.ident(refers.column)
	if by, isID := n.Node.(In); ok && isID && by.Column.Name == "id" && !by.Exact && refers.pairs == "" {
		// The reference itself has the id, also of an entity without a row.
		p, err := w.in(column, by.Strings)
		if total {
			p = piece{text: "(" + column + " IS NOT NULL AND "}.then("", p).then(")")
		}
		return p, err
	}
	table, id, known := w.names.table(n.Step.Type)
	if !ok || !known {
		return w.widened(piece{}, &Untranslatable{fmt.Sprintf("the relation %s of %s has a column, and %s a table", n.Step.Name, n.From, n.Step.Type), string(d)}, positive)
	}
	to := at{w.alias(), n.Step.Type}
	inner, err := w.condition(n.Node, to, positive, total)
	if err != nil {
		return piece{}, err
	}
	text := fmt.Sprintf("EXISTS (SELECT 1 FROM %s %s WHERE %s.%s = %s", d.ident(table), to.alias, to.alias, d.ident(id), column)
	if refers.pairs != "" {
		_, own, _ := w.names.table(n.From)
		p := w.alias()
		text = fmt.Sprintf("EXISTS (SELECT 1 FROM %s %s JOIN %s %s ON %s.%s = %s.%s WHERE %s.%s = %s.%s", d.ident(refers.pairs), p, d.ident(table), to.alias,
			to.alias, d.ident(id), p, d.ident("related_id"), p, d.ident("entity_id"), row.alias, d.ident(own))
	}
	if n.Node == Node(Const(true)) {
		return piece{text: text + ")"}, nil
	}
	return piece{text: text + " AND "}.then("", inner).then(")"), nil
}

func (w *sqlWriter) shared(n Shared, row at) (piece, error) {
	if len(n.Left.Path)+len(n.Right.Path) == 0 {
		left, okLeft := w.scalar(n.Left.Column, n.Exact, row)
		right, okRight := w.scalar(n.Right.Column, n.Exact, row)
		if okLeft && okRight {
			return piece{text: fmt.Sprintf("(%s IS NOT NULL AND %s IS NOT NULL AND %s = %s)", left, right, left, right)}, nil
		}
	}
	left, err := w.values(n.Left, n.Exact, row)
	if err != nil {
		return piece{}, err
	}
	right, err := w.values(n.Right, n.Exact, row)
	return w.overlap(left, right), err
}

// overlap is true if two queries of non-NULL values have a value in common.
func (w *sqlWriter) overlap(left, right piece) piece {
	v := w.alias()
	return piece{text: "EXISTS (SELECT 1 FROM ("}.then("", left).then(") "+v+" WHERE "+v+".v IN (", right).then("))")
}

// values is a query of the values of a column at the end of a path, as v.
func (w *sqlWriter) values(f Far, exact bool, row at) (piece, error) {
	from, last, err := w.path(f.Path, row)
	if err != nil {
		return piece{}, err
	}
	if x, ok := w.scalar(f.Column, exact, last); ok {
		return piece{text: "SELECT " + x + " AS v " + from + " " + x + " IS NOT NULL"}, nil
	}
	list, x, err := w.listed(f.Column, exact, last)
	if err != nil {
		return piece{}, err
	}
	if from == "WHERE" {
		return piece{text: "SELECT " + x + " AS v "}.then("", list), nil
	}
	return piece{text: "SELECT v.v AS v " + strings.TrimSuffix(from, " WHERE")}, &Untranslatable{"a list behind a relation is compared with another value of the resource", string(w.dialect)}
}

// path returns the tables of a path, from FROM to an incomplete WHERE, and the row of its end.
func (w *sqlWriter) path(path []ir.Step, row at) (from string, last at, err error) {
	d, last := w.dialect, row
	var tables, conditions []string
	for _, step := range path {
		refers, ok := w.names.relation(last.typ, step.Name, step.Many)
		table, id, known := w.names.table(step.Type)
		if !ok || !known || refers.pairs != "" {
			return "", last, &Untranslatable{fmt.Sprintf("the relation %s of %s leads to one entity", step.Name, last.typ), string(d)}
		}
		next := at{w.alias(), step.Type}
		tables = append(tables, d.ident(table)+" "+next.alias)
		conditions = append(conditions, fmt.Sprintf("%s.%s = %s.%s AND", next.alias, d.ident(id), last.alias, d.ident(refers.column)))
		last = next
	}
	if tables == nil {
		return "WHERE", last, nil
	}
	return "FROM " + strings.Join(tables, ", ") + " WHERE " + strings.Join(conditions, " "), last, nil
}

func (w *sqlWriter) sameEntity(n SameEntity, row at) (piece, error) {
	left, err := w.references(n.Left, row)
	if err != nil {
		return piece{}, err
	}
	right, err := w.references(n.Right, row)
	return w.overlap(left, right), err
}

// references is a query of the ids that a path leads to, as v.
func (w *sqlWriter) references(path []ir.Step, row at) (piece, error) {
	n := len(path) - 1
	if n < 0 {
		_, id, _ := w.names.table(row.typ)
		return piece{text: fmt.Sprintf("SELECT %s.%s AS v", row.alias, w.dialect.ident(id))}, nil
	}
	from, last, err := w.path(path[:n], row)
	if err != nil {
		return piece{}, err
	}
	refers, ok := w.names.relation(last.typ, path[n].Name, path[n].Many)
	if !ok || refers.pairs != "" {
		return piece{}, &Untranslatable{fmt.Sprintf("the relation %s of %s leads to one entity", path[n].Name, last.typ), string(w.dialect)}
	}
	x := last.alias + "." + w.dialect.ident(refers.column)
	return piece{text: "SELECT " + x + " AS v " + from + " " + x + " IS NOT NULL"}, nil
}
