package lsp

import (
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/format"
)

// codeAction returns the fixes for findings in a range, and other edits.
func (s *server) codeAction(d *document, p rangeParams) (any, error) {
	start, end := d.offset(p.Range.Start), d.offset(p.Range.End)
	actions := s.refactorings(d, start, end)
	var safe []textEdit
	for _, f := range s.of(d) {
		edit, ok := d.fix(f)
		if !ok {
			continue
		}
		if f.Fix.Safe {
			safe = append(safe, edit)
		}
		shown := s.shown(d, f)
		if d.offset(shown.Range.End) < start || d.offset(shown.Range.Start) > end {
			continue
		}
		actions = append(actions, codeAction{
			Title: f.Fix.Message, Kind: "quickfix", Diagnostics: []diagnostic{shown}, IsPreferred: f.Fix.Safe || f.Severity == diag.Error,
			Edit: &workspaceEdit{Changes: map[string][]textEdit{d.uri: {edit}}},
		})
	}
	if edits := d.disjoint(safe); len(edits) > 0 {
		actions = append(actions, codeAction{
			Title: "apply all fixes that keep the meaning of rules", Kind: "source.fixAll",
			Edit: &workspaceEdit{Changes: map[string][]textEdit{d.uri: edits}},
		})
	}
	return actions, nil
}

// fix returns the edit of a finding's fix, and whether there is one in this document.
func (d *document) fix(f diag.Diagnostic) (textEdit, bool) {
	if f.Fix == nil {
		return textEdit{}, false
	}
	text := f.Fix.Text
	if text == nil {
		text = f.Text
	}
	if text == nil || text.Locate == nil || text.File != d.path {
		return textEdit{}, false
	}
	return textEdit{d.spanOf(text, f.Fix.Range), d.written(text, f.Fix.Replacement)}, true
}

// disjoint returns the edits that do not overlap an earlier one.
func (d *document) disjoint(edits []textEdit) []textEdit {
	var kept []textEdit
	for _, e := range edits {
		free := true
		for _, k := range kept {
			free = free && (d.offset(e.Range.End) <= d.offset(k.Range.Start) || d.offset(e.Range.Start) >= d.offset(k.Range.End))
		}
		if free {
			kept = append(kept, e)
		}
	}
	return kept
}

// formatting returns the edit that formats the rules of a document. Rules with errors are
// unchanged.
func (s *server) formatting(d *document, _ documentParams) (any, error) {
	text, _ := format.File(d.path, []byte(d.text), format.Options{})
	if string(text) == d.text {
		return []textEdit{}, nil
	}
	return []textEdit{{d.span(0, len(d.text)), string(text)}}, nil
}
