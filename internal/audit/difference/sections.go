package difference

import (
	"errors"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// addSections adds the sections that filters name to both sides, so that they are compared like
// everything else.
func (w *work) addSections() error {
	names := map[string]string{}
	for _, p := range w.pairs {
		for _, r := range []*ruleset.Rule{p.old, p.new} {
			if r == nil {
				continue
			}
			filter, _ := ruleset.ParseFilter(r.Filter, diag.Rule{})
			for _, item := range filter.Items {
				if name := r.Filter.Content[item.Range.Start:item.Range.End]; !item.Prefix && w.isSection(name) {
					names[schema.Fold(name)] = name
				}
			}
		}
	}
	var err error
	for id, name := range names {
		for _, side := range []*Side{&w.Old, &w.New} {
			if !sitedata.OnRecord(&side.Bundle.Data, sitedata.Sections, id) {
				side.Prepared = nil // it does not know the section
				if side.Decisions != nil {
					*side.Decisions = Decisions{}
				}
				err = errors.Join(err, sitedata.AddNamed(&side.Bundle.Data, sitedata.Sections, id, name))
			}
		}
	}
	return err
}

// isSection reports whether an item of a filter is the id of a section: those of the QMC and
// the hub, and any item without an underscore that is not a type.
func (w *work) isSection(item string) bool {
	key := schema.Fold(item)
	if sitedata.IsSection(item) {
		return true
	}
	return !strings.Contains(key, "_") && w.typeName(key) == key
}

// openSections returns the items of changed rules' filters that match sections without naming
// them.
func (w *work) openSections() []string {
	var found []string
	for _, p := range w.pairs {
		if !p.changed() {
			continue
		}
		for _, r := range []*ruleset.Rule{p.old, p.new} {
			if r == nil {
				continue
			}
			filter, _ := ruleset.ParseFilter(r.Filter, diag.Rule{})
			for _, item := range filter.Items {
				if item.Prefix && (item.Text == "" || strings.HasPrefix("qmcsection_", item.Text) || strings.HasPrefix("hubsection_", item.Text) || w.isSection(item.Text)) {
					found = append(found, r.Filter.Content[item.Range.Start:item.Range.End])
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
