package condition

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// explainer explains why the grammar stopped at a token. It looks at the neighbouring tokens:
// those before it were accepted.
type explainer struct {
	*reporter
	tokens []lexer.Token
	at     int
}

// explain reports the syntax error at the token that begins at an offset, and returns the
// index of the token.
func explain(r *reporter, tokens []lexer.Token, offset int) int {
	at, _ := slices.BinarySearchFunc(tokens, offset, func(t lexer.Token, offset int) int { return t.Pos.Offset - offset })
	e := &explainer{reporter: r, tokens: tokens, at: at}
	switch placeAfter(tokens[:at]) {
	case atCondition:
		e.noCondition()
	case atRight:
		e.noRightOperand()
	case atArgument:
		e.noArgument()
	case atOperator:
		e.noOperator()
	case atEnd:
		e.noEnd()
	}
	return at
}

// kind returns the type of the token at a distance from the failing one.
func (e *explainer) kind(distance int) lexer.TokenType {
	if i := e.at + distance; i >= 0 && i < len(e.tokens) {
		return e.tokens[i].Type
	}
	return lexer.EOF
}

func (e *explainer) token(distance int) lexer.Token { return e.tokens[e.at+distance] }

func (e *explainer) span(distance int) Span { return spanOf(e.token(distance)) }

// between is the range from one token to another, both included.
func (e *explainer) between(first, last int) Span {
	return Span{Start: e.span(first).Start, End: e.span(last).End}
}

func (e *explainer) written(where Span) string { return e.text.Content[where.Start:where.End] }

// noCondition explains why no condition begins here.
func (e *explainer) noCondition() {
	const detail = "Complete the condition, or remove the operator."
	before, here := e.kind(-1), e.kind(0)
	joins := here == tokenAnd || here == tokenOr
	switch {
	case before == tokenOpen && here == tokenClose:
		e.stop(codeEmptyParens, e.between(-1, 0), "these parentheses are empty",
			"Write a condition between them, or remove them.", nil)
	case (before == tokenAnd || before == tokenOr) && joins:
		e.inARow()
	case here == tokenOperator || joins && before == lexer.EOF:
		e.stop(codeNoOperand, e.span(0), "missing operand to the left of "+shown(e.token(0).Value), detail, nil)
	case joins && before == tokenOpen:
		e.stop(codeNoOperand, e.span(0), "missing operand between the parenthesis and "+shown(e.token(0).Value), detail, nil)
	case before == tokenOpen || before == lexer.EOF:
		e.unbalanced()
	default:
		e.stop(codeNoOperand, e.span(-1), "missing operand to the right of "+shown(e.token(-1).Value), detail, nil)
	}
}

// noRightOperand explains why a comparison has no right side.
func (e *explainer) noRightOperand() {
	operator := e.token(-1)
	switch e.kind(0) {
	case tokenOperator:
		e.inARow()
	case tokenNot:
		var fix *diag.Fix
		if o, ok := OperatorNamed(operator.Value); ok && o.Equality() {
			meant := o.Opposite().String()
			fix = replace("write `"+meant+"`", e.between(-1, 0), meant)
		}
		e.stop(codeChained, e.between(-1, 0), "`!` is not allowed before a value",
			"It negates a condition: `!(… "+operator.Value+" …)`.", fix)
	case tokenOpen:
		if inner := e.kind(1); (inner == tokenString || inner == tokenPath) && e.kind(2) == tokenClose {
			e.operandInParentheses(0, 2)
			return
		}
		e.stop(codeOperandParens, e.span(0), "a parenthesis is not allowed to the right of "+shown(operator.Value),
			"Write one value in double quotes, or one path. Compare with each value: `x = \"a\" or x = \"b\"`.", nil)
	case tokenSubject:
		e.stop(codeCompared, e.span(-1), conditionCompared,
			"A function is true or false already: write "+shown(e.written(e.between(0, 1))+"(…)")+", with `!` before it for the opposite.", nil)
	default:
		e.stop(codeNoOperand, spanOf(operator), "missing operand to the right of "+shown(operator.Value),
			"Write a value in double quotes, or a path.", nil)
	}
}

const conditionCompared = "a condition cannot be compared"

// noArgument explains the error after the opening parenthesis of a call.
func (e *explainer) noArgument() {
	switch e.kind(0) {
	case tokenAnd, tokenOr, lexer.EOF:
		e.unbalanced()
	default:
		e.stop(codeArgument, e.span(0), "the argument "+shown(e.token(0).Value)+" is not a string",
			"Write the name of an action in double quotes.", nil)
	}
}

// noOperator explains the error after a string or a path at the start of a condition.
func (e *explainer) noOperator() {
	operand := e.token(-1)
	if f := lastName(operand); operand.Type == tokenPath && functionNamed(f) != 0 {
		e.callWithoutParentheses(f)
		return
	}
	switch e.kind(0) {
	case tokenClose:
		if e.kind(-2) == tokenOpen && e.kind(1) == tokenOperator {
			e.operandInParentheses(-2, 0)
			return
		}
		e.operandAlone(operand)
	case tokenAnd, tokenOr, lexer.EOF:
		e.operandAlone(operand)
	case tokenString, tokenPath:
		at := e.span(0).Start
		e.stop(codeNoConnective, e.between(-1, 0), "no operator between "+shown(operand.Value)+" and "+shown(e.token(0).Value),
			operatorHint, replace("write `=` between them", Span{Start: at, End: at}, "= "))
	default:
		e.stop(codeNoConnective, e.between(-1, 0), "no operator between "+shown(operand.Value)+" and "+shown(e.token(0).Value), operatorHint, nil)
	}
}

