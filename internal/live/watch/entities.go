package watch

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	"github.com/qlik2rego/qlik2rego/internal/live"
)

// seen is the part of an entity that is kept for a comparison.
type seen struct {
	sum          [16]byte
	name, by, at string
}

// compare returns the entities that differ between two pulled directories. It does not read
// collections with equal digests.
func compare(oldDir, newDir string, old, new *live.Manifest) ([]Change, error) {
	var changes []Change
	for _, part := range new.Collections {
		before := old.Part(part.Type)
		if before != nil && before.Digest == part.Digest {
			continue
		}
		was := map[string]seen{}
		if before != nil {
			var err error
			if was, err = entities(filepath.Join(oldDir, filepath.FromSlash(before.File))); err != nil {
				return nil, err
			}
		}
		is, err := entities(filepath.Join(newDir, filepath.FromSlash(part.File)))
		if err != nil {
			return nil, err
		}
		for id, e := range is {
			switch old, known := was[id]; {
			case !known:
				changes = append(changes, Change{part.Type, id, e.name, "created", e.by, e.at})
			case old.sum != e.sum:
				changes = append(changes, Change{part.Type, id, e.name, "changed", e.by, e.at})
			}
		}
		for id, e := range was {
			if _, there := is[id]; !there {
				changes = append(changes, Change{Type: part.Type, ID: id, Name: e.name, What: "deleted"})
			}
		}
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return changes, nil
}

// entities returns the entities of a collection by id.
func entities(path string) (map[string]seen, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	reader, err := jsonfile.NewReader(f)
	if err != nil {
		return nil, err
	}
	all := map[string]seen{}
	var failed error
	broken := jsonfile.NewStream(reader).Each(func(v jsonfile.Value) bool {
		var e struct {
			ID                 string `json:"id"`
			Name               string `json:"name"`
			UserDirectory      string `json:"userDirectory"`
			UserID             string `json:"userId"`
			ModifiedByUserName string `json:"modifiedByUserName"`
			ModifiedDate       string `json:"modifiedDate"`
		}
		if failed = json.Unmarshal(v.Raw, &e); failed != nil {
			return false
		}
		name := e.Name
		if e.UserID != "" {
			name = e.UserDirectory + `\` + e.UserID
		}
		sum := sha256.Sum256(v.Raw)
		all[e.ID] = seen{[16]byte(sum[:16]), name, e.ModifiedByUserName, e.ModifiedDate}
		return true
	})
	if broken != nil {
		return nil, &os.PathError{Op: "read", Path: path, Err: broken}
	}
	return all, failed
}
