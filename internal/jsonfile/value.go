package jsonfile

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Value is a JSON value that is known to be well-formed.
type Value struct {
	// Raw is the value as written, in UTF-8.
	Raw []byte
	// Offset is the offset of the value in the file's text.
	Offset int
}

// Member is a name and a value of an object.
type Member struct {
	Name, Value Value
}

// Kind returns the kind of the value: one of n, f, t, ", 0, { and [.
func (v Value) Kind() jsontext.Kind { return jsontext.Value(v.Raw).Kind() }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.Raw[0] == 'n' }

// End returns the offset after the value.
func (v Value) End() int { return v.Offset + len(v.Raw) }

// Text returns the content of a string. It may share memory with Raw.
func (v Value) Text() []byte {
	inner := v.Raw[1 : len(v.Raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	text, _ := jsontext.AppendUnquote(nil, v.Raw) // well-formed, so without error
	return text
}

// AppendMembers appends the members of an object in the order of the file.
func (v Value) AppendMembers(to []Member) []Member {
	i := skipSpace(v.Raw, 1)
	for v.Raw[i] != '}' {
		var m Member
		m.Name, i = v.cut(i)
		i = skipSpace(v.Raw, skipSpace(v.Raw, i)+1) // past the colon
		m.Value, i = v.cut(i)
		to = append(to, m)
		i = v.next(i)
	}
	return to
}

// AppendItems appends the items of an array.
func (v Value) AppendItems(to []Value) []Value {
	i := skipSpace(v.Raw, 1)
	for v.Raw[i] != ']' {
		var item Value
		item, i = v.cut(i)
		to = append(to, item)
		i = v.next(i)
	}
	return to
}

// next returns the offset of the next item or of the closing bracket, after an item that ends at i.
func (v Value) next(i int) int {
	i = skipSpace(v.Raw, i)
	if v.Raw[i] == ',' {
		i = skipSpace(v.Raw, i+1)
	}
	return i
}

// cut returns the value that begins at i, and the offset of its end.
func (v Value) cut(i int) (Value, int) {
	end := skipValue(v.Raw, i)
	return Value{v.Raw[i:end], v.Offset + i}, end
}

func skipSpace(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t' {
		i++
	}
	return i
}

// skipValue returns the offset of the end of the value that begins at i. It requires that b is
// well-formed, and is not recursive.
func skipValue(b []byte, i int) int {
	if b[i] == '"' {
		return skipString(b, i)
	}
	depth := 0
	for {
		switch b[i] {
		case '"':
			i = skipString(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case ' ', '\n', '\r', '\t', ',', ':':
			i++
			continue
		default:
			for i < len(b) && !isDelimiter(b[i]) {
				i++
			}
		}
		if depth == 0 {
			return i
		}
	}
}

func isDelimiter(c byte) bool {
	switch c {
	case ' ', '\n', '\r', '\t', ',', ':', '}', ']':
		return true
	}
	return false
}

// skipString returns the offset of the end of the string that begins at i: after the next quotation
// mark that an even number of backslashes precedes.
func skipString(b []byte, i int) int {
	for end := i + 1; ; end++ {
		end += bytes.IndexByte(b[end:], '"')
		first := end
		for b[first-1] == '\\' {
			first--
		}
		if (end-first)%2 == 0 {
			return end + 1
		}
	}
}

// Segment is a piece of a decoded string that begins at the offset Text. In the file's text it begins
// at the offset File, byte by byte or, with Escape, as one escape sequence.
type Segment struct {
	Text, File int
	Escape     bool
}

// Segments returns the segments of a string, by ascending offset.
func (v Value) Segments() []Segment {
	segments := []Segment{{Text: 0, File: v.Offset + 1}}
	text, inner := 0, v.Raw[:len(v.Raw)-1]
	for i := 1; i < len(inner); {
		plain := bytes.IndexByte(inner[i:], '\\')
		if plain < 0 {
			break
		}
		i, text = i+plain, text+plain
		width, size := 2, 1
		if inner[i+1] == 'u' {
			width = 6
			if i+12 <= len(inner) && isHighSurrogate(inner[i:]) {
				width = 12
			}
			c, _ := jsontext.AppendUnquote(nil, `"`+string(inner[i:i+width])+`"`)
			_, size = utf8.DecodeRune(c)
		}
		segments = append(segments, Segment{text, v.Offset + i, true})
		i, text = i+width, text+size
		segments = append(segments, Segment{Text: text, File: v.Offset + i})
	}
	return segments
}

// isHighSurrogate reports whether the escape \uXXXX is the first half of a pair.
func isHighSurrogate(b []byte) bool {
	return (b[2] == 'd' || b[2] == 'D') && (b[3] == '8' || b[3] == '9' || b[3]|0x20 == 'a' || b[3]|0x20 == 'b')
}