// operandAlone reports a string or a path that is not compared with anything.
func (e *explainer) operandAlone(operand lexer.Token) {
	where := spanOf(operand)
	if operand.Type == tokenString {
		e.stop(codeNoCondition, where, "the string "+shown(operand.Value)+" alone is not a condition",
			"Repeat the comparison for every value: `x = \"a\" or x = \"b\"`.", e.repeated(where.Start))
		return
	}
	var fix *diag.Fix
	if name := foldASCII(lastName(operand)); e.kind(-2) == tokenNot || name == "published" || name == "approved" {
		fix = replace("compare it with \"true\"", where, operand.Value+` = "true"`)
		if e.kind(-2) == tokenNot {
			fix.Replacement = "(" + fix.Replacement + ")"
		}
	}
	e.stop(codeNoCondition, where, "the path "+shown(operand.Value)+" alone is not a condition",
		"Compare it with a value, such as `= \"true\"`, or use `.Empty()` to test whether it has one.", fix)
}

// repeated is the fix for x = "a" or "b": it repeats the left side and the operator of the
// preceding comparison before the string.
func (e *explainer) repeated(at int) *diag.Fix {
	if joins := e.kind(-2); joins != tokenAnd && joins != tokenOr || e.kind(-4) != tokenOperator {
		return nil
	}
	comparison := e.written(e.between(-5, -4))
	return replace("repeat the comparison", Span{Start: at, End: at}, comparison+" ")
}

func (e *explainer) operandInParentheses(open, closing int) {
	where := e.between(open, closing)
	e.stop(codeOperandParens, where, "parentheses around an operand", "Parentheses group conditions. Write a value or a path without them.",
		replace("remove them", where, e.token(open+1).Value))
}

func (e *explainer) callWithoutParentheses(name string) {
	path := e.span(-1)
	where := Span{Start: path.End - len(name), End: path.End}
	arguments, end := "()", where.End
	if e.kind(0) == tokenString {
		arguments, end = "("+e.token(0).Value+")", e.span(0).End
	}
	e.stop(codeCallForm, where, "the function "+shown(name)+" needs parentheses", "",
		replace("write them", Span{Start: where.End, End: end}, arguments))
}

// noEnd explains why the condition cannot continue after a complete one.
func (e *explainer) noEnd() {
	switch e.kind(0) {
	case tokenOperator:
		e.stop(codeCompared, e.span(0), conditionCompared,
			"The left side of "+shown(e.token(0).Value)+" is already true or false, and not a value. Join conditions with `and` or `or`.", e.callAlone())
	case tokenClose, lexer.EOF:
		e.unbalanced()
	default:
		if e.kind(-1) == tokenString && e.kind(-2) == tokenOpen {
			e.unbalanced() // the parenthesis of the argument is not closed
			return
		}
		e.stop(codeNoConnective, e.span(0), "`and` or `or` is missing before "+shown(e.token(0).Value), "", nil)
	}
}

// callAlone is the fix for a call that is compared with true or false: the call itself, or its
// negation.
func (e *explainer) callAlone() *diag.Fix {
	if e.kind(1) != tokenString || e.kind(-1) != tokenClose {
		return nil
	}
	first := -3
	if e.kind(-2) == tokenString {
		first = -4
	}
	if e.kind(first) != tokenFunction || e.kind(first-1) != tokenSubject {
		return nil
	}
	call := e.written(e.between(first-1, -1))
	switch value := strings.Trim(e.token(1).Value, `"`); e.token(0).Value + value {
	case "=true", "==true", "!=false", "!==false":
	case "=false", "==false", "!=true", "!==true":
		call = "!" + call
	default:
		return nil
	}
	return replace("write "+shown(call), e.between(first-1, 1), call)
}

// unbalanced reports an unmatched parenthesis: the closing one at which the grammar stopped, or
// else the last open one.
func (e *explainer) unbalanced() {
	if e.kind(0) == tokenClose {
		e.stop(codeUnbalanced, e.span(0), "this closing parenthesis has no opening parenthesis", "", replace("remove it", e.span(0), ""))
		return
	}
	var open []Span
	for _, t := range e.tokens[:e.at] {
		switch t.Type {
		case tokenOpen:
			open = append(open, spanOf(t))
		case tokenClose:
			open = open[:len(open)-1]
		}
	}
	e.stop(codeUnbalanced, open[len(open)-1], "this parenthesis is never closed", "", nil)
}

// inARow reports two consecutive operators.
func (e *explainer) inARow() {
	e.stop(codeChained, e.between(-1, 0), "missing operand between "+shown(e.token(-1).Value)+" and "+shown(e.token(0).Value),
		"Remove one of the operators, or write what belongs between them.", nil)
}

// lastName returns the name after the last dot of a path token.
func lastName(t lexer.Token) string { return t.Value[strings.LastIndex(t.Value, ".")+1:] }
