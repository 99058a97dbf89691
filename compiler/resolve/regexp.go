package resolve

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// pattern checks the right side of like and matches.
func (r *report) pattern(c *condition.Comparison) {
	literal, ok := c.Right.(*condition.String)
	if !ok {
		return
	}
	switch c.Op {
	case condition.Like:
		if strings.Contains(strings.ReplaceAll(strings.ReplaceAll(literal.Value, `\\`, ""), `\?`, ""), "?") {
			r.add(codeQuestionMark, diag.Warning, literal.Range, "? matches exactly one character",
				`Qlik Core, another Qlik product with the same rule language, reads it this way; the help pages describe only the star. Write \\? for a literal question mark.`, nil)
		}
	case condition.Matches:
		r.regexp(literal)
	case condition.Equal, condition.ExactEqual, condition.NotEqual, condition.ExactNotEqual:
	}
}

// netOnly are the constructs of .NET regular expressions that RE2 does not support (D: Qlik
// Sense is a .NET program), and those with a different meaning in RE2.
var netOnly = []struct {
	construct *regexp.Regexp
	what      string
}{
	{regexp.MustCompile(`\(\?<?[=!]`), "look-around"},
	{regexp.MustCompile(`\\([1-9]|k[<'])`), "a back-reference"},
	{regexp.MustCompile(`\(\?>`), "an atomic group"},
	{regexp.MustCompile(`\(\?\(`), "a conditional group"},
	{regexp.MustCompile(`\(\?'|\(\?<[A-Za-z0-9_]*-`), "a quoted or balancing group"},
	{regexp.MustCompile(`\(\?#|\(\?[imsn-]*x|\(\?[imsx-]*n`), "a comment, or an option that RE2 lacks"},
	{regexp.MustCompile(`[+*?}]\+`), "a possessive quantifier"},
	{regexp.MustCompile(`\[[^\]]*-\[`), "subtraction in a character class"},
	{regexp.MustCompile(`\\[GZceu]|\\[pP]\{Is`), "an escape that RE2 lacks"},
	{regexp.MustCompile(`\[[^\]]*\[:\^?[a-z]+:\]|\\[QEC]|\\x\{|\\[pP][A-Za-z]|\(\?P|\(\?[ims]*U`), "a construct that means something else in .NET"},
}

var netWider = regexp.MustCompile(`\\[wdsbWDSB]|\$`)

func (r *report) regexp(literal *condition.String) {
	// The anchors enclose the whole expression: `a)|(b` must not parse because of them.
	_, err := syntax.Parse(literal.Value, syntax.Perl)
	if err == nil {
		_, err = regexp.Compile(Anchored(literal.Value))
	}
	plain := withoutLiterals(literal.Value)
	for _, n := range netOnly {
		if n.construct.MatchString(plain) {
			r.add(codeUntranslatable, diag.Error, literal.Range, "the regular expression uses "+n.what,
				"OPA's regular expressions (RE2) run in linear time and do not support this. Rewrite the expression without it, or as several comparisons.", nil)
			return
		}
	}
	if syntaxErr := (*syntax.Error)(nil); errors.As(err, &syntaxErr) && (syntaxErr.Code == syntax.ErrInvalidRepeatSize || syntaxErr.Code == syntax.ErrLarge) {
		r.add(codeUntranslatable, diag.Error, literal.Range, fmt.Sprintf("the regular expression repeats too often: %s", reason(err)),
			"RE2 allows at most 1,000 repetitions. Write * or + if the number does not matter.", nil)
		return
	}
	if err != nil {
		r.add(codeInvalidRegexp, diag.Error, literal.Range, fmt.Sprintf("invalid regular expression: %s", reason(err)),
			"A condition with a broken regular expression grants nothing.", nil)
		return
	}
	if m := netWider.FindString(plain); m != "" {
		r.add(codeRegexpClasses, diag.Warning, literal.Range, m+" matches fewer characters here than in Qlik",
			`Qlik uses .NET regular expressions, where \w, \d, \s and \b match all of Unicode, and $ also matches before a final line feed. For ids and plain ASCII names the result is the same.`, nil)
	}
}

// withoutLiterals replaces by _ the characters that stand for themselves, because they are
// escaped or in a character class, so that only constructs remain.
func withoutLiterals(expression string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(expression); i++ {
		switch c := expression[i]; {
		case c == '\\' && i+1 < len(expression):
			i++
			if next := expression[i]; isWord(next) {
				b.WriteByte('\\')
				b.WriteByte(next)
				continue
			}
			b.WriteByte('_')
		case c == '[' && !class:
			class = true
			b.WriteByte(c)
			rest := strings.TrimPrefix(expression[i+1:], "^")
			if strings.HasPrefix(rest, "]") {
				// A ] at the beginning of a class does not end it.
				i = len(expression) - len(rest)
				b.WriteByte('_')
			}
		case c == ']':
			class = false
			b.WriteByte(c)
		case class && c != '[' && c != '-' && c != ':' && !isWord(c):
			b.WriteByte('_')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// reason is the message of a syntax error without the package's name.
func reason(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}
