package condition

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

var operatorHint = func() string {
	words := make([]string, lastOperator)
	for i, o := range Operators() {
		words[i] = "`" + o.String() + "`"
	}
	return "The operators are " + strings.Join(words[:lastOperator-1], ", ") + " and " + words[lastOperator-1] + "."
}()

// badOperator reports an operator of another language.
func (c *classifier) badOperator(t lexer.Token) {
	where := spanOf(t)
	summary := "there is no operator `" + t.Value + "`"
	meant, detail, kind := "", operatorHint, tokenOperator
	switch t.Value {
	case "<>", "=!":
		meant = "!="
	case "===":
		meant = "=="
	case "&":
		meant, kind, detail = "and", tokenAnd, "Conditions are joined with `and` or `&&`."
	case "|":
		meant, kind, detail = "or", tokenOr, "Conditions are joined with `or` or `||`."
	case "=~", "~":
		detail = "Regular expressions are tested with `matches`, patterns with `like`."
	case "!~":
		detail = "Regular expressions are tested with `!(… matches …)`."
	case "^":
	default:
		detail = "Values are strings and have no order. " + operatorHint
	}
	var fix *diag.Fix
	if meant != "" {
		fix = replace("write `"+meant+"`", where, meant)
	}
	c.report(codeNoOperator, where, summary, detail, fix)
	c.emit(t, kind)
}

// foreignOperators are words that are operators in other languages, with their replacement.
var foreignOperators = map[string]string{
	"is": "=", "eq": "=", "equals": "=", "ne": "!=", "neq": "!=",
}

// foreignOperatorHints are for operators that have no one-word equivalent.
var foreignOperatorHints = map[string]string{
	"in":         "There are no lists of values; compare with each value: `x = \"a\" or x = \"b\"`.",
	"contains":   "To test a part of a string, use `like \"*…*\"`. `=` on a list tests whether it has the value.",
	"startswith": "The beginning of a string is tested with `like \"…*\"`.",
	"endswith":   "The end of a string is tested with `like \"*…\"`.",
	"regex":      "Regular expressions are tested with `matches`.",
	"xor":        "Write `(a and !b) or (!a and b)`.",
}

// wordAsOperator reports a word at a place where an operator is required.
func (c *classifier) wordAsOperator(t lexer.Token, at place) {
	where := spanOf(t)
	folded := foldASCII(t.Value)
	if folded == "is" && c.isNull(t) {
		return
	}
	summary := "there is no operator " + shown(t.Value)
	if hint, ok := foreignOperatorHints[folded]; ok {
		if folded == "in" {
			c.skipGroup()
		}
		c.stop(codeNoOperator, where, summary, hint, nil)
		return
	}
	candidates, meant := operatorWords, foreignOperators[folded]
	if at == atEnd {
		candidates, meant = []string{"and", "or"}, ""
	}
	if near, ok := diag.Suggest(folded, candidates); ok && meant == "" {
		meant = near
	}
	if meant == "" {
		hint := operatorHint
		if at == atEnd {
			hint = "A condition is followed by `and`, `or` or a closing parenthesis."
		}
		c.stop(codeNoOperator, where, summary, sentences(hint, foreignLetters(t.Value)), nil)
		return
	}
	c.report(codeNoOperator, where, summary+", did you mean `"+meant+"`?", foreignLetters(t.Value), replace("write `"+meant+"`", where, meant))
	kind, keyword := keywords[meant]
	if !keyword {
		kind = tokenOperator
	}
	c.emit(t, kind)
}

// isNull reads `is null` and `is not null` as a test whether there is a value.
func (c *classifier) isNull(t lexer.Token) bool {
	written, next := "", c.next
	for ; next < len(c.lexemes) && next < c.next+2 && c.lexemes[next].Type == lexWord && !null.MatchString(written); next++ {
		written = strings.TrimSpace(written + " " + c.lexemes[next].Value)
	}
	if !null.MatchString(written) {
		return false
	}
	c.emit(lexer.Token{Value: "=", Pos: t.Pos}, tokenOperator)
	c.nullTest(Span{Start: t.Pos.Offset, End: spanOf(c.lexemes[next-1]).End}, written)
	c.emit(c.lexemes[next-1], tokenString)
	c.next = next
	return true
}

// skipGroup skips a group in parentheses, such as the list of in ("a", "b").
func (c *classifier) skipGroup() {
	if c.following().Type != tokenOpen {
		return
	}
	for depth := 0; c.next < len(c.lexemes); c.next++ {
		switch c.lexemes[c.next].Type {
		case tokenOpen:
			depth++
		case tokenClose:
			depth--
		}
		if depth == 0 {
			c.next++
			return
		}
	}
}
