package condition

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// maxLength is the maximum length of a condition in bytes.
const maxLength = 1 << 20

// Parse parses a condition and returns its tree, which is nil if and only if the list is not
// empty. It continues after an error, so that the list has all of them. A condition that is
// empty or only white space is true (D). Diagnostics name the rule, point into the text, and
// are ordered by position.
func Parse(text *diag.Text, rule diag.Rule) (Node, diag.List) {
	r := &reporter{text: text, rule: rule}
	source := text.Content
	if !readable(r, source) {
		return nil, r.list
	}
	s := scan(source)
	if s.tooDeep >= 0 {
		r.stop(codeTooDeep, Span{Start: s.tooDeep, End: s.tooDeep + 1}, "condition is nested too deep",
			fmt.Sprintf("At most %d parentheses and ! may be open at a time.", maxDepth), nil)
		return nil, r.list
	}
	c := &classifier{reporter: r, source: source, lexemes: s.lexemes}
	c.run()
	if r.fatal || r.full() {
		return nil, r.sorted()
	}
	production, err := parseTokens(c.tokens, len(source))
	var unexpected participle.Error
	for rest := c.tokens; errors.As(err, &unexpected) && !r.full(); {
		at := explain(r, rest, unexpected.Position().Offset)
		rest = resume(rest, at)
		_, err = parseTokens(rest, len(source))
	}
	if len(r.list) > 0 {
		return nil, r.sorted()
	}
	return treeCondition(production), nil
}

// readable reports whether the text is worth scanning.
func readable(r *reporter, source string) bool {
	if len(source) > maxLength {
		r.stop(codeTooLong, Span{}, fmt.Sprintf("condition of %d bytes is too long", len(source)),
			fmt.Sprintf("The limit is %d bytes. Split the rule in two: rules only add rights.", maxLength), nil)
		return false
	}
	if at := firstInvalid(source); at >= 0 {
		r.stop(codeInvalidUTF8, Span{Start: at, End: at + 1}, fmt.Sprintf("byte 0x%02X is not valid UTF-8", source[at]),
			"Save the file as UTF-8, or export the rules again.", nil)
		return false
	}
	return true
}

// firstInvalid returns the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(source string) int {
	for i, c := range source {
		if c == utf8.RuneError && !strings.HasPrefix(source[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return -1
}

func parseTokens(tokens []lexer.Token, end int) (*condition, error) {
	reader, _ := lexer.Upgrade(&tokenReader{tokens: tokens, end: end}) // reading tokens from memory cannot fail
	return parser.ParseFromLexer(reader)
}

// sorted returns the diagnostics ordered by position.
func (r *reporter) sorted() diag.List {
	slices.SortStableFunc(r.list, func(a, b diag.Diagnostic) int { return a.Subject.Start - b.Subject.Start })
	return r.list
}
