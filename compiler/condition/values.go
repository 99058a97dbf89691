package condition

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// value reports a string without quotes: the word t and the words after it.
func (c *classifier) value(t lexer.Token) {
	for c.continues() {
		t.Value = c.source[t.Pos.Offset:spanOf(c.following()).End]
		c.next++
	}
	where := spanOf(t)
	fix := replace("put it in double quotes", where, quote(t.Value))
	switch {
	case isPlaceholder(t.Value):
		c.placeholder(t)
		return
	case isNumber(t.Value):
		c.report(codeNumber, where, "the number "+shown(t.Value)+" has no quotes",
			"Every value is a string, numbers included.", fix)
	case null.MatchString(t.Value):
		c.nullTest(where, t.Value)
	case strings.Contains(t.Value, ".") && meantAsPath(t.Value):
		c.path(t, c.place())
		return
	default:
		c.report(codeUnquoted, where, "the value "+shown(t.Value)+" has no quotes", "", fix)
	}
	c.emit(t, tokenString)
}

// continues reports whether the next lexeme belongs to the same value of several words.
func (c *classifier) continues() bool {
	next := c.following()
	if next.Type != lexWord {
		return false
	}
	folded := foldASCII(next.Value)
	_, keyword := keywords[folded]
	root, _, _ := strings.Cut(folded, ".")
	return !keyword && folded != "not" && !isRoot(root)
}

// skipWords skips words whose errors would only be consequences.
func (c *classifier) skipWords() {
	for c.continues() {
		c.next++
	}
}

var (
	number      = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)
	null        = regexp.MustCompile(`^(?i:(not\s+)?(null|nil|undefined))$`)
	placeholder = regexp.MustCompile(`^(\$?\{.*\}|\[.*\]|%.*%|<.*>)$`)
)

func isNumber(word string) bool { return number.MatchString(word) }

func isPlaceholder(word string) bool { return placeholder.MatchString(word) }

// quoted reports a string in quotes that the language does not allow.
func (c *classifier) quoted(t lexer.Token) {
	where := spanOf(t)
	first, size := utf8.DecodeRuneInString(t.Value)
	last, lastSize := utf8.DecodeLastRuneInString(t.Value)
	code, summary := codeTypographic, "typographic quotes are not allowed"
	if first == '\'' && (last == '\'' || len(t.Value) == size) {
		code, summary = codeSingleQuotes, "single quotes are not allowed"
	}
	const detail = "Strings are written in plain double quotes."
	if len(t.Value) == size {
		c.skipWords()
		c.stop(code, where, summary, detail, nil)
		return
	}
	text := unescaper.Replace(t.Value[size : len(t.Value)-lastSize])
	c.report(code, where, summary, detail, replace("write plain double quotes", where, quote(text)))
	c.emit(t, tokenString)
}

// unterminated reports a string without a closing quote. The cause is often an earlier string
// that lost its closing quote or has a typographic one: then every later quote is on the wrong
// side, and the errors reported in between are consequences.
func (c *classifier) unterminated(t lexer.Token) {
	for i, earlier := range c.lexemes {
		if earlier.Type != tokenString && earlier.Type != lexUnterminated {
			continue
		}
		if at := strings.IndexAny(earlier.Value, doubleQuotes); at >= 0 {
			_, size := utf8.DecodeRuneInString(earlier.Value[at:])
			start := earlier.Pos.Offset + at
			quote := Span{Start: start, End: start + size}
			c.dropAfter(earlier.Pos.Offset)
			c.stop(codeTypographic, quote, "a typographic quote does not close a string",
				"The string begins with a plain quote and must end with one.", replace("write a plain double quote", quote, `"`))
			return
		}
		if c.glued(i) {
			t = earlier
			break
		}
	}
	var fix *diag.Fix
	if end := spanOf(t).End; t.Type == lexUnterminated && !strings.ContainsAny(t.Value, " \t\r\n()") {
		fix = replace("add the closing quote", Span{Start: end, End: end}, `"`)
	}
	detail := ""
	if strings.HasSuffix(t.Value, `\"`) {
		detail = "A quote after a backslash is part of the string. To end a string with a backslash, write the backslash twice."
	}
	start := t.Pos.Offset
	c.dropAfter(start)
	c.stop(codeUnterminated, Span{Start: start, End: start + 1}, "the closing quote of this string is missing", detail, fix)
}

// glued reports whether a word follows a string without a space, as after the second quote of
// user.group = "a and user.name = "b". A keyword may.
func (c *classifier) glued(i int) bool {
	if i+1 == len(c.lexemes) {
		return false
	}
	next := c.lexemes[i+1]
	_, keyword := keywords[foldASCII(next.Value)]
	return next.Type == lexWord && !keyword && next.Pos.Offset == spanOf(c.lexemes[i]).End
}

// dropAfter removes the diagnostics after an offset.
func (c *classifier) dropAfter(offset int) {
	kept := c.list[:0]
	for _, d := range c.list {
		if d.Subject.Start < offset {
			kept = append(kept, d)
		}
	}
	c.list = kept
}
