package filter

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// Dialect is a language of SQL databases.
type Dialect string

// The dialects.
const (
	Postgres  Dialect = "postgres"
	SQLServer Dialect = "sqlserver"
	SQLite    Dialect = "sqlite"
	DuckDB    Dialect = "duckdb"
)

// placeholder returns the mark of the n-th parameter, from 1.
func (d Dialect) placeholder(n int) string {
	switch d {
	case Postgres:
		return "$" + strconv.Itoa(n)
	case SQLServer:
		return "@p" + strconv.Itoa(n)
	case SQLite, DuckDB:
		return "?"
	}
	panic("filter: unknown dialect " + string(d))
}

// ident quotes an identifier, of which dots separate the parts.
func (d Dialect) ident(name string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		if d == SQLServer {
			parts[i] = "[" + strings.ReplaceAll(p, "]", "]]") + "]"
		} else {
			parts[i] = `"` + strings.ReplaceAll(p, `"`, `""`) + `"`
		}
	}
	return strings.Join(parts, ".")
}

// literal returns a string as a literal in a statement, for display only.
func (d Dialect) literal(text string) string {
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	if d == SQLServer {
		return "N" + quoted
	}
	return quoted
}

// inList is the maximum number of values of an IN list; longer lists are one parameter.
const inList = 1000

// elements is a query of the strings of a JSON array, which is one parameter.
func (d Dialect) elements() string {
	switch d {
	case Postgres:
		return "SELECT jsonb_array_elements_text(" + mark + "::jsonb)"
	case SQLServer:
		return "SELECT value FROM OPENJSON(" + mark + ")"
	case SQLite:
		return "SELECT value FROM json_each(" + mark + ")"
	case DuckDB:
		return `SELECT unnest(from_json(` + mark + `, '["VARCHAR"]'))`
	}
	panic("filter: unknown dialect " + string(d))
}

// like returns a pattern for LIKE with the escape \.
func (d Dialect) like(p ir.Pattern) (string, error) {
	var b strings.Builder
	for _, part := range p.Parts() {
		switch part.Wildcard {
		case '*':
			b.WriteByte('%')
		case '?':
			if d == SQLServer {
				return "", &Untranslatable{"? of like is one character: _ counts halves of characters outside the basic plane", string(d)}
			}
			b.WriteByte('_')
		case 0:
			for _, r := range part.Literal {
				if strings.ContainsRune(`%_\`, r) || r == '[' && d == SQLServer {
					b.WriteByte('\\')
				}
				b.WriteRune(r)
			}
		}
	}
	return b.String(), nil
}

// matches returns a test with a regular expression (RE2), where x is the value.
func (d Dialect) matches(x string) (string, error) {
	if d == DuckDB { // DuckDB uses RE2 too
		return "regexp_matches(" + x + ", " + mark + ")", nil
	}
	return "", &Untranslatable{"regular expressions are those of RE2", string(d)}
}

// mark stands for a parameter until the statement is complete.
const mark = "\x00"

// bind replaces the marks of a statement by placeholders, or by the values themselves.
func (d Dialect) bind(text string, params []any, literals bool) string {
	var b strings.Builder
	for n, piece := range strings.Split(text, mark) {
		if n > 0 {
			if literals {
				b.WriteString(d.literal(fmt.Sprint(params[n-1])))
			} else {
				b.WriteString(d.placeholder(n))
			}
		}
		b.WriteString(piece)
	}
	return b.String()
}
