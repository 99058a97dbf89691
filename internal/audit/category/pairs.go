package category

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Answers returns the rows of License or Placement for an audit of a category. precedence is that of
// License.
func Answers(c ruleset.Category, a *report.Audit, f *Facts, precedence []string) ([]Row, error) {
	pairs, err := Pairs(a)
	if err != nil {
		return nil, err
	}
	switch c {
	case ruleset.License:
		return License(pairs, f, precedence), nil
	case ruleset.Sync:
		return Placement(pairs, f, a.Names.Granting()), nil
	case ruleset.Security:
	}
	panic("category: no answers for the category " + c.String())
}

// Pair is a subject and a resource for which rules grant the right of the category.
type Pair struct {
	Subject, Type, Resource, Name string
	// Rules are displayed as in the audit.
	Rules []string
}

// Pairs returns the pairs of an audit.
func Pairs(a *report.Audit) ([]Pair, error) {
	var w collector
	err := report.Cells.Write(a, &w)
	return w.pairs, err
}

// collector collects the rows of report.Cells.
type collector struct{ pairs []Pair }

var _ tabular.Writer = (*collector)(nil)

func (c *collector) Write(row []any) error {
	at := func(column string) any {
		return row[slices.IndexFunc(report.Cells.Columns, func(c tabular.Column) bool { return c.Name == column })]
	}
	c.pairs = append(c.pairs, Pair{
		Subject: at("subject").(string), Type: at("type").(string), Resource: at("resource").(string), Name: at("name").(string),
		Rules: at("rules").([]string),
	})
	return nil
}

func (c *collector) Close() error { return nil }
