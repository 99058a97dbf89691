package sitegen

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// plain are typical strings of sites: names, groups, kinds of objects.
var plain = []string{
	"Sales", "Finance", "EMEA", "emea-1", "Human Resources", "Q1 Sales", "us-east", "Yes", "true", "sheet", "app_appscript", "loadmodel",
}

// odd are strings that are difficult because of case, composition or the syntax of patterns.
var odd = []string{
	"Straße", "STRASSE", "İstanbul", "ıstanbul", "ſales", "Kelvin", "Kelvin", "café", "café", "ΣΟΦΟΣ", "σοφος", "日本", "👩‍💻",
	"", " ", "*", "?", "a*b", "a?b", `a\b`, `\*`, `say "hi"`, "it's", "[a-z]", "a.b", "a_b", "{x}", "line\nfeed", "tab\tbed", "1.50", "(", "x|y", "$",
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// chance returns true in one of n cases.
func chance(r *rand.Rand, n int) bool { return r.IntN(n) == 0 }

// recase returns the text in another spelling that is equal ignoring case, as defined in docs/language.md.
func recase(r *rand.Rand, text string) string {
	spelling := text
	switch r.IntN(5) {
	case 0:
		spelling = strings.ToUpper(text)
	case 1:
		spelling = strings.ToLower(text)
	case 2:
		spelling = strings.Map(func(c rune) rune {
			if chance(r, 2) {
				return unicode.ToUpper(c)
			}
			return unicode.ToLower(c)
		}, text)
	case 3:
		spelling = strings.NewReplacer("k", "\u212a", "K", "\u212a").Replace(text)
	}
	if schema.Fold(spelling) != schema.Fold(text) {
		return text
	}
	return spelling
}

// nearMiss returns a similar text that is not equal ignoring case.
func nearMiss(r *rand.Rand, text string) string {
	runes := []rune(text)
	var near string
	switch at := r.IntN(len(runes) + 1); r.IntN(6) {
	case 0:
		near = string(runes[:at])
	case 1:
		near = text + " "
	case 2:
		near = strings.NewReplacer("s", "ſ", "S", "ß", "i", "ı", "é", "e\u0301", "ß", "ss").Replace(text)
	case 3:
		near = string(slices.Insert(slices.Clone(runes), at, 'x'))
	case 4:
		near = text + "s"
	case 5:
		near = strings.ReplaceAll(text, " ", "\u00a0")
	}
	if schema.Fold(near) == schema.Fold(text) {
		return text + "x"
	}
	return near
}

const hex = "0123456789abcdefABCDEF"

// guid returns an id in the form of the repository, in mixed case.
func guid(r *rand.Rand) string {
	id := []byte("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
	for i, c := range id {
		if c == 'x' {
			id[i] = hex[r.IntN(len(hex))]
		}
	}
	return string(id)
}

// asciiCase writes an ASCII name in another case, or usually unchanged.
func asciiCase(r *rand.Rand, name string) string {
	switch r.IntN(8) {
	case 0:
		return strings.ToUpper(name)
	case 1:
		return strings.ToLower(name)
	default:
		return name
	}
}

// likeFor returns a pattern for like that matches the text.
func likeFor(r *rand.Rand, text string) string {
	runes := []rune(recase(r, text))
	from := r.IntN(len(runes) + 1)
	to := from + r.IntN(len(runes)-from+1)
	var b strings.Builder
	for i, c := range runes {
		switch {
		case i == from && chance(r, 2):
			b.WriteByte('*')
		case i >= from && i < to && chance(r, 2):
			b.WriteByte('?')
			continue
		}
		alone := i+1 < len(runes) && !strings.ContainsRune(`*?\`, runes[i+1]) && chance(r, 2)
		if c == '*' || c == '?' || c == '\\' && !alone {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	if from == len(runes) {
		b.WriteByte('*')
	}
	return b.String()
}

// regexpMeta are the characters with a meaning in a regular expression.
const regexpMeta = `\.+*?()|[]{}^$`

// regexpFor returns a regular expression that matches the text, unless the part that became a dot contains a
// line feed.
func regexpFor(r *rand.Rand, text string) string {
	runes := []rune(text)
	if len(runes) > 0 && chance(r, 6) {
		return string(quoteRegexp(runes[:len(runes)/2])) + ".*"
	}
	var b strings.Builder
	for _, c := range runes {
		switch {
		case chance(r, 8):
			b.WriteByte('.')
		case chance(r, 8) && 'a' <= c && c <= 'z':
			b.WriteString(pick(r, []string{`\w`, `[a-z]`, `[^0-9]`, `(?:` + string(c) + `|zz)`, string(c) + `{1,2}`, string(c) + `+`}))
		case chance(r, 8) && unicode.IsLetter(c):
			b.WriteRune(unicode.ToUpper(c))
		default:
			b.WriteString(string(quoteRegexp([]rune{c})))
		}
	}
	if chance(r, 6) {
		return "other|" + b.String()
	}
	return b.String()
}

func quoteRegexp(runes []rune) []rune {
	var quoted []rune
	for _, c := range runes {
		if strings.ContainsRune(regexpMeta, c) {
			quoted = append(quoted, '\\')
		}
		quoted = append(quoted, c)
	}
	return quoted
}

// quote formats a string literal of the condition language. A backslash may be single if the next character
// does not make it an escape.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
