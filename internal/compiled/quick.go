package compiled

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// quick are the functions that most decisions call, written for values. They say what
// OPA's say; everything else is left to those.
var quick = map[string]builtin{
	"equal": func(a []any) any { return boolean(equal(a[0], a[1])) },
	"neq":   func(a []any) any { return boolean(!equal(a[0], a[1])) },
	"lt":    func(a []any) any { return boolean(compare(a[0], a[1]) < 0) },
	"lte":   func(a []any) any { return boolean(compare(a[0], a[1]) <= 0) },
	"gt":    func(a []any) any { return boolean(compare(a[0], a[1]) > 0) },
	"gte":   func(a []any) any { return boolean(compare(a[0], a[1]) >= 0) },

	"internal.member_2": func(a []any) any { return boolean(isMember(a[0], a[1])) },

	"lower":      lower,
	"startswith": ofTexts(strings.HasPrefix),
	"endswith":   ofTexts(strings.HasSuffix),
	"contains":   ofTexts(strings.Contains),
	"concat":     concat,

	"is_string": func(a []any) any { _, ok := stringOf(a[0]); return boolean(ok) },
	"is_object": func(a []any) any { _, ok := membersOf(a[0]); return boolean(ok) },
	"is_array":  func(a []any) any { _, ok := lengthOf(a[0]); return boolean(ok) },
}

func isMember(v, of any) bool {
	if set, ok := of.(ast.Set); ok {
		return set.Contains(toTerm(v))
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

func lower(a []any) any {
	text, ok := stringOf(a[0])
	if !ok {
		return nil
	}
	if low := strings.ToLower(text); low != text {
		return low
	}
	return a[0]
}

func ofTexts(holds func(string, string) bool) builtin {
	return func(a []any) any {
		s, okS := stringOf(a[0])
		t, okT := stringOf(a[1])
		if !okS || !okT {
			return nil
		}
		return boolean(holds(s, t))
	}
}

// concat joins the strings of an array or a set.
func concat(a []any) any {
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
