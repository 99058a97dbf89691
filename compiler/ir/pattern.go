package ir

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Pattern is a pattern of like (docs/language.md, section 4.2), case-folded: literal runs
// separated by wildcards. `*` is any run, including the empty one (D), `?` is exactly one code
// point, and `\*`, `\?`, `\\` are literals (S).
type Pattern struct {
	parts []Part
}

// Part is a literal run or, if Wildcard is not 0, '*' or '?'.
type Part struct {
	Literal  string
	Wildcard rune
}

// Parts returns the runs and wildcards in order.
func (p Pattern) Parts() []Part { return slices.Clone(p.parts) }

// PrefixPattern returns the pattern that matches every value with the case-folded prefix text.
func PrefixPattern(text string) Pattern {
	return Pattern{[]Part{{Literal: text}, {Wildcard: '*'}}}
}

// ParsePattern parses the pattern of like. Every string is a valid pattern.
func ParsePattern(text string) Pattern {
	var p Pattern
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			p.parts = append(p.parts, Part{Literal: literal.String()})
			literal.Reset()
		}
	}
	runes := []rune(schema.Fold(text))
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\\' && i+1 < len(runes) && strings.ContainsRune(`*?\`, runes[i+1]):
			i++
			literal.WriteRune(runes[i])
		case r == '*':
			flush()
			// Two adjacent stars are equivalent to one.
			if n := len(p.parts); n == 0 || p.parts[n-1].Wildcard != '*' {
				p.parts = append(p.parts, Part{Wildcard: '*'})
			}
		case r == '?':
			flush()
			p.parts = append(p.parts, Part{Wildcard: '?'})
		default:
			literal.WriteRune(r)
		}
	}
	flush()
	return p
}

// Shape is the simplest test that is equivalent to a pattern.
type Shape int

// The shapes of patterns.
const (
	Whole    Shape = iota + 1 // no wildcard: the string itself
	Anything                  // *
	Prefix                    // text*
	Suffix                    // *text
	Infix                     // *text*
	General                   // everything else: a regular expression
)

// Shape returns the simplest equivalent test and its string: a literal or, for General, an
// anchored regular expression for case-folded strings.
func (p Pattern) Shape() (Shape, string) {
	var kinds strings.Builder
	var literal string
	for _, q := range p.parts {
		if q.Wildcard != 0 {
			kinds.WriteRune(q.Wildcard)
			continue
		}
		kinds.WriteByte('t')
		literal = q.Literal
	}
	switch kinds.String() {
	case "", "t":
		return Whole, literal
	case "*":
		return Anything, ""
	case "t*":
		return Prefix, literal
	case "*t":
		return Suffix, literal
	case "*t*":
		return Infix, literal
	}
	return General, p.Regexp()
}

// Regexp returns the pattern as an anchored regular expression for case-folded strings.
func (p Pattern) Regexp() string {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	for _, q := range p.parts {
		switch q.Wildcard {
		case '*':
			b.WriteString(`.*`)
		case '?':
			b.WriteString(`.`)
		default:
			b.WriteString(regexp.QuoteMeta(q.Literal))
		}
	}
	b.WriteByte('$')
	return b.String()
}

// Match reports whether text, which is case-folded, matches the pattern.
func (p Pattern) Match(text string) bool {
	return regexp.MustCompile(p.Regexp()).MatchString(text)
}

func (p Pattern) key() string { return fmt.Sprintf("%q", p.Regexp()) }
