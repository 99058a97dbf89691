// Package rulefiles converts rules to files for Git, and such files back into the export that they
// came from.
//
//	rules/security/<slug>.qrule   one file for each rule, also rules/license and rules/sync
//	site.lock.json                the other fields of the rules on the site
//
// [Arrange] makes both from the rules of an export, and [Lock.Export] restores the export from
// both: with equal fields, including the exact bytes of a condition and fields that this program
// does not know.
//
// The package handles names of files and fields of exports. compiler/ruleset reads the files, and the
// commands write them.
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

// Dir is the directory of the rules, and LockName is the name of the lock file next to it.
const (
	Dir      = "rules"
	LockName = "site.lock.json"
)

// File is the file of one rule. Path has slashes and begins with Dir.
type File struct {
	Path    string
	Content []byte
}

// Digest identifies the content of a rule's file. Two rules have the same digest if and only if all
// fields in the file are equal.
func Digest(r *ruleset.Rule) string {
	site := *r
	site.Only = nil // the site does not have this field
	sum := sha256.Sum256(site.Format())
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Arrange returns the files of rules, ordered by path, and their lock file. A rule keeps its file from
// the previous lock, unless its name or category has changed; previous may be nil.
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

// key returns the key of a rule in the lock: its id or, without one, its file.
func key(r *ruleset.Rule, file string) string {
	if r.Derived {
		return file
	}
	return r.ID
}

// free returns an unused path for a rule and marks it as used.
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

// stem returns the path of a rule's file without extension and without a suffix that distinguishes
// rules of the same name.
func stem(r *ruleset.Rule) string {
	return path.Join(Dir, strings.ToLower(r.Category.String()), Slug(r.Name))
}

var (
	notInSlug = regexp.MustCompile(`[^a-z0-9]+`)
	device    = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`)
)

const maxSlug = 60

// Slug converts the name of a rule to a file name: lower-case letters, digits and hyphens, at most
// 60 of them, and not a device name of Windows.
func Slug(name string) string {
	slug := strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
	slug = strings.Trim(slug[:min(maxSlug, len(slug))], "-")
	if slug == "" || device.MatchString(slug) {
		return strings.Trim(slug+"-rule", "-")
	}
	return slug
}
