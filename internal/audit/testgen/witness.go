package testgen

import (
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
)

// witness returns a text for which a comparison with a literal holds or, for !=
// and !==, does not. What stands for a star can be chosen.
func witness(op condition.Operator, literal, star string) string {
	switch op {
	case condition.Like:
		return likeWitness(literal, star)
	case condition.Matches:
		return matchesWitness(literal)
	default:
		return literal
	}
}

// matchesWitness reads an expression as it is written, which reads best, or else
// as one that ignores case.
func matchesWitness(expression string) string {
	whole, err := regexp.Compile(resolve.Anchored(expression))
	if err != nil {
		return expression // such a rule does not compile
	}
	for _, flags := range []syntax.Flags{syntax.Perl, syntax.Perl | syntax.FoldCase} {
		if re, err := syntax.Parse(expression, flags); err == nil && whole.MatchString(regexpWitness(re)) {
			return regexpWitness(re)
		}
	}
	return expression
}

// likeWitness fills the wildcards of a pattern, a question mark by a letter.
func likeWitness(pattern, star string) string {
	var b strings.Builder
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; {
		case c == '*':
			b.WriteString(star)
		case c == '?':
			b.WriteByte('x')
		case c == '\\' && i+1 < len(runes) && strings.ContainsRune(`*?\`, runes[i+1]):
			i++
			b.WriteRune(runes[i])
		default:
			b.WriteRune(c)
		}
	}
	if b.Len() == 0 && pattern != "" {
		return "x" // an empty text reads badly
	}
	return b.String()
}

// regexpWitness returns a short text that an expression matches, but for what
// assertions in it ask.
func regexpWitness(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		for _, c := range "xX1-" {
			for i := 0; i+1 < len(re.Rune); i += 2 {
				if re.Rune[i] <= c && c <= re.Rune[i+1] {
					return string(c)
				}
			}
		}
		if len(re.Rune) > 0 {
			return string(re.Rune[0])
		}
		return ""
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpCapture, syntax.OpPlus:
		return regexpWitness(re.Sub[0])
	case syntax.OpRepeat:
		return strings.Repeat(regexpWitness(re.Sub[0]), re.Min)
	case syntax.OpAlternate:
		return regexpWitness(re.Sub[0])
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(regexpWitness(sub))
		}
		return b.String()
	default: // empty matches, assertions, stars and question marks
		return ""
	}
}
