package condition

import "github.com/qlik2rego/qlik2rego/internal/diag"

// The diagnostics of this package. All of them are errors: a condition that does not
// parse grants nothing (D).
var (
	codeTooLong       = diag.Register("Q0201", diag.Error, "condition is too long")
	codeTooDeep       = diag.Register("Q0202", diag.Error, "condition is nested too deep")
	codeInvalidUTF8   = diag.Register("Q0203", diag.Error, "condition is not valid UTF-8")
	codeTooMany       = diag.Register("Q0204", diag.Error, "too many errors in one condition")
	codeTypographic   = diag.Register("Q0205", diag.Error, "typographic quotes")
	codeSingleQuotes  = diag.Register("Q0206", diag.Error, "single quotes")
	codeUnterminated  = diag.Register("Q0207", diag.Error, "closing quote is missing")
	codeKeywordCase   = diag.Register("Q0208", diag.Error, "keyword is not in lower case")
	codeNot           = diag.Register("Q0209", diag.Error, "not is not an operator")
	codeNoOperator    = diag.Register("Q0210", diag.Error, "unknown operator")
	codeUnquoted      = diag.Register("Q0211", diag.Error, "value without quotes")
	codeNumber        = diag.Register("Q0212", diag.Error, "number without quotes")
	codeCharacter     = diag.Register("Q0213", diag.Error, "unexpected character")
	codeComment       = diag.Register("Q0214", diag.Error, "comment")
	codePlaceholder   = diag.Register("Q0215", diag.Error, "placeholder of a template")
	codeSpaceInPath   = diag.Register("Q0216", diag.Error, "space in a path")
	codeSegment       = diag.Register("Q0217", diag.Error, "malformed name in a path")
	codeRoot          = diag.Register("Q0218", diag.Error, "path does not begin with resource, user or node")
	codeFunction      = diag.Register("Q0219", diag.Error, "unknown function")
	codeNoOperand     = diag.Register("Q0220", diag.Error, "operand is missing")
	codeNoConnective  = diag.Register("Q0221", diag.Error, "operator is missing")
	codeNoCondition   = diag.Register("Q0222", diag.Error, "a path or a value alone is not a condition")
	codeUnbalanced    = diag.Register("Q0223", diag.Error, "unbalanced parentheses")
	codeEmptyParens   = diag.Register("Q0224", diag.Error, "empty parentheses")
	codeArgument      = diag.Register("Q0225", diag.Error, "argument is not a string")
	codePatternPath   = diag.Register("Q0226", diag.Error, "path as a pattern")
	codeChained       = diag.Register("Q0227", diag.Error, "operators follow one another")
	codeOperandParens = diag.Register("Q0228", diag.Error, "parentheses around an operand")
	codeCallForm      = diag.Register("Q0229", diag.Error, "malformed function call")
	codeCompared      = diag.Register("Q0230", diag.Error, "condition is an operand of a comparison")
)
