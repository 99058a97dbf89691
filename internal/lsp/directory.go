package lsp

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
)

// readDirectory reads the rules of the workspace folder that are not open. Files *.json without
// rules are left out.
func (s *server) readDirectory() {
	s.closed = map[string]*document{}
	if s.root == "" {
		return
	}
	for _, path := range ruleset.Files(s.root) {
		uri := uriOf(path)
		if s.docs[uri] != nil {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it is gone again
		}
		if d := newDocument(uri, string(data), 0, s.utf8); d.header != nil || len(d.rules) > 0 {
			s.closed[uri] = d
		}
	}
}

// documents returns all documents, open or not, ordered by URI.
func (s *server) documents() []*document {
	var all []*document
	for _, docs := range []map[string]*document{s.docs, s.closed} {
		for _, d := range docs {
			all = append(all, d)
		}
	}
	sortBy(all, func(d *document) string { return d.uri })
	return all
}

// allRules returns the rules of all documents that are for the site of the folder, with ids in
// place of names.
func (s *server) allRules() []ruleset.Rule {
	here := s.forSite()
	var all []ruleset.Rule
	for _, d := range s.documents() {
		if here(d) {
			all = append(all, s.rulesOf(d)...)
		}
	}
	return all
}

// rulesOf returns the rules of a document with ids instead of names.
func (s *server) rulesOf(d *document) []ruleset.Rule {
	var all []ruleset.Rule
	for i := range d.rules {
		r, _ := s.named(d.rules[i])
		all = append(all, *r)
	}
	return all
}

// forSite returns which documents are for the site that the folder was pulled from. Files of
// other sites are checked by themselves alone: they are not read together with the others.
func (s *server) forSite() func(*document) bool {
	root, site := filepath.Join(s.root, rulefiles.Dir), s.site.siteName()
	place := func(d *document) (of, path string) {
		if !strings.HasPrefix(d.path, root+string(filepath.Separator)) {
			return "", d.path
		}
		return sitenames.Place(root, d.path)
	}
	replaced := map[string]bool{}
	for _, d := range s.documents() {
		if of, path := place(d); of != "" && strings.EqualFold(of, site) {
			replaced[path] = true
		}
	}
	return func(d *document) bool {
		of, path := place(d)
		if of != "" {
			return strings.EqualFold(of, site)
		}
		return !replaced[path] && (d.header == nil || len(d.rules) == 0 || sitenames.For(d.rules[0].Only, site))
	}
}
