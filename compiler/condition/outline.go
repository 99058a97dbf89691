package condition

import "github.com/alecthomas/participle/v2/lexer"

// WordKind is the kind of a word, which depends only on its form.
type WordKind int

// The kinds of words.
const (
	PathWord       WordKind = iota + 1 // a path, or a name that begins no path
	StringWord                         // a string
	OpenStringWord                     // a string without a closing quote, to the end of the text
	ConnectiveWord                     // and, or, &&, ||
	BoolWord                           // true, false
	OperatorWord                       // a comparison
	NotWord                            // !
	OpenWord                           // (
	CloseWord                          // )
	OtherWord                          // anything that is not part of the language
)

// Word is a self-contained piece of a condition.
type Word struct {
	Kind  WordKind
	Text  string
	Range Span
}

// Words splits a condition into words, even if it has errors: this is how an editor sees a
// condition while it is being typed. Nesting that is too deep ends the list.
func Words(source string) []Word {
	var words []Word
	for _, t := range scan(source).lexemes {
		words = append(words, Word{Kind: wordKind(t), Text: t.Value, Range: spanOf(t)})
	}
	return words
}

var wordKinds = map[lexer.TokenType]WordKind{
	tokenString: StringWord, lexUnterminated: OpenStringWord, tokenOperator: OperatorWord, tokenAnd: ConnectiveWord,
	tokenOr: ConnectiveWord, tokenNot: NotWord, tokenBool: BoolWord, tokenOpen: OpenWord, tokenClose: CloseWord,
}

func wordKind(t lexer.Token) WordKind {
	kind := t.Type
	if kind == lexWord {
		keyword, ok := keywords[foldASCII(t.Value)]
		if !ok {
			return PathWord
		}
		kind = keyword
	}
	if known, ok := wordKinds[kind]; ok {
		return known
	}
	return OtherWord
}

// SplitPath returns the names of a path as written, with their ranges, the root first. The last
// name is empty if the path ends in a dot.
func SplitPath(w Word) []Segment {
	var all []Segment
	start := 0
	for i := 0; i <= len(w.Text); i++ {
		if i < len(w.Text) && w.Text[i] != '.' {
			continue
		}
		name := w.Text[start:i]
		custom := len(name) > 0 && name[0] == '@'
		if custom {
			name = name[1:]
		}
		all = append(all, Segment{Name: name, Custom: custom, Range: Span{Start: w.Range.Start + start, End: w.Range.Start + i}})
		start = i + 1
	}
	return all
}

// Unquote returns the value of a string as written, with or without its closing quote.
func Unquote(literal string) string {
	if len(literal) > 1 && literal[len(literal)-1] == '"' && stringEnd(literal) == len(literal) {
		return unquote(literal)
	}
	return unescaper.Replace(literal[1:])
}

// Quote returns text as a string literal of a condition.
func Quote(text string) string { return quote(text) }
