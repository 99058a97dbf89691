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

// SitePrefix begins the name of the directory with one site's files.
const SitePrefix = "@"

// Place returns the site that a file below the directory of rules is for, "" for all of them,
// and the file's path there, with slashes.
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

// Paths returns what to read of a directory of rules for a site: the directory itself or, if
// some of its files are for a single site, the files for this site and the files for all sites
// that none of the former replaces. A file is for one site because of its directory, or for
// some because of the key only in its header.
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

// For reports whether a file is for a site, given the sites that it is restricted to.
func For(only []string, site string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(name string) bool { return strings.EqualFold(name, site) })
}

// Only returns the sites that the header of a file lists, none if the file is for all of them
// or is not a .qrule file.
func Only(file string) []string {
	if !strings.EqualFold(filepath.Ext(file), qrule.Extension) {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(text, []byte("\nonly:")) {
		return nil // the error is reported when the rule is read
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
