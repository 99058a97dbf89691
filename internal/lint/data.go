package lint

import (
	"sync"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Data is a site's snapshot as lints see it.
type Data struct {
	*snapshot.Site
	// inactive holds the users who have left, by case-folded id.
	inactive map[string]string

	mu sync.Mutex
	// lists are the entities by type in the order of their ids, of types that were asked for.
	lists map[string][]*snapshot.Entity
}

// LoadData reads a snapshot for lints. What is wrong with it is reported by others.
func LoadData(s *snapshot.Snapshot) *Data {
	site, _ := s.Load(nil)
	return NewData(site, s.Inactive())
}

// NewData makes lints see a site in memory. Inactive are the users who have left, as
// snapshot.Inactive returns them.
func NewData(site *snapshot.Site, inactive map[string]string) *Data {
	return &Data{Site: site, inactive: inactive}
}

// OpenData reads the snapshot in a directory for lints.
func OpenData(dir string, s *schema.Schema) *Data {
	snap, _ := snapshot.Open(dir, s)
	return LoadData(snap)
}

// hasLeft reports whether a user on record is blocked, inactive or no longer in the
// directory.
func (d *Data) hasLeft(id string) bool { return d.inactive[fold(id)] != "" }

// hasAttribute reports whether a user on record has a directory attribute.
func (d *Data) hasAttribute(name string) bool {
	for _, u := range d.Records["user"] {
		if len(u.Attributes[name]) > 0 {
			return true
		}
	}
	return false
}
