package lsp

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// nameAt returns the name in a path at the cursor; false if there is none.
func (s *cursor) nameAt() (condition.Segment, bool) {
	if !s.inCondition() {
		return condition.Segment{}, false
	}
	for _, w := range condition.Words(s.text.Content) {
		if w.Kind != condition.PathWord || s.at < w.Range.Start || s.at > w.Range.End {
			continue
		}
		for _, name := range condition.SplitPath(w) {
			if name.Range.Start <= s.at && s.at <= name.Range.End {
				return name, true
			}
		}
	}
	return condition.Segment{}, false
}

// definition finds the definition of a custom property in the snapshot.
func (s *server) definition(d *document, p positionParams) (any, error) {
	name, ok := d.cursor(p.Position).nameAt()
	if !ok || !name.Custom || s.site == nil {
		return nil, nil
	}
	for _, id := range sortedKeys(s.site.records[definitions]) {
		e := s.site.records[definitions][id]
		if !strings.EqualFold(e.Scalars["name"], name.Name) {
			continue
		}
		data, err := os.ReadFile(e.File)
		if err != nil {
			return nil, nil // the snapshot has changed since it was read
		}
		file := newDocument(uriOf(e.File), string(data), 0, d.utf8)
		quoted := jsonQuote(e.Scalars["name"])
		at := strings.Index(file.text, quoted)
		if at < 0 {
			return location{URI: file.uri}, nil
		}
		return location{URI: file.uri, Range: file.span(at+1, at+len(quoted)-1)}, nil
	}
	return nil, nil
}

// occurrences calls found for every name of a path in all rules that is equal to the wanted name
// after case-folding.
func (s *server) occurrences(wanted condition.Segment, found func(*document, *diag.Text, condition.Segment)) {
	for _, d := range s.documents() {
		for _, t := range d.allTexts() {
			for _, w := range condition.Words(t.condition.Content) {
				if w.Kind != condition.PathWord {
					continue
				}
				for i, name := range condition.SplitPath(w) {
					if i > 0 && name.Custom == wanted.Custom && schema.Fold(name.Name) == schema.Fold(wanted.Name) {
						found(d, t.condition, name)
					}
				}
			}
		}
	}
}

// references returns the locations where the rules of the directory read a property.
func (s *server) references(d *document, p positionParams) (any, error) {
	locations := []location{}
	if name, ok := d.cursor(p.Position).nameAt(); ok {
		s.occurrences(name, func(d *document, t *diag.Text, n condition.Segment) {
			locations = append(locations, location{d.uri, d.spanOf(t, n.Range)})
		})
	}
	return locations, nil
}

func (s *server) prepareRename(d *document, p positionParams) (any, error) {
	at := d.cursor(p.Position)
	name, ok := at.nameAt()
	if !ok || !name.Custom {
		return nil, nil
	}
	return map[string]any{
		"range":       d.spanOf(at.text, diag.Range{Start: name.Range.Start + 1, End: name.Range.End}),
		"placeholder": name.Name,
	}, nil
}

var customName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// rename renames a custom property in all rules of the directory. It does not rename the property
// on the site: the administrator must do that as well.
func (s *server) rename(d *document, p renameParams) (any, error) {
	name, ok := d.cursor(p.Position).nameAt()
	if !ok || !name.Custom {
		return nil, errors.New("only custom properties, such as resource.@Group, can be renamed")
	}
	newName := strings.TrimPrefix(p.NewName, "@")
	if !customName.MatchString(newName) {
		return nil, errors.New("the name of a custom property has letters, digits, _ and - only")
	}
	edit := workspaceEdit{Changes: map[string][]textEdit{}}
	s.occurrences(name, func(d *document, t *diag.Text, n condition.Segment) {
		at := d.spanOf(t, diag.Range{Start: n.Range.Start + 1, End: n.Range.End})
		edit.Changes[d.uri] = append(edit.Changes[d.uri], textEdit{at, newName})
	})
	return edit, nil
}

func sortedKeys[T any](m map[string]T) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
