package snapshot

import (
	"encoding/json"
	"io/fs"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Inactive maps the lower-case ids of existing users who cannot log in to the reason: "blocked",
// "inactive" or "removed from the directory". Rules cannot read these properties, so decisions do
// not depend on them. It ignores errors in the file, which Load and Project report.
func (s *Snapshot) Inactive() map[string]string {
	of := s.file("User")
	if of == nil {
		return nil
	}
	data, err := fs.ReadFile(of.fsys, of.name)
	if err != nil {
		return nil
	}
	file, failed := jsonfile.New(of.path, data)
	if failed != nil {
		return nil
	}
	list, failed := file.Document()
	if failed != nil {
		return nil
	}
	left := map[string]string{}
	for _, item := range list.List() {
		var u struct {
			ID                                       string
			Inactive, RemovedExternally, Blacklisted bool
		}
		if json.Unmarshal(item.Raw, &u) != nil {
			continue
		}
		switch {
		case u.Blacklisted:
			left[schema.Fold(u.ID)] = "blocked"
		case u.RemovedExternally:
			left[schema.Fold(u.ID)] = "removed from the directory"
		case u.Inactive:
			left[schema.Fold(u.ID)] = "inactive"
		}
	}
	return left
}
