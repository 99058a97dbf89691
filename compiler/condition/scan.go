package condition

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// maxDepth is the maximum nesting of parentheses and !. Real conditions stay below ten; the
// recursion of every later stage relies on this bound.
const maxDepth = 256

// scanned is the result of scanning a condition.
type scanned struct {
	lexemes []lexer.Token
	// tooDeep is the offset of the parenthesis or ! that exceeds maxDepth, or -1.
	tooDeep int
}

// scan splits a condition into lexemes. It needs no context and reports no errors: characters
// that are not part of the language become lexemes of separate types. Only nesting that is too
// deep ends it early.
func scan(source string) scanned {
	s := scanner{source: source, depth: depth{}}
	for s.at < len(source) {
		if strings.IndexByte(" \t\r\n", source[s.at]) >= 0 {
			s.at++
			continue
		}
		kind, end := s.next()
		lexeme := lexer.Token{Type: kind, Value: source[s.at:end], Pos: lexer.Position{Offset: s.at}}
		if s.depth.count(kind) > maxDepth {
			return scanned{lexemes: s.lexemes, tooDeep: s.at}
		}
		s.lexemes = append(s.lexemes, lexeme)
		s.at = end
	}
	return scanned{lexemes: s.lexemes, tooDeep: -1}
}

type scanner struct {
	source  string
	at      int
	lexemes []lexer.Token
	depth   depth
}

// operators lists everything that looks like an operator; of two with a common prefix the
// longer one comes first.
var operators = []struct {
	text string
	kind lexer.TokenType
}{
	{"!==", tokenOperator}, {"===", lexBadOperator},
	{"==", tokenOperator}, {"!=", tokenOperator}, {"=!", lexBadOperator}, {"<>", lexBadOperator},
	{"<=", lexBadOperator}, {">=", lexBadOperator}, {"=<", lexBadOperator}, {"=>", lexBadOperator},
	{"=~", lexBadOperator}, {"!~", lexBadOperator}, {"&&", tokenAnd}, {"||", tokenOr},
	{"=", tokenOperator}, {"!", tokenNot}, {"<", lexBadOperator}, {">", lexBadOperator},
	{"~", lexBadOperator}, {"&", lexBadOperator}, {"|", lexBadOperator}, {"^", lexBadOperator},
	{"(", tokenOpen}, {")", tokenClose},
}

// next returns the type and the end of the lexeme that begins at s.at.
func (s *scanner) next() (lexer.TokenType, int) {
	rest := s.source[s.at:]
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case r == '"':
		if end := stringEnd(rest); end >= 0 {
			return tokenString, s.at + end
		}
		return lexUnterminated, len(s.source)
	case closers(r) != "":
		if end := strings.IndexAny(rest[size:], closers(r)); end >= 0 {
			_, closer := utf8.DecodeRuneInString(rest[size+end:])
			return lexQuoted, s.at + size + end + closer
		}
		return lexQuoted, s.at + size
	case strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "--"):
		return lexComment, s.at + lineEnd(rest)
	case strings.HasPrefix(rest, "/*"):
		return lexComment, s.at + commentEnd(rest)
	case r == '<' && placeholderEnd(rest) > 0 && !s.afterValue():
		return lexPlaceholder, s.at + placeholderEnd(rest)
	case isWordPart(r):
		return lexWord, s.at + wordEnd(rest)
	}
	for _, o := range operators {
		if strings.HasPrefix(rest, o.text) {
			return o.kind, s.at + len(o.text)
		}
	}
	if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
		return lexSpace, s.at + runLength(rest, r, size)
	}
	return lexCharacter, s.at + runLength(rest, r, size)
}

// afterValue reports whether an operator is possible at s.at, which distinguishes the
// comparison a <b from the placeholder <b>.
func (s *scanner) afterValue() bool {
	if len(s.lexemes) == 0 {
		return false
	}
	switch last := s.lexemes[len(s.lexemes)-1]; last.Type {
	case lexWord:
		_, keyword := keywords[foldASCII(last.Value)]
		return !keyword
	case tokenString, tokenClose:
		return true
	}
	return false
}

// stringEnd returns the length of the string literal at the start of text, or -1.
func stringEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			if i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\') {
				i++
			}
		}
	}
	return -1
}

// doubleQuotes and singleQuotes are typographic quotes.
const (
	doubleQuotes = "“”„‟«»″"
	singleQuotes = "‘’‚‛‹›′`´"
)

// closers returns the characters that can close a string opened by r, a quote that the language
// does not allow. It is "" for any other character.
func closers(r rune) string {
	switch {
	case strings.ContainsRune(doubleQuotes, r):
		return doubleQuotes + `"`
	case r == '\'', strings.ContainsRune(singleQuotes, r):
		return singleQuotes + "'"
	}
	return ""
}

func lineEnd(text string) int {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return i
	}
	return len(text)
}

func commentEnd(text string) int {
	if i := strings.Index(text, "*/"); i >= 0 {
		return i + len("*/")
	}
	return len(text)
}

// placeholderEnd returns the length of the placeholder, such as <your group>, at the start of
// text, or 0.
func placeholderEnd(text string) int {
	const longest = 64
	for i, r := range text[1:min(len(text), longest)] {
		switch {
		case r == '>' && i > 0:
			return 1 + i + 1
		case !unicode.IsLetter(r) && (i == 0 || !strings.ContainsRune(" _-.:/", r) && !unicode.IsDigit(r)):
			return 0
		}
	}
	return 0
}

// isWordPart reports whether a character can be part of a word: a character of paths, or one
// that is common in values whose quotes were forgotten.
func isWordPart(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(`_@.-*?\/:$%#{}[]+`, r) || unicode.Is(unicode.M, r)
}

// wordEnd returns the length of the word at the start of text. A placeholder instead of a
// name, as in user.@<property>, is part of the word.
func wordEnd(text string) int {
	for i, r := range text {
		if r == '<' && i > 0 && strings.IndexByte(".@", text[i-1]) >= 0 {
			if end := placeholderEnd(text[i:]); end > 0 {
				return i + end
			}
		}
		if !isWordPart(r) || i > 0 && (strings.HasPrefix(text[i:], "//") || strings.HasPrefix(text[i:], "/*")) {
			return i
		}
	}
	return len(text)
}

// runLength returns the number of bytes that repetitions of the character r occupy at the start
// of text.
func runLength(text string, r rune, size int) int {
	end := size
	for strings.HasPrefix(text[end:], string(r)) {
		end += size
	}
	return end
}

// depth counts the nesting of parentheses and !. A parenthesis directly after a ! counts
// together with it, so that !a = b and !(a = b) are equally deep.
type depth struct {
	outer []int // the depth outside of each open parenthesis
	base  int   // the depth inside the innermost one
	nots  int   // the number of ! before the next operand
}

// count takes a lexeme and returns the depth after it.
func (d *depth) count(kind lexer.TokenType) int {
	switch kind {
	case tokenNot:
		d.nots++
		return d.base + d.nots
	case tokenOpen:
		d.outer = append(d.outer, d.base)
		d.base += max(d.nots, 1)
	case tokenClose:
		if n := len(d.outer); n > 0 {
			d.base, d.outer = d.outer[n-1], d.outer[:n-1]
		}
	}
	d.nots = 0
	return d.base
}
