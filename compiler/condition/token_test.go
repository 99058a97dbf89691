package condition

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/alecthomas/participle/v2/lexer"
	"pgregory.net/rapid"
)

// The lexer for participle returns the tokens of the grammar with byte offsets.
func TestDefinition(t *testing.T) {
	l, err := definition{}.Lex("", strings.NewReader(`"ä" = user.a and resource.Empty()`))
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := lexer.ConsumeAll(l)
	if err != nil {
		t.Fatal(err)
	}
	want := []lexer.Token{
		{Type: tokenString, Value: `"ä"`, Pos: lexer.Position{Offset: 0}},
		{Type: tokenOperator, Value: "=", Pos: lexer.Position{Offset: 5}},
		{Type: tokenPath, Value: "user.a", Pos: lexer.Position{Offset: 7}},
		{Type: tokenAnd, Value: "and", Pos: lexer.Position{Offset: 14}},
		{Type: tokenSubject, Value: "resource", Pos: lexer.Position{Offset: 18}},
		{Type: tokenFunction, Value: ".Empty", Pos: lexer.Position{Offset: 26}},
		{Type: tokenOpen, Value: "(", Pos: lexer.Position{Offset: 32}},
		{Type: tokenClose, Value: ")", Pos: lexer.Position{Offset: 33}},
		{Type: lexer.EOF, Pos: lexer.Position{Offset: 34}},
	}
	if len(tokens) != len(want) {
		t.Fatalf("got %v", tokens)
	}
	for i := range want {
		if tokens[i] != want[i] {
			t.Errorf("token %d: got %#v, want %#v", i, tokens[i], want[i])
		}
	}
}

func TestDefinitionPassesReadErrors(t *testing.T) {
	broken := errors.New("broken")
	if _, err := (definition{}).Lex("", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// The grammar stops at the first token after which the condition cannot be valid: the text before that
// token can be completed, the text including it cannot. The explanations rely on this.
func TestGrammarStopsAtTheFirstWrongToken(t *testing.T) {
	words := []string{`"a"`, "user.a", "resource.Empty", "resource.Empty(", "=", "like", "and", "or", "!", "true", "(", ")"}
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 12).Draw(t, "words"), " ")
		if strings.TrimSpace(source) == "" {
			return
		}
		tokens := tokensOf(source)
		stop := stopOf(tokens, len(source))
		if stop < 0 {
			return
		}
		if !completable(source, tokens[:stop]) {
			t.Fatalf("%s: stopped at %d, but what is before that cannot be completed", source, stop)
		}
		if stop < len(tokens) && completable(source, tokens[:stop+1]) {
			t.Fatalf("%s: stopped at %d, but that can be completed", source, stop)
		}
	})
}

func tokensOf(source string) []lexer.Token {
	c := &classifier{reporter: &reporter{}, source: source, lexemes: scan(source).lexemes}
	c.run()
	return c.tokens
}

// stopOf returns the index of the token at which the grammar stops, or -1.
func stopOf(tokens []lexer.Token, end int) int {
	_, err := parseTokens(tokens, end)
	if err == nil {
		return -1
	}
	var unexpected interface{ Position() lexer.Position }
	errors.As(err, &unexpected)
	for i, token := range tokens {
		if token.Pos.Offset == unexpected.Position().Offset {
			return i
		}
	}
	return len(tokens)
}

// completable reports whether some tokens can begin a condition.
func completable(source string, tokens []lexer.Token) bool {
	open := 0
	for _, token := range tokens {
		switch token.Type {
		case tokenOpen:
			open++
		case tokenClose:
			open--
		}
	}
	if last := len(tokens) - 1; last >= 0 && tokens[last].Type == tokenSubject {
		function := lexer.Token{Type: tokenFunction, Value: ".Empty", Pos: lexer.Position{Offset: len(source)}}
		tokens = append(append([]lexer.Token{}, tokens...), function)
	}
	// The shortest continuations of every prefix, with the open parentheses closed.
	for _, rest := range []string{``, `"a"`, `"a" = "a"`, `= "a"`, `and "a" = "a"`, `()`} {
		for closing := range open + 1 {
			completed := append([]lexer.Token{}, tokens...)
			for _, more := range tokensOf(rest + strings.Repeat(")", closing)) {
				more.Pos.Offset += len(source) + 1
				completed = append(completed, more)
			}
			if stopOf(completed, 2*len(source)+100) < 0 {
				return true
			}
		}
	}
	return false
}
