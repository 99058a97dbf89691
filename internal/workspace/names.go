package workspace

import (
	"context"
	"os"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// paths returns the files and directories of rules without the files that are for sites other
// than the snapshot's.
func (from *Source) paths(rules []string) []string {
	site := snapshot.PulledFrom(from.Snapshot)
	var list []string
	for _, path := range rules {
		if below := filepath.Join(path, "rules"); isDir(below) && hasManifest(path) {
			path = below
		}
		if !isDir(path) {
			list = append(list, path)
			continue
		}
		list = append(list, sitenames.Paths(path, site)...)
	}
	return list
}

// named returns the rules with names replaced by ids.
func (w *Workspace) named(rules []ruleset.Rule, from Source) ([]ruleset.Rule, error) {
	var source sitenames.Source
	if w.Site != nil {
		source = &sitenames.Files{Paths: w.Site.Path}
	}
	return sitenames.Resolve(context.Background(), rules, from.Variables, source)
}

func hasManifest(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, snapshot.PulledManifest))
	return err == nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
