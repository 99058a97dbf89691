package sitedata

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Sections is the key of the type of the sections of the hub and the QMC. Snapshots do not have
// them: they are decided by their ids alone.
const Sections = "transientobject"

// IsSection reports whether a string is the id of a section, which filters name without a type.
func IsSection(id string) bool {
	key := schema.Fold(id)
	return strings.HasPrefix(key, "qmcsection_") || strings.HasPrefix(key, "hubsection_")
}
