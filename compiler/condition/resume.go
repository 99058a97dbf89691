package condition

import "github.com/alecthomas/participle/v2/lexer"

// resume returns the tokens that can be parsed after a syntax error at a token: those after the
// next connective. Connectives inside parentheses that open after the error, or inside the
// parentheses of a function, belong to the broken part. The closing parentheses of groups that
// opened before the error are left out, and so is a connective at the beginning: a second error
// there would have the same cause.
func resume(tokens []lexer.Token, at int) []lexer.Token {
	var kept []lexer.Token
	depth := 0
	for _, t := range tokens[connective(tokens, at):] {
		switch t.Type {
		case tokenOpen:
			depth++
		case tokenClose:
			if depth == 0 {
				continue
			}
			depth--
		case tokenAnd, tokenOr:
			if len(kept) == 0 {
				continue
			}
		}
		kept = append(kept, t)
	}
	return kept
}

// connective returns the index of the next connective after which parsing can resume, or the
// number of tokens.
func connective(tokens []lexer.Token, at int) int {
	depth := 0
	if inCall(tokens[:at]) {
		depth = 1
	}
	for i, t := range tokens[at:] {
		switch t.Type {
		case tokenOpen:
			depth++
		case tokenClose:
			depth = max(depth-1, 0)
		case tokenAnd, tokenOr:
			if depth == 0 {
				return at + i
			}
		}
	}
	return len(tokens)
}

// inCall reports whether the innermost open parenthesis is that of a function call.
func inCall(tokens []lexer.Token) bool {
	var open []bool
	for i, t := range tokens {
		switch t.Type {
		case tokenOpen:
			open = append(open, i > 0 && tokens[i-1].Type == tokenFunction)
		case tokenClose:
			open = open[:len(open)-1]
		}
	}
	return len(open) > 0 && open[len(open)-1]
}
