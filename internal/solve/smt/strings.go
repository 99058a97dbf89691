package smt

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
)

// last is the greatest character of SMT-LIB strings.
const last = 0x2FFFF

// literal returns a string constant.
func literal(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		b.WriteString(character(r))
	}
	b.WriteByte('"')
	return b.String()
}

func character(r rune) string {
	switch {
	case r > last:
		panic(inexpressible("the character %U", r))
	case r == '"':
		return `""`
	case r < ' ' || r > '~' || r == '\\':
		return fmt.Sprintf(`\u{%x}`, r)
	}
	return string(r)
}

func member(text, language string) string {
	if language == "re.all" {
		return "true"
	}
	return "(str.in_re " + text + " " + language + ")"
}

const emptyString = `(str.to_re "")`

func literalLanguage(text string) string { return "(str.to_re " + literal(text) + ")" }

func concat(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == emptyString })
	switch len(parts) {
	case 0:
		return emptyString
	case 1:
		return parts[0]
	}
	return "(re.++ " + strings.Join(parts, " ") + ")"
}

func union(parts ...string) string {
	switch len(parts) {
	case 0:
		return "re.none"
	case 1:
		return parts[0]
	}
	return "(re.union " + strings.Join(parts, " ") + ")"
}

// upper maps each character to the characters whose case-fold it is, itself first.
var upper = sync.OnceValue(func() map[rune][]rune {
	others := map[rune][]rune{}
	for r := rune(0); r <= last; r++ {
		if lower := unicode.ToLower(r); lower != r {
			others[lower] = append(others[lower], r)
		}
	}
	return others
})

// spellings returns the language of all texts with a given case-fold.
func spellings(fold string) string {
	var parts []string
	plain := ""
	flush := func() {
		if plain != "" {
			parts, plain = append(parts, literalLanguage(plain)), ""
		}
	}
	for _, r := range fold {
		others := upper()[r]
		if len(others) == 0 {
			plain += string(r)
			continue
		}
		flush()
		all := []string{literalLanguage(string(r))}
		for _, o := range others {
			all = append(all, literalLanguage(string(o)))
		}
		parts = append(parts, union(all...))
	}
	flush()
	return concat(parts...)
}

// likePattern returns the language of a pattern of like.
func likePattern(p ir.Pattern, asWritten bool) string {
	var parts []string
	for _, part := range p.Parts() {
		switch {
		case part.Wildcard == '*':
			parts = append(parts, "re.all")
		case part.Wildcard == '?':
			parts = append(parts, "re.allchar")
		case asWritten:
			parts = append(parts, spellings(part.Literal))
		default:
			parts = append(parts, literalLanguage(part.Literal))
		}
	}
	return concat(parts...)
}

// expression returns the language of an anchored regular expression.
func expression(text string) string {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		panic(inexpressible("the expression %q: %v", text, err))
	}
	return language(re.Simplify(), true, true)
}

// language returns the language of an expression. Anchors are allowed at the beginning and the end of
// the text: first and last report whether the expression is there.
func language(re *syntax.Regexp, first, last bool) string {
	sub := func(f, l bool) string { return language(re.Sub[0], f, l) }
	switch re.Op {
	case syntax.OpNoMatch:
		return "re.none"
	case syntax.OpEmptyMatch:
		return emptyString
	case syntax.OpLiteral:
		var parts []string
		for _, r := range re.Rune {
			parts = append(parts, union(each(orbit(r, re.Flags&syntax.FoldCase != 0), func(r rune) string { return literalLanguage(string(r)) })...))
		}
		return concat(parts...)
	case syntax.OpCharClass:
		return ranges(re.Rune)
	case syntax.OpAnyChar:
		return "re.allchar"
	case syntax.OpAnyCharNotNL:
		return ranges([]rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune})
	case syntax.OpCapture:
		return sub(first, last)
	case syntax.OpStar:
		return "(re.* " + sub(false, false) + ")"
	case syntax.OpPlus:
		return "(re.+ " + sub(false, false) + ")"
	case syntax.OpQuest:
		return "(re.opt " + sub(false, false) + ")"
	case syntax.OpConcat:
		return sequence(re.Sub, first, last)
	case syntax.OpAlternate:
		return union(each(re.Sub, func(r *syntax.Regexp) string { return language(r, first, last) })...)
	case syntax.OpBeginText:
		if first {
			return emptyString
		}
	case syntax.OpEndText:
		if last {
			return emptyString
		}
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary, syntax.OpRepeat:
	}
	panic(inexpressible("%s in a regular expression", re))
}

// sequence returns the language of a concatenation. An anchor is at the beginning of the text if only
// anchors precede it.
func sequence(list []*syntax.Regexp, first, last bool) string {
	anchor := func(re *syntax.Regexp) bool {
		return re.Op == syntax.OpBeginText || re.Op == syntax.OpEndText || re.Op == syntax.OpEmptyMatch
	}
	var parts []string
	for i, re := range list {
		begins := first && !slices.ContainsFunc(list[:i], func(r *syntax.Regexp) bool { return !anchor(r) })
		ends := last && !slices.ContainsFunc(list[i+1:], func(r *syntax.Regexp) bool { return !anchor(r) })
		parts = append(parts, language(re, begins, ends))
	}
	return concat(parts...)
}

// orbit returns the characters that RE2 matches for a character when it ignores case.
func orbit(r rune, ignoreCase bool) []rune {
	all := []rune{r}
	if ignoreCase {
		for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
			all = append(all, o)
		}
	}
	return all
}

// ranges returns the language of a character class, given as pairs.
func ranges(pairs []rune) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		low, high := pairs[i], min(pairs[i+1], last)
		if low > high {
			continue
		}
		parts = append(parts, fmt.Sprintf(`(re.range "%s" "%s")`, character(low), character(high)))
	}
	return union(parts...)
}
