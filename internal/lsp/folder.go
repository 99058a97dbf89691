package lsp

import (
	"os"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// readFolder reads the rules of the workspace folder that are not open. Files *.json without
// rules are left out.
func (s *server) readFolder() {
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

// allRules returns the rules of all documents.
func (s *server) allRules() []ruleset.Rule {
	var all []ruleset.Rule
	for _, d := range s.documents() {
		all = append(all, d.rules...)
	}
	return all
}
