package condition

import (
	"io"

	"github.com/alecthomas/participle/v2/lexer"
)

// The tokens of the grammar. A token's value is always its source text, and its position is a
// byte offset.
const (
	tokenString lexer.TokenType = iota + 1
	tokenPath
	tokenSubject // a path followed by a function
	tokenFunction
	tokenOperator
	tokenAnd
	tokenOr
	tokenNot
	tokenBool
	tokenOpen
	tokenClose

	// Lexemes that words.go converts to tokens or reports.
	lexWord         // a run of letters, digits and other characters that are common in unquoted values
	lexBadOperator  // <>, =!, <, … which other languages have
	lexQuoted       // a string in quotes that are not allowed
	lexUnterminated // a string without a closing quote
	lexComment
	lexPlaceholder // <GUID>
	lexSpace       // white space that is not allowed, such as U+00A0
	lexCharacter   // a run of one character that is not part of the language
)

// definition makes the package's own lexer known to participle.
type definition struct{}

// Symbols implements lexer.Definition.
func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF":      lexer.EOF,
		"String":   tokenString,
		"Path":     tokenPath,
		"Subject":  tokenSubject,
		"Function": tokenFunction,
		"Operator": tokenOperator,
		"And":      tokenAnd,
		"Or":       tokenOr,
		"Not":      tokenNot,
		"Bool":     tokenBool,
		"Open":     tokenOpen,
		"Close":    tokenClose,
	}
}

// Lex implements lexer.Definition.
func (definition) Lex(_ string, r io.Reader) (lexer.Lexer, error) {
	source, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	c := &classifier{reporter: &reporter{}, source: string(source), lexemes: scan(string(source)).lexemes}
	c.run()
	return &tokenReader{tokens: c.tokens, end: len(source)}, nil
}

// tokenReader is a lexer over a list of tokens.
type tokenReader struct {
	tokens []lexer.Token
	end    int
}

// Next implements lexer.Lexer.
func (r *tokenReader) Next() (lexer.Token, error) {
	if len(r.tokens) == 0 {
		return lexer.EOFToken(lexer.Position{Offset: r.end}), nil
	}
	next := r.tokens[0]
	r.tokens = r.tokens[1:]
	return next, nil
}

func spanOf(t lexer.Token) Span { return Span{Start: t.Pos.Offset, End: t.Pos.Offset + len(t.Value)} }

// spanOfAll is the range from the first to the last of one or more tokens.
func spanOfAll(tokens []lexer.Token) Span {
	return Span{Start: tokens[0].Pos.Offset, End: spanOf(tokens[len(tokens)-1]).End}
}
