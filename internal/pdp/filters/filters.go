// Package filters answers requests for data filters with the rules of a bundle: which resources
// of one type may a subject act on, as a condition that a database evaluates.
//
// It knows Qlik's rules, which the decision point does not, but not HTTP.
package filters

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Filters are the filters of one bundle. They are safe for concurrent use.
type Filters struct {
	schema  *schema.Schema
	site    *snapshot.Site
	filters *workspace.Filters
	mapping *filter.Mapping
}

// New prepares filters for the rules and the site of a bundle. The mapping names tables and
// columns; nil means the documented ones.
func New(b *bundles.Bundle, mapping *filter.Mapping) (*Filters, error) {
	w, site, err := workspace.FromBundle(b)
	if err != nil {
		return nil, err
	}
	return &Filters{w.Options.Schema, site, w.Filters(site), mapping}, nil
}

// request is an AuthZEN access evaluation request about any resource of a type.
type request struct {
	Subject  json.RawMessage `json:"subject"`
	Action   named           `json:"action"`
	Resource resource        `json:"resource"`
	Context  json.RawMessage `json:"context,omitempty"`
}

type named struct {
	Name string `json:"name"`
}

type resource struct {
	Type       string `json:"type"`
	ID         string `json:"id"`
	Properties named  `json:"properties"` // described, so that it need not exist
}

// Filter implements pdp.Filterer.
func (f *Filters) Filter(q pdp.FilterRequest) (*filter.Report, error) {
	action, ok := ruleset.ParseAction(q.Action)
	if !ok {
		return nil, &pdp.FilterError{Message: fmt.Sprintf("unknown action %q%s", q.Action, meant(q.Action, actions()))}
	}
	typeKey := schema.Fold(q.Type)
	name, ok := f.spelled(typeKey)
	if !ok {
		return nil, &pdp.FilterError{Message: fmt.Sprintf("there is no type %q%s", q.Type, meant(q.Type, f.types()))}
	}
	text, err := json.Marshal(request{
		Subject: q.Subject, Context: q.Context, Action: named{action.Name()},
		Resource: resource{name, "any", named{"any"}},
	})
	if err != nil {
		return nil, err
	}
	found, err := f.filters.Of(text, typeKey)
	if err != nil {
		return nil, &pdp.FilterError{Message: err.Error()}
	}
	report, err := filter.NewReport(found.Node, found.Branches, q.Target, typeKey, f.site, filter.SQLOptions{
		Schema: f.schema, Mapping: f.mapping, Superset: q.Superset, Literals: q.Literals,
	})
	var cannot *filter.Untranslatable
	if errors.As(err, &cannot) {
		return nil, &pdp.FilterError{Message: err.Error()}
	}
	return report, err
}

// spelled returns a type of the schema or the site in its original spelling.
func (f *Filters) spelled(key string) (string, bool) {
	if t, ok := f.schema.Type(key); ok {
		return t.Name, true
	}
	for name := range f.site.Records {
		if strings.EqualFold(name, key) {
			return name, true
		}
	}
	return "", false
}

func meant(word string, candidates []string) string {
	if near, ok := diag.Suggest(word, candidates); ok {
		return "; did you mean " + near + "?"
	}
	return ""
}

func actions() (names []string) {
	for _, a := range ruleset.AllActions {
		names = append(names, a.Name())
	}
	return names
}

func (f *Filters) types() (names []string) {
	for _, t := range f.schema.Types() {
		names = append(names, t.Name)
	}
	for _, key := range slices.Sorted(maps.Keys(f.site.Records)) {
		if _, known := f.schema.Type(key); !known {
			names = append(names, key)
		}
	}
	return names
}
