package snapshot

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// The names in a folder that the command pull has written: the snapshot is a folder in it,
// beside a manifest.
const (
	PulledSite     = "site"
	PulledManifest = "manifest.json"
)

// Pulled returns the snapshot in a folder that the command pull has written, and whether
// dir is one.
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

// PulledFrom returns the name of the site that a folder, or the snapshot in it, was pulled from,
// and "" if it was not.
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
