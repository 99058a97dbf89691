package snapshot

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// never is how the repository writes a date that has not come: no value (D).
var never = []byte("1753-01-01T00:00:00.000Z")

// textOf returns the text that a scalar stands for, whether it has a value, and
// whether it is a scalar: a boolean and a number stand for themselves.
func textOf(v jsonfile.Value) (text []byte, present, ok bool) {
	switch v.Kind() {
	case 'n':
		return nil, false, true
	case '{', '[':
		return nil, false, false
	case '"':
		text = v.Text()
		return text, !bytes.Equal(text, never), true
	}
	return v.Raw, true, true
}

// appendFold appends the fold of a text.
func appendFold(to, text []byte) []byte {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return append(to[:len(to)-i], schema.Fold(string(text))...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		to = append(to, c)
	}
	return to
}

// hasControl reports whether a control character is in a text. In an id there
// must be none: they mark the ids of entities that are not on record.
func hasControl(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c >= 0x7f {
			return bytes.ContainsFunc(text, unicode.IsControl)
		}
	}
	return false
}

// foldsTo reports whether a name folds to a key of lower case ASCII letters.
func foldsTo(name []byte, key string) bool {
	if len(name) != len(key) {
		// Only what is not ASCII can change its length.
		return !isASCII(name) && schema.Fold(string(name)) == key
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != key[i] {
			return false
		}
	}
	return true
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// sortUnique sorts texts and removes doubles, in place.
func sortUnique(texts [][]byte) [][]byte {
	if len(texts) < 2 {
		return texts
	}
	slices.SortFunc(texts, bytes.Compare)
	return slices.CompactFunc(texts, bytes.Equal)
}
