// Package sitenames lets rule files use names for what differs between sites. A resource filter
// and the strings of a condition may contain
//
//	${stream:Finance}   the id of the stream of that name, of any type that has names
//	${admins}           a value that sites.yaml sets for the site
//
// Files below rules/@prod are only for the site prod, and replace the file with the same path
// below rules; those with `only: [dev, test]` in their header are only for these sites.
//
//	names.go    placeholders and their replacement
//	named.go    replacing ids by placeholders
//	source.go   the names on a site, from a snapshot
//	overlay.go  the files of one site
//
// A name that the site does not have, or has twice, is an error.
package sitenames

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Source finds the entities of a site by their names.
type Source interface {
	// IDs returns the ids of the entities of a type with a name, in any order.
	IDs(ctx context.Context, typ, name string) ([]string, error)
	// Names returns the names of the entities of a type.
	Names(ctx context.Context, typ string) ([]string, error)
}

// Error lists placeholders that cannot be replaced, one per line.
type Error struct{ Problems []string }

// Error implements error.
func (e *Error) Error() string { return strings.Join(e.Problems, "\n") }

// Used reports whether a rule has a placeholder.
func Used(r *ruleset.Rule) bool {
	return has(r.Filter) || has(r.Condition)
}

func has(t *diag.Text) bool { return t != nil && strings.Contains(t.Content, opening) }

const opening, closing = "${", "}"

// Resolve returns the rules with their placeholders replaced by ids and values. Rules without
// placeholders are returned unchanged. The error is an *Error, or that of the source; a nil
// source has no names.
func Resolve(ctx context.Context, rules []ruleset.Rule, variables map[string]string, source Source) ([]ruleset.Rule, error) {
	if !slices.ContainsFunc(rules, func(r ruleset.Rule) bool { return Used(&r) }) {
		return rules, nil
	}
	s := &resolver{ctx: ctx, variables: variables, source: source}
	resolved := slices.Clone(rules)
	for i := range resolved {
		r := &resolved[i]
		if !Used(r) {
			continue
		}
		r.Filter = s.text(r.Filter, false)
		r.Condition = s.text(r.Condition, true)
	}
	switch {
	case s.failed != nil:
		return nil, s.failed
	case len(s.problems) > 0:
		return nil, &Error{s.lines()}
	}
	return resolved, nil
}

// resolver replaces placeholders.
type resolver struct {
	ctx       context.Context
	variables map[string]string
	source    Source
	// draft keeps values, and names if there is no source.
	draft    bool
	problems []problem
	failed   error
}

// problem is a placeholder that cannot be replaced.
type problem struct {
	text       *diag.Text
	start, end int
	message    string
}

// lines are the problems with their positions.
func (s *resolver) lines() []string {
	var lines []string
	for _, p := range s.problems {
		where := ""
		if p.text.Locate != nil {
			at := p.text.Locate(p.start)
			where = fmt.Sprintf("%s:%d:%d: ", p.text.File, at.Line, at.Column)
		}
		lines = append(lines, where+p.message)
	}
	return lines
}

// piece is a replaced range: offsets in the old and in the new string.
type piece struct{ old, oldEnd, new, newEnd int }

// text replaces the placeholders of a string. In a condition they must be inside quotes.
func (s *resolver) text(t *diag.Text, quoted bool) *diag.Text {
	if !has(t) {
		return t
	}
	var b strings.Builder
	var pieces []piece
	content, at := t.Content, 0
	for {
		start := strings.Index(content[at:], opening)
		if start < 0 {
			break
		}
		start += at
		length := strings.Index(content[start:], closing)
		if length < 0 {
			s.problem(t, start, "${ has no }")
			return t
		}
		end := start + length + len(closing)
		if quoted && !insideQuotes(content[:start]) {
			s.problem(t, start, "%s must be inside quotes", content[start:end])
			return t
		}
		b.WriteString(content[at:start])
		p := piece{old: start, oldEnd: end, new: b.Len()}
		b.WriteString(s.value(t, start, content[start+len(opening):end-len(closing)]))
		p.newEnd = b.Len()
		pieces = append(pieces, p)
		at = end
	}
	b.WriteString(content[at:])
	resolved := &diag.Text{Label: t.Label, Content: b.String(), File: t.File}
	if t.Locate != nil {
		resolved.Locate = func(offset int) diag.Position { return t.Locate(original(pieces, offset)) }
	}
	return resolved
}

