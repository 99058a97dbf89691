// Package rulefiles lays rules out as files for Git, and turns such files back into the export
// that they came from.
//
//	rules/security/<slug>.qrule   one file for each rule, also rules/license and rules/sync
//	site.lock.json                what the site knows about the rules beside their text
//
// [Arrange] makes both from the rules of an export, and [Lock.Export] makes the export from
// both: with equal fields, down to the bytes of a condition and to fields that this program
// does not know.
//
// The package knows names of files and fields of exports. Reading files is the task of
// compiler/ruleset, writing them that of the command.
package rulefiles

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

// Dir is the folder of the rules, and LockName the file beside it.
const (
	Dir      = "rules"
	LockName = "site.lock.json"
)

// File is a file of a rule. Path has slashes and begins with Dir.
type File struct {
	Path    string
	Content []byte
}

// Digest identifies what a rule's file says. Two rules have the same digest exactly if all
// fields that a file holds are equal.
func Digest(r *ruleset.Rule) string {
	site := *r
	site.Only = nil // the site does not have it
	sum := sha256.Sum256(site.Format())
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Arrange returns the files of rules, ordered by path, and the lock file that belongs to
// them. A rule keeps the file that it has in the previous lock, unless its name or category
// has changed; previous may be nil.
func Arrange(rules []ruleset.Rule, previous *Lock) ([]File, *Lock) {
	lock := &Lock{Rules: map[string]*Locked{}}
	if previous != nil {
		lock.Site, lock.Build, lock.Aliases = previous.Site, previous.Build, previous.Aliases
	}
	taken := map[string]bool{}
	paths := make([]string, len(rules))
	for i := range rules { // those that keep their file come first
		if name := previous.fileOf(&rules[i]); name != "" && !taken[name] {
			paths[i], taken[name] = name, true
		}
	}
	order := make([]int, len(rules)) // by id, so that the order of the export does not matter
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(rules[a].ID, rules[b].ID) })
	files := []File{}
	for _, i := range order {
		r := &rules[i]
		if paths[i] == "" {
			paths[i] = free(r, taken)
		}
		files = append(files, File{Path: paths[i], Content: r.Format()})
		lock.Rules[key(r, paths[i])] = locked(r, paths[i])
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, lock
}

// key is the name of a rule in the lock: its id or, where it has none, its file.
func key(r *ruleset.Rule, file string) string {
	if r.Derived {
		return file
	}
	return r.ID
}

// free returns a path for a rule that is not taken, and takes it.
func free(r *ruleset.Rule, taken map[string]bool) string {
	stem := stem(r)
	name := stem + qrule.Extension
	if taken[name] {
		stem += "-" + Slug(r.ID[:min(8, len(r.ID))])
		name = stem + qrule.Extension
	}
	for n := 2; taken[name]; n++ {
		name = stem + "-" + strconv.Itoa(n) + qrule.Extension
	}
	taken[name] = true
	return name
}

// stem is the path of a rule's file without what tells rules of one name apart, and without extension.
func stem(r *ruleset.Rule) string {
	return path.Join(Dir, strings.ToLower(r.Category.String()), Slug(r.Name))
}

var (
	notInSlug = regexp.MustCompile(`[^a-z0-9]+`)
	device    = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`)
)

const maxSlug = 60

// Slug returns the name of a rule as the name of a file: lower-case letters, digits and
// hyphens, at most 60 of them, and no name that Windows keeps for devices.
func Slug(name string) string {
	slug := strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
	slug = strings.Trim(slug[:min(maxSlug, len(slug))], "-")
	if slug == "" || device.MatchString(slug) {
		return strings.Trim(slug+"-rule", "-")
	}
	return slug
}
