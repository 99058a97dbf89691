package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// The names in a pulled directory, in addition to rulefiles.Dir and rulefiles.LockName.
const (
	SiteDir      = snapshot.PulledSite
	ManifestName = snapshot.PulledManifest
)

// Manifest is the content of manifest.json in a pulled directory: the site and the pulled
// collections.
//
//	{"version": 1, "site": "prod", "url": "https://…", "build": "31.56.2.0",
//	 "time": "…", "full": "…", "collections": [{"type": "App", …}], "absent": ["CloudCredentials"]}
type Manifest struct {
	Version int    `json:"version"`
	Site    string `json:"site"`
	URL     string `json:"url"`
	Build   string `json:"build"`
	// Time is the start of the last pull that found changes, and Full that of the last pull that
	// read every collection completely, by the site's clock.
	Time        time.Time `json:"time"`
	Full        time.Time `json:"full"`
	Rules       int       `json:"rules"`
	Collections []Part    `json:"collections"`
	// Absent are the types that this build of the site does not have.
	Absent []string `json:"absent"`
}

// Part is one collection of a pulled directory.
type Part struct {
	Type string `json:"type"`
	// File is relative to the directory, with slashes.
	File   string `json:"file"`
	Count  int    `json:"count"`
	Bytes  int64  `json:"bytes"`
	Digest string `json:"digest"`
}

const manifestVersion = 1

// NewManifest returns a manifest without collections.
func NewManifest() *Manifest {
	return &Manifest{Version: manifestVersion, Collections: []Part{}, Absent: []string{}}
}

// Part returns the entry of a type, nil if there is none.
func (m *Manifest) Part(typ string) *Part {
	for i := range m.Collections {
		if m.Collections[i].Type == typ {
			return &m.Collections[i]
		}
	}
	return nil
}

// Count is the total number of entities.
func (m *Manifest) Count() int {
	n := 0
	for _, p := range m.Collections {
		n += p.Count
	}
	return n
}

// ReadManifest reads the manifest of a pulled directory; it is nil if there is none.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, ManifestName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // the directory was not pulled
	}
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if m.Version != manifestVersion {
		return nil, fmt.Errorf("%s has the version %d; this qlik2rego knows %d", path, m.Version, manifestVersion)
	}
	return &m, nil
}

// Encode returns the content of the file.
func (m *Manifest) Encode() ([]byte, error) {
	data, err := json.MarshalIndent(m, "", "  ")
	return append(data, '\n'), err
}
