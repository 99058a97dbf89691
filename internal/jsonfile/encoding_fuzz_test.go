package jsonfile

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// FuzzUTF16 checks that a text is read equally in every encoding, and that invalid UTF-16 gives an error at a position
// within the valid part.
func FuzzUTF16(f *testing.F) {
	for _, text := range []string{"", "a", "[]", `{"name": "é 🙂 ſ"}`, "\ufeff", "\u0000", "日本\r\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			mark := order.AppendUint16(nil, 0xfeff)
			encoded := append([]byte{}, mark...)
			for _, unit := range utf16.Encode([]rune(text)) {
				encoded = order.AppendUint16(encoded, unit)
			}
			// Invalid UTF-8 becomes replacement characters, as in a Go range.
			want := string([]rune(text))
			if file, err := New("f.json", encoded); err != nil || string(file.Text) != want {
				t.Errorf("%q reads as %q, %v", want, file.Text, err)
			}
			file, err := New("f.json", append(mark, text...))
			if err != nil && (err.Offset < 0 || err.Offset > len(file.Text) || err.Summary == "") {
				t.Errorf("%q: error %q at %d of %d", text, err.Summary, err.Offset, len(file.Text))
			}
			if !utf8.Valid(file.Text) {
				t.Errorf("%q reads as %q, which is no text", text, file.Text)
			}
		}
	})
}
