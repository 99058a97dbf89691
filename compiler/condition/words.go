package condition

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// classifier converts lexemes to tokens. It reports what is not part of the language and, if
// the meaning is certain, replaces it by the token that was meant.
type classifier struct {
	*reporter
	source  string
	lexemes []lexer.Token
	next    int
	tokens  []lexer.Token
}

// place is what the grammar expects at the next token. It is only used to decide what an
// unexpected word was meant to be.
type place int

const (
	atCondition place = iota // a condition, or the left operand of a comparison
	atRight                  // the right operand
	atArgument               // the argument of a function
	atOperator               // an operator after a left operand
	atEnd                    // and, or, a closing parenthesis
)

func (c *classifier) run() {
	for c.next < len(c.lexemes) && !c.full() {
		t := c.lexemes[c.next]
		c.next++
		switch t.Type {
		case lexWord:
			c.word(t)
		case lexBadOperator:
			c.badOperator(t)
		case lexQuoted:
			c.quoted(t)
		case lexUnterminated:
			c.unterminated(t)
		case lexComment:
			c.report(codeComment, spanOf(t), "comments are not allowed in a condition",
				"Write it in the rule's comment field instead.", replace("remove the comment", spanOf(t), ""))
		case lexPlaceholder:
			c.placeholder(t)
		case lexSpace:
			c.space(t)
		case lexCharacter:
			c.character(t)
		default:
			c.emit(t, t.Type)
		}
	}
}

// emit adds a token of the given type with the source text of t.
func (c *classifier) emit(t lexer.Token, kind lexer.TokenType) {
	t.Type = kind
	c.tokens = append(c.tokens, t)
}

// place returns what the grammar expects after the tokens so far.
func (c *classifier) place() place { return placeAfter(c.tokens) }

func placeAfter(tokens []lexer.Token) place {
	last := func(back int) lexer.TokenType {
		if i := len(tokens) - back; i >= 0 {
			return tokens[i].Type
		}
		return lexer.EOF
	}
	switch last(1) {
	case tokenOperator:
		return atRight
	case tokenString, tokenPath:
		if last(2) == tokenOperator || last(2) == tokenOpen && last(3) == tokenFunction {
			return atEnd
		}
		return atOperator
	case tokenBool, tokenClose:
		return atEnd
	case tokenOpen:
		if last(2) == tokenFunction {
			return atArgument
		}
	}
	return atCondition
}

// following returns the next lexeme.
func (c *classifier) following() lexer.Token {
	if c.next < len(c.lexemes) {
		return c.lexemes[c.next]
	}
	return lexer.EOFToken(lexer.Position{Offset: len(c.source)})
}

// operatorFollows reports whether the next lexeme is an operator, or is meant as one.
func (c *classifier) operatorFollows() bool {
	switch next := c.following(); next.Type {
	case tokenOperator, lexBadOperator:
		return true
	case lexWord:
		return keywords[foldASCII(next.Value)] == tokenOperator
	}
	return false
}

// keywords are the words of the language. They are lower case (D).
var keywords = func() map[string]lexer.TokenType {
	kinds := map[string]lexer.TokenType{"and": tokenAnd, "or": tokenOr, "true": tokenBool, "false": tokenBool}
	for _, word := range operatorWords {
		kinds[word] = tokenOperator
	}
	return kinds
}()

// word classifies a word.
func (c *classifier) word(t lexer.Token) {
	at := c.place()
	folded := foldASCII(t.Value)
	kind, keyword := keywords[folded]
	root, _, _ := strings.Cut(t.Value, ".")
	switch {
	case keyword && kind == tokenBool && at == atRight && c.comparesCall():
		c.emit(t, tokenString) // the comparison is the error
	case keyword && kind == tokenBool && (at == atRight || at == atArgument || c.operatorFollows()):
		c.value(t)
	case keyword:
		if t.Value != folded {
			c.report(codeKeywordCase, spanOf(t), "the keyword "+shown(t.Value)+" is not in lower case",
				"The product accepts keywords in lower case only.", replace("write it in lower case", spanOf(t), folded))
		}
		c.emit(t, kind)
	case isRoot(root):
		c.path(t, at)
	case at == atRight, at == atArgument:
		c.value(t)
	case folded == "not" && at != atEnd:
		c.not(t, at)
	case at != atCondition:
		c.wordAsOperator(t, at)
	case !strings.ContainsFunc(t.Value, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		c.character(t)
	case isNumber(t.Value):
		c.value(t)
	case isPlaceholder(t.Value):
		c.placeholder(t)
	default:
		c.unrooted(t, at)
	}
}

// comparesCall reports whether the last operator follows a call or a condition in parentheses.
func (c *classifier) comparesCall() bool {
	n := len(c.tokens)
	return n > 1 && c.tokens[n-2].Type == tokenClose
}

func (c *classifier) not(t lexer.Token, at place) {
	if at == atOperator {
		c.report(codeNot, spanOf(t), "`not` is not an operator", "Negate the whole comparison: `!(…)`.", nil)
		return
	}
	c.report(codeNot, spanOf(t), "`not` is not an operator", "Negation is written `!`.", replace("write `!`", spanOf(t), "!"))
	c.emit(t, tokenNot)
}

// space reports white space that Qlik does not accept, and skips it.
func (c *classifier) space(t lexer.Token) {
	r, _ := utf8.DecodeRuneInString(t.Value)
	c.report(codeCharacter, spanOf(t), character(r)+" is not a space",
		"It comes with text that is copied from a page or a word processor.", replace("write a plain space", spanOf(t), " "))
}

// character reports characters that are not allowed outside strings.
func (c *classifier) character(t lexer.Token) {
	r, _ := utf8.DecodeRuneInString(t.Value)
	if next := c.following(); next.Pos.Offset == spanOf(t).End {
		c.skipWords() // they belong to the same error
	}
	detail := ""
	switch r {
	case ',':
		detail = "There are no lists of values; compare with each value: `x = \"a\" or x = \"b\"`. No function has two arguments."
	case ';':
		detail = "A condition has no end mark."
	}
	c.stop(codeCharacter, spanOf(t), character(r)+" is not allowed outside strings", detail, nil)
}

func (c *classifier) placeholder(t lexer.Token) {
	const summary, detail = placeholderSummary, "Replace it with a value in double quotes, or with the condition that is meant."
	if at := c.place(); at == atRight || at == atArgument || c.operatorFollows() {
		c.report(codePlaceholder, spanOf(t), summary, detail, nil)
		c.emit(t, tokenString)
		return
	}
	c.stop(codePlaceholder, spanOf(t), summary, detail, nil)
}

const placeholderSummary = "a placeholder was left in the condition"
