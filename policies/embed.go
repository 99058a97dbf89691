package policies

import (
	"embed"
	"io/fs"
)

//go:embed qlik/authz.rego qlik/description.rego qlik/request.rego qlik/site.rego
var library embed.FS

// Module is one Rego module: its path inside a bundle, with forward slashes
// ("qlik/authz.rego"), and its source.
type Module struct {
	Path, Source string
}

// Modules returns the library's modules, ordered by path, without their tests.
func Modules() []Module {
	var modules []Module
	// Reading what is embedded cannot fail.
	_ = fs.WalkDir(library, ".", func(path string, entry fs.DirEntry, _ error) error {
		if entry.IsDir() {
			return nil
		}
		source, err := library.ReadFile(path)
		modules = append(modules, Module{Path: path, Source: string(source)})
		return err
	})
	return modules
}
