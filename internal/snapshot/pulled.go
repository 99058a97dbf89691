package snapshot

import (
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
