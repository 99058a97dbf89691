package workspace

import (
	"errors"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// AddNamedSections adds the sections of the hub and the QMC that the rules of a bundle name to its
// data. Snapshots do not contain them, and rules refer to them by their ids only.
func AddNamedSections(data *bundles.Document) error {
	var err error
	for _, id := range sitedata.Rules(data) {
		text := sitedata.RuleText(data, id, "filter")
		filter, _ := ruleset.ParseFilter(&diag.Text{Content: text}, diag.Rule{})
		for _, item := range filter.Items {
			name := strings.TrimSuffix(text[item.Range.Start:item.Range.End], "*")
			key := schema.Fold(name)
			if !sitedata.IsSection(name) || strings.HasSuffix(name, "_") {
				continue
			}
			err = errors.Join(err, sitedata.AddNamed(data, sitedata.Sections, key, name))
		}
	}
	return err
}
