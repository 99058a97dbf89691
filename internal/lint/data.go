package lint

import (
	"sync"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Data is a site's snapshot in the form that lints use.
type Data struct {
	*snapshot.Site
	// inactive holds the users who have left, by case-folded id.
	inactive map[string]string

	mu sync.Mutex
	// lists are the entities by type, ordered by id, for types that have been requested.
	lists map[string][]*snapshot.Entity
}

// LoadData reads a snapshot for lints. Errors in it are reported elsewhere.
func LoadData(s *snapshot.Snapshot) *Data {
	site, _ := s.Load(nil)
	return NewData(site, s.Inactive())
}

// NewData prepares a site in memory for lints. inactive are the users who have left, as
// returned by snapshot.Inactive.
func NewData(site *snapshot.Site, inactive map[string]string) *Data {
	return &Data{Site: site, inactive: inactive}
}

// OpenData reads the snapshot in a directory for lints.
func OpenData(dir string, s *schema.Schema) *Data {
	snap, _ := snapshot.Open(dir, s)
	return LoadData(snap)
}

// hasLeft reports whether an existing user is blocked, inactive or no longer in the directory.
func (d *Data) hasLeft(id string) bool { return d.inactive[fold(id)] != "" }

// hasAttribute reports whether some user has a directory attribute.
func (d *Data) hasAttribute(name string) bool {
	for _, u := range d.Records["user"] {
		if len(u.Attributes[name]) > 0 {
			return true
		}
	}
	return false
}
