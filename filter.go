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

// FilterOptions select the language of a filter and whether it must be exact.
type FilterOptions struct {
	// Target is postgres, sqlserver, sqlite, duckdb, ucast, prisma or qrs.
	Target string
	// Mapping names the tables and columns of a database, in YAML. Empty means the documented
	// names (docs/filter.md).
	Mapping []byte
	// Superset allows a filter that selects more than the rules grant if the target cannot
	// express all of them. Decide each resource that such a filter selects.
	Superset bool
}

// Filter selects the resources of a type on which a subject may act.
type Filter struct {
	// Kind is never, always or conditional.
	Kind string
	// Exact is false if the filter selects more than the rules grant.
	Exact bool
	// SQL and Params are set for databases: a condition on the row t, which is never empty, and
	// the values of its placeholders.
	SQL    string
	Params []any
	// Filters is set for qrs: one value of the parameter filter per call; the result is the
	// union of the answers.
	Filters []string
	// Query is set for ucast and prisma.
	Query map[string]any
	// Rules are those that grant the subject something.
	Rules []FilterRule
}

// FilterRule describes the part of a filter that comes from a rule.
type FilterRule struct{ ID, Name, When string }

// Filter translates the rules for the subject, action, context and environment of a request
// into a filter for the resources of its type. It ignores the resource's id and properties. It
// reads the snapshot on each call. It returns an error that names any condition that the target
// cannot express, unless FilterOptions.Superset is set; a filter never selects too little.
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
	// A described resource need not exist: the request stands for any resource of the type.
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
