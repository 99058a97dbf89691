package filter

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Targets are the languages of filters: SQL databases first.
var Targets = []string{string(Postgres), string(SQLServer), string(SQLite), string(DuckDB), "ucast", "prisma", "qrs"}

// IsSQL reports whether a target is a database.
func IsSQL(target string) bool { return slices.Contains(Targets[:4], target) }

// Report is a filter in the language of a target.
type Report struct {
	// Kind is never, always or conditional.
	Kind   Kind   `json:"kind"`
	Target string `json:"target"`
	// Exact is false if the filter selects more than the rules grant.
	Exact bool `json:"exact"`
	// SQL and Params are set for databases, Filters for qrs, Query for ucast and prisma.
	SQL     string         `json:"sql,omitempty"`
	Params  []any          `json:"params,omitempty"`
	Filters []string       `json:"filters,omitempty"`
	Query   map[string]any `json:"query,omitempty"`
	// Rules are those that grant the subject something, each with its part of the filter.
	Rules []RulePart `json:"rules"`
}

// RulePart describes the part of a filter that comes from one rule.
type RulePart struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	When string `json:"when"`
}

// NewReport writes a filter for the resources of a type, by its key, in the language of a
// target. The options are for databases, Superset also for qrs; the site, which qrs needs, may
// be nil for other targets. An Untranslatable error names what cannot be expressed.
func NewReport(n Node, branches []Branch, target, typeKey string, site *snapshot.Site, o SQLOptions) (*Report, error) {
	report := &Report{Kind: KindOf(n), Target: target, Exact: true, Rules: []RulePart{}}
	for _, b := range branches {
		report.Rules = append(report.Rules, RulePart{b.RuleID, b.RuleName, Describe(b.Node)})
	}
	var err error
	switch {
	case IsSQL(target):
		var sql *SQL
		o.Dialect = Dialect(target)
		if sql, err = WriteSQL(n, typeKey, o); err == nil {
			report.SQL, report.Params, report.Exact = sql.Condition, sql.Params, sql.Exact
		}
	case target == "qrs":
		var q *QRS
		if q, err = WriteQRS(n, QRSOptions{Site: site, Superset: o.Superset}); err == nil {
			report.Filters, report.Exact = q.Filters, q.Exact
			if len(q.Filters) == 0 { // no existing entity meets a condition on related entities
				report.Kind = Never
			}
		}
	case target == "ucast":
		report.Query, err = UCAST(n)
	case target == "prisma":
		report.Query, err = Prisma(n)
	default:
		panic("filter: unknown target " + target)
	}
	if err != nil {
		return nil, err
	}
	return report, nil
}
