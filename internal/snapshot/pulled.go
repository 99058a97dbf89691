package snapshot

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// The names in a directory written by the command pull: a manifest, and a subdirectory with the
// snapshot.
const (
	PulledSite     = "site"
	PulledManifest = "manifest.json"
)

// Pulled returns the snapshot in a directory written by the command pull; false if dir is not such a
// directory.
func Pulled(dir string) (string, bool) {
	if dir == "" {
		return "", false
	}
	manifest, missing := os.Stat(filepath.Join(dir, PulledManifest))
	site, none := os.Stat(filepath.Join(dir, PulledSite))
	if missing != nil || none != nil || !manifest.Mode().IsRegular() || !site.IsDir() {
		return "", false
	}
	return filepath.Join(dir, PulledSite), true
}

// PulledFrom returns the name of the site that a directory, or the snapshot in it, was pulled from;
// "" if it was not pulled.
func PulledFrom(dir string) string {
	for _, directory := range []string{dir, filepath.Dir(dir)} {
		data, err := os.ReadFile(filepath.Join(directory, PulledManifest))
		var manifest struct{ Site string }
		if dir != "" && err == nil && json.Unmarshal(data, &manifest) == nil {
			return manifest.Site
		}
	}
	return ""
}
