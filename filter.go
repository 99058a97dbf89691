package qlik2rego

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/filter"
)

// FilterOptions say in which language a filter is, and how exact.
type FilterOptions struct {
	// Target is postgres, sqlserver, sqlite, duckdb, ucast, prisma or qrs.
	Target string
	// Mapping names the tables and columns of a database in YAML; the documented ones if
	// it is empty (docs/filter.md).
	Mapping []byte
	// Superset lets a filter select more than the rules grant where the target cannot
	// express all of them. Decide what it selects.
	Superset bool
}

// Filter selects the resources of a type on which a subject may act.
type Filter struct {
	// Kind is never, always or conditional.
	Kind string
	// Exact is false if the filter selects more than the rules grant.
	Exact bool
	// SQL and Params are there for databases: a condition that is never empty, about the
	// row t, and the values of its placeholders.
	SQL    string
	Params []any
	// Filters are there for qrs: one value of the parameter filter for each call; the
	// list is the union of the answers.
	Filters []string
	// Query is there for ucast and prisma.
	Query map[string]any
	// Rules are those that give the subject something.
	Rules []FilterRule
}

// FilterRule is what a rule contributes to a filter, in words.
type FilterRule struct{ ID, Name, When string }

// Filter writes the rules for the subject, action, context and environment of a request as
// a filter for the resources of its type. The resource's id and properties are ignored. It
// reads the snapshot each time. A condition that the target cannot express is an error that
// names it, unless FilterOptions.Superset is set; a filter never selects too little.
func (r *Rules) Filter(ctx context.Context, q Request, o FilterOptions) (*Filter, error) {
	if !slices.Contains(filter.Targets, o.Target) {
		return nil, fmt.Errorf("qlik2rego: FilterOptions.Target is %s, not %q", strings.Join(filter.Targets, ", "), o.Target)
	}
	sql := filter.SQLOptions{Schema: r.w.Options.Schema, Superset: o.Superset}
	var err error
	if len(o.Mapping) > 0 {
		if sql.Mapping, err = filter.ReadMapping(o.Mapping); err != nil {
			return nil, fmt.Errorf("qlik2rego: FilterOptions.Mapping: %w", err)
		}
	}
	site, err := r.w.LoadSite()
	if err != nil {
		return nil, invalid(err)
	}
	// A resource that is described need not be on record: the request is about any.
	q.ResourceID, q.ResourceProperties = "any", map[string]any{"name": "any"}
	request, err := json.Marshal(q)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	typeKey := schema.Fold(q.ResourceType)
	found, err := r.w.Filter(site, request, typeKey)
	if err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	report, err := filter.NewReport(found.Node, found.Branches, o.Target, typeKey, site, sql)
	if err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	f := &Filter{Kind: string(report.Kind), Exact: report.Exact, SQL: report.SQL, Params: report.Params, Filters: report.Filters, Query: report.Query}
	for _, rule := range report.Rules {
		f.Rules = append(f.Rules, FilterRule(rule))
	}
	return f, nil
}
