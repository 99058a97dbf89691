package compiled

import (
	"strings"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"
)

// quick are the most frequently called functions, implemented on values. They return the same
// as OPA's; everything else is left to those.
var quick = map[string]builtin{
	"equal": func(_ *machine, a []any) any { return boolean(equal(a[0], a[1])) },
	"neq":   func(_ *machine, a []any) any { return boolean(!equal(a[0], a[1])) },
	"lt":    func(_ *machine, a []any) any { return boolean(compare(a[0], a[1]) < 0) },
	"lte":   func(_ *machine, a []any) any { return boolean(compare(a[0], a[1]) <= 0) },
	"gt":    func(_ *machine, a []any) any { return boolean(compare(a[0], a[1]) > 0) },
	"gte":   func(_ *machine, a []any) any { return boolean(compare(a[0], a[1]) >= 0) },

	"internal.member_2": func(_ *machine, a []any) any { return boolean(isMember(a[0], a[1])) },

	"lower":      lower,
	"startswith": ofTexts(strings.HasPrefix),
	"endswith":   ofTexts(strings.HasSuffix),
	"contains":   ofTexts(strings.Contains),
	"concat":     concat,
	"union":      union,

	"is_string": func(_ *machine, a []any) any { _, ok := stringOf(a[0]); return boolean(ok) },
	"is_object": func(_ *machine, a []any) any { _, ok := membersOf(a[0]); return boolean(ok) },
	"is_array":  func(_ *machine, a []any) any { _, ok := lengthOf(a[0]); return boolean(ok) },
}

func isMember(v, of any) bool {
	switch of := of.(type) {
	case *set:
		return of.has(v)
	case ast.Set:
		return of.Contains(toTerm(v))
	}
	if !isCollection(of) {
		return false
	}
	if n, ok := lengthOf(of); ok {
		for i := range n {
			if equal(element(of, i), v) {
				return true
			}
		}
		return false
	}
	return each(of, func(_, e any) bool { return equal(e, v) })
}

// loweredMax limits the number of cached results of lower, loweredLen the length of the
// strings.
const (
	loweredMax = 256
	loweredLen = 128
)

func lower(m *machine, a []any) any {
	text, ok := stringOf(a[0])
	if !ok {
		return nil
	}
	if isLower(text) {
		return a[0]
	}
	if v, ok := m.lowered[text]; ok {
		return v
	}
	low := strings.ToLower(text)
	if low == text {
		return a[0]
	}
	if len(m.lowered) == loweredMax {
		clear(m.lowered)
	}
	if len(text) <= loweredLen {
		m.lowered[text] = low
	}
	return low
}

// isLower reports whether a string is ASCII without upper-case letters, which lower does not
// change.
func isLower(text string) bool {
	for i := range len(text) {
		if c := text[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// union merges the sets in a set. Of equal elements with different spellings, such as 1 and
// 1.0, it keeps the one in the first set.
func union(m *machine, a []any) any {
	parts, ok := a[0].(*set)
	if !ok {
		elems, ok := elementsOf(a[0])
		if !ok {
			return nil
		}
		merged, _ := m.merge(elems)
		return merged
	}
	if merged, clash := m.merge(parts.elems); !clash {
		return merged
	}
	merged, _ := m.merge(parts.inOrder())
	return merged
}

// merge returns the union of sets, undefined for anything else, and whether their order may
// matter. If there is only one non-empty set, it is not copied.
func (m *machine) merge(parts []any) (merged any, clash bool) {
	merged = emptySet
	var made *set
	for _, part := range parts {
		elems, ok := elementsOf(part)
		if !ok {
			return nil, false
		}
		if len(elems) == 0 {
			continue
		}
		if merged == emptySet {
			merged = part
			continue
		}
		if made == nil {
			made = m.newSet()
			first, _ := elementsOf(merged)
			for _, e := range first {
				made.add(e)
			}
			merged = made
		}
		for _, e := range elems {
			_, isText := stringOf(e)
			clash = !made.add(e) && !isText || clash
		}
	}
	return merged, clash
}

func ofTexts(holds func(string, string) bool) builtin {
	return func(_ *machine, a []any) any {
		s, okS := stringOf(a[0])
		t, okT := stringOf(a[1])
		if !okS || !okT {
			return nil
		}
		return boolean(holds(s, t))
	}
}

// concat joins the strings of an array or a set.
func concat(_ *machine, a []any) any {
	separator, ok := stringOf(a[0])
	if !ok {
		return nil
	}
	if _, isObject := membersOf(a[1]); isObject || !isCollection(a[1]) {
		return nil
	}
	var list []string
	if each(a[1], func(_, e any) bool {
		text, ok := stringOf(e)
		list = append(list, text)
		return !ok
	}) {
		return nil
	}
	return strings.Join(list, separator)
}
