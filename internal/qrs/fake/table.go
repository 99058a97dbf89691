package fake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// tableQuery is the body of <type>/table.
type tableQuery struct {
	Entity  string `json:"entity"`
	Type    string `json:"type"`
	Columns []struct {
		Name       string `json:"name"`
		ColumnType string `json:"columnType"`
		Definition string `json:"definition"`
	} `json:"columns"`
}

// table answers a page of columns, sorted by id unless a column is named.
func (c *call) table(name string) {
	var q tableQuery
	if !c.body(&q) {
		return
	}
	if q.Entity == "" && q.Type == "" || len(q.Columns) == 0 {
		c.fail(http.StatusBadRequest, "Missing parameter value(s)")
		return
	}
	query := c.r.URL.Query()
	skip, _ := strconv.Atoi(query.Get("skip"))
	take, err := strconv.Atoi(query.Get("take"))
	if err != nil {
		take = 200
	}
	var items []*entity
	if !c.visible(name, func(e *entity) bool { items = append(items, e); return true }) {
		return
	}
	sort := "id"
	for _, column := range q.Columns {
		if strings.EqualFold(column.Name, query.Get("sortColumn")) {
			sort = column.Definition
		}
	}
	path := strings.Split(sort, ".")
	slices.SortStableFunc(items, func(a, b *entity) int {
		d := strings.Compare(strings.Join(valuesAt(a.fields, path), " "), strings.Join(valuesAt(b.fields, path), " "))
		if query.Get("orderAscending") == "false" {
			return -d
		}
		return d
	})
	items = items[min(max(skip, 0), len(items)):]
	items = items[:min(max(take, 0), len(items))]
	names := []string{}
	for _, column := range q.Columns {
		names = append(names, column.Name)
	}
	rows := [][]any{}
	for _, e := range items {
		var row []any
		for _, column := range q.Columns {
			switch values := valuesAt(e.fields, strings.Split(column.Definition, ".")); len(values) {
			case 0:
				row = append(row, nil)
			case 1:
				row = append(row, values[0])
			default:
				row = append(row, values)
			}
		}
		rows = append(rows, row)
	}
	c.answer(http.StatusCreated, object{"schemaPath": "TableDefinition", "id": noID, "columnNames": names, "rows": rows})
}
