package sitenames

import (
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// SitePrefix begins the name of the folder of one site's files.
const SitePrefix = "@"

// Place says for which site a file below the folder of rules is, "" for all of them, and its
// path there, with slashes.
func Place(rules, file string) (site, path string) {
	path, err := filepath.Rel(rules, file)
	if err != nil {
		return "", filepath.ToSlash(file)
	}
	path = filepath.ToSlash(path)
	first, rest, nested := strings.Cut(path, "/")
	if name, ok := strings.CutPrefix(first, SitePrefix); ok && nested {
		return name, rest
	}
	return "", path
}

// Paths returns what to read of a folder of rules for a site: the folder as it is or, if
// some of its files are for one site, the files that are for this one and those for all sites
// that none of its own replaces.
func Paths(root, site string) []string {
	own, err := filepath.Glob(filepath.Join(root, SitePrefix+"*"))
	if err != nil || len(own) == 0 {
		return []string{root}
	}
	all := ruleset.Files(root)
	replaced := map[string]bool{}
	for _, file := range all {
		if of, path := Place(root, file); of != "" && strings.EqualFold(of, site) {
			replaced[path] = true
		}
	}
	var list []string
	for _, file := range all {
		of, path := Place(root, file)
		if of == "" && !replaced[path] || of != "" && strings.EqualFold(of, site) {
			list = append(list, file)
		}
	}
	return list
}
