package policies

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

//go:embed qlik/authz.rego qlik/description.rego qlik/license.rego qlik/placement.rego qlik/placement/request.rego
//go:embed qlik/request.rego qlik/site.rego
var library embed.FS

// Module is one Rego module: its path inside a bundle, with forward slashes
// ("qlik/authz.rego"), and its source.
type Module struct {
	Path, Source string
}

// Modules returns the library's modules, ordered by path, without their tests. Modules about
// licences and the placement of apps are only included for the categories License and Sync.
func Modules(categories ...ruleset.Category) []Module {
	var modules []Module
	// Reading an embedded file system cannot fail.
	_ = fs.WalkDir(library, ".", func(path string, entry fs.DirEntry, _ error) error {
		license, placement := strings.HasPrefix(path, "qlik/license"), strings.HasPrefix(path, "qlik/placement")
		if entry.IsDir() || license && !slices.Contains(categories, ruleset.License) || placement && !slices.Contains(categories, ruleset.Sync) {
			return nil
		}
		source, err := library.ReadFile(path)
		modules = append(modules, Module{Path: path, Source: string(source)})
		return err
	})
	slices.SortFunc(modules, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return modules
}
