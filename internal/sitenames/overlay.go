package sitenames

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
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
// that none of its own replaces. A file is for one site by its folder, or for some by the key
// only of its header.
func Paths(root, site string) []string {
	all := ruleset.Files(root)
	var list []string
	replaced := map[string]bool{}
	for _, file := range all {
		if of, path := Place(root, file); of != "" && strings.EqualFold(of, site) {
			replaced[path] = true
		}
	}
	for _, file := range all {
		of, path := Place(root, file)
		if of == "" && !replaced[path] && For(Only(file), site) || of != "" && strings.EqualFold(of, site) {
			list = append(list, file)
		}
	}
	if len(list) == len(all) {
		return []string{root}
	}
	return list
}

// For reports whether a file is for a site, by the sites that it is only for.
func For(only []string, site string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(name string) bool { return strings.EqualFold(name, site) })
}

// Only returns the sites that the header of a file names, none if the file is for all of them
// or is not a .qrule file.
func Only(file string) []string {
	if !strings.EqualFold(filepath.Ext(file), qrule.Extension) {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(text, []byte("\nonly:")) {
		return nil // who reads the rule reports the error
	}
	e, _ := qrule.Parse(text).Find("only")
	if !e.Value.IsList && e.Value.Text != "" {
		return []string{e.Value.Text}
	}
	var sites []string
	for _, s := range e.Value.List {
		sites = append(sites, s.Text)
	}
	return sites
}
