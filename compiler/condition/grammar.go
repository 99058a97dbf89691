package condition

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The productions of the language (docs/language.md, section 3). Participle fills Tokens with
// the tokens that the production was read from.

type condition struct {
	Or *or `parser:"@@?"`
}

type or struct {
	Operands []*and `parser:"@@ (Or @@)*"`
	Tokens   []lexer.Token
}

type and struct {
	Operands []*unary `parser:"@@ (And @@)*"`
	Tokens   []lexer.Token
}

type unary struct {
	Not     *unary   `parser:"  Not @@"`
	Primary *primary `parser:"| @@"`
	Tokens  []lexer.Token
}

type primary struct {
	Group      *or          `parser:"  '(' @@ ')'"`
	Bool       *lexer.Token `parser:"| @Bool"`
	Comparison *comparison  `parser:"| @@"`
	Call       *call        `parser:"| @@"`
}

type comparison struct {
	Left   *operand    `parser:"@@"`
	Op     lexer.Token `parser:"@Operator"`
	Right  *operand    `parser:"@@"`
	Tokens []lexer.Token
}

type operand struct {
	String *lexer.Token `parser:"  @String"`
	Path   *lexer.Token `parser:"| @Path"`
}

type call struct {
	Subject  lexer.Token  `parser:"@Subject"`
	Function lexer.Token  `parser:"@Function"`
	Argument *lexer.Token `parser:"'(' @String? ')'"`
	Tokens   []lexer.Token
}

// parser decides every alternative at its first token; for this the lexer distinguishes a path
// that is followed by a function from other paths. It never backtracks, so that the error it
// returns is the one at the furthest token, which explain relies on.
var parser = participle.MustBuild[condition](participle.Lexer(definition{}), participle.UseLookahead(0))
