package snapshot

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// never is the date that the repository writes for a missing date: no value (D).
var never = []byte("1753-01-01T00:00:00.000Z")

// textOf returns a scalar as text, whether it has a value, and whether it is a scalar. Booleans and
// numbers are returned as written.
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

// appendFold appends the case-folded text.
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

// hasControl reports whether a text contains a control character. Ids must not, because control
// characters mark the keys of entities that do not exist.
func hasControl(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c >= 0x7f {
			return bytes.ContainsFunc(text, unicode.IsControl)
		}
	}
	return false
}

// foldsTo reports whether the case-folded name of a member is key, which consists of lower-case ASCII
// letters.
func foldsTo(name jsonfile.Value, key string) bool {
	raw := name.Raw[1 : len(name.Raw)-1]
	if len(raw) != len(key) {
		// The lengths can only differ because of an escape or of a character that is not ASCII.
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

// sortUnique sorts texts and removes duplicates, in place.
func sortUnique(strs [][]byte) [][]byte {
	if len(strs) < 2 {
		return strs
	}
	slices.SortFunc(strs, bytes.Compare)
	return slices.CompactFunc(strs, bytes.Equal)
}
