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

// foldsTo reports whether the name of a member folds to a key of lower case
// ASCII letters.
func foldsTo(name jsonfile.Value, key string) bool {
	raw := name.Raw[1 : len(name.Raw)-1]
	if len(raw) != len(key) {
		// Only an escape, or what is not ASCII, can make up for that.
		return !isPlain(raw) && schema.Fold(string(name.Text())) == key
	}
	for i, c := range raw {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != key[i] {
			return false
		}
	}
	return true
}

// isPlain reports whether a JSON string is ASCII without escapes.
func isPlain(raw []byte) bool {
	for _, c := range raw {
		if c >= utf8.RuneSelf || c == '\\' {
			return false
		}
	}
	return true
}

// sortUnique sorts texts and removes doubles, in place.
func sortUnique(strs [][]byte) [][]byte {
	if len(strs) < 2 {
		return strs
	}
	slices.SortFunc(strs, bytes.Compare)
	return slices.CompactFunc(strs, bytes.Equal)
}