// original maps an offset in the new string to the old one.
func original(pieces []piece, offset int) int {
	moved := 0
	for _, p := range pieces {
		switch {
		case offset < p.new:
			return offset + moved
		case offset < p.newEnd:
			return p.old
		}
		moved = p.oldEnd - p.newEnd
	}
	return offset + moved
}

// insideQuotes reports whether a prefix of a condition ends inside quotes.
func insideQuotes(before string) bool {
	open := false
	for i := 0; i < len(before); i++ {
		switch {
		case open && before[i] == '\\':
			i++
		case before[i] == '"':
			open = !open
		}
	}
	return open
}

// problem records an error at an offset, with the placeholder that begins there.
func (s *resolver) problem(t *diag.Text, offset int, format string, args ...any) {
	end := len(t.Content)
	if length := strings.Index(t.Content[offset:], closing); length >= 0 {
		end = offset + length + len(closing)
	}
	s.problems = append(s.problems, problem{t, offset, end, fmt.Sprintf(format, args...)})
}

// value is the replacement of a placeholder.
func (s *resolver) value(t *diag.Text, offset int, inner string) string {
	kind, name, isName := strings.Cut(inner, ":")
	if s.draft && (!isName || s.source == nil) {
		return unknown
	}
	if !isName {
		value, known := s.variables[inner]
		switch {
		case !known:
			s.problem(t, offset, "there is no value for ${%s}%s; set it with --variable %[1]s=VALUE or, for plan, apply, verify and watch, under variables in sites.yaml", inner, meant(inner, sorted(s.variables)))
		case strings.ContainsAny(value, "\"\\\r\n"):
			s.problem(t, offset, "the value of ${%s} contains a quote, a backslash or a line end: write it into the rule", inner)
		}
		return value
	}
	typ, known := schema.Default().Type(kind)
	switch {
	case !known || typ.Transient:
		s.problem(t, offset, "${%s}: the type %q is not one that has names%s", inner, kind, meant(kind, typeNames()))
		return ""
	case s.source == nil:
		s.problem(t, offset, "${%s} is a name on a site, and there is no site: name a snapshot", inner)
		return ""
	}
	ids, err := s.source.IDs(s.ctx, typ.Name, name)
	switch {
	case err != nil:
		s.failed = err
	case len(ids) == 1:
		return ids[0]
	case len(ids) > 1:
		slices.Sort(ids)
		s.problem(t, offset, "the site has %d entities of the type %s that are named %q: use an id (%s)", len(ids), typ.Name, name, strings.Join(ids[:min(len(ids), 5)], ", "))
	default:
		all, err := s.source.Names(s.ctx, typ.Name)
		if err != nil {
			s.failed = err
		}
		s.problem(t, offset, "the site has no entity of the type %s that is named %q%s", typ.Name, name, meant(name, all))
	}
	return ""
}

// unknown replaces, in a draft, a value or an id that is not known.
const unknown = "00000000-0000-0000-0000-000000000000"

func meant(word string, candidates []string) string {
	if m, ok := diag.Suggest(word, candidates); ok {
		return fmt.Sprintf("; did you mean %q?", m)
	}
	return ""
}

func sorted(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func typeNames() []string {
	var all []string
	for _, t := range schema.Default().Types() {
		if !t.Transient {
			all = append(all, t.Name)
		}
	}
	return all
}
