package jsonfile

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// encodings are the ways to write a file, by name.
var encodings = map[string]func(string) []byte{
	"UTF-8":           func(text string) []byte { return []byte(text) },
	"UTF-8 with mark": func(text string) []byte { return []byte("\ufeff" + text) },
	"UTF-16LE":        func(text string) []byte { return encode16(text, binary.LittleEndian) },
	"UTF-16BE":        func(text string) []byte { return encode16(text, binary.BigEndian) },
}

func encode16(text string, order binary.AppendByteOrder) []byte {
	file := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		file = order.AppendUint16(file, unit)
	}
	return file
}

// TestReader checks that a text is read unchanged, however small the reads are.
func TestReader(t *testing.T) {
	for _, text := range []string{"", "a", "é", "🙂", "ab🙂\r\nÄ", strings.Repeat("🙂x", 50_000)} {
		for name, encode := range encodings {
			r, err := NewReader(iotest.OneByteReader(bytes.NewReader(encode(text))))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err != nil || string(got) != text {
				t.Errorf("%s: %.20q, %v", name, got, err)
			}
		}
	}
}

func TestReaderFails(t *testing.T) {
	broken := errors.New("broken")
	if _, err := NewReader(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
	for _, head := range []string{"[\"abc", "\xff\xfe[\x00\"\x00", "\xff\xfe[\x00\"\x00x"} {
		r, err := NewReader(io.MultiReader(strings.NewReader(head), iotest.ErrReader(broken)))
		if err != nil {
			t.Fatal(err)
		}
		failed := NewStream(r).Each(func(Value) bool { return true })
		if failed == nil || failed.Kind == NoJSON {
			t.Errorf("%q: %+v", head, failed)
		}
	}
}

// TestPlaces counts through a file of long and short lines in every encoding.
func TestPlaces(t *testing.T) {
	text := strings.Repeat("aé🙂", 3000) + "\r\n\n" + strings.Repeat("b", 5000) + "\nÄ"
	for name, encode := range encodings {
		f, failed := New("f", encode(text))
		if failed != nil {
			t.Fatal(failed)
		}
		want := diag.Position{Offset: len(encode("")), Line: 1, Column: 1}
		for i, c := range text {
			if got := f.Position(i); got != want {
				t.Fatalf("%s: byte %d is at %+v, want %+v", name, i, got, want)
			}
			want.Offset += len(encode(string(c))) - len(encode(""))
			want.Column++
			if c == '\n' {
				want.Line, want.Column = want.Line+1, 1
			}
		}
		if got := f.Position(len(text) + 7); got != want {
			t.Errorf("%s: the end is at %+v, want %+v", name, got, want)
		}
		if got := f.Position(2); got != f.Position(1) {
			t.Errorf("%s: inside a character is at %+v", name, got)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("x", 100)
	for name, c := range map[string]struct {
		text       string
		start, end int
		content    string
		where      diag.Range
	}{
		"a line":           {"ab\ncde\r\nf", 4, 5, "cde", diag.Range{Start: 1, End: 2}},
		"the end":          {"ab\ncd", 5, 5, "cd", diag.Range{Start: 2, End: 2}},
		"several lines":    {"ab\ncd\nef\ngh", 4, 7, "cd\nef", diag.Range{Start: 1, End: 4}},
		"a long line":      {long + "HERE" + long, 100, 104, long[:80] + "HERE" + long[:80], diag.Range{Start: 80, End: 84}},
		"a long subject":   {long + long + long, 10, 290, long + long + long[:50], diag.Range{Start: 10, End: 170}},
		"half a character": {"é" + long[:79] + "HERE", 81, 85, "é" + long[:79] + "HERE", diag.Range{Start: 81, End: 85}},
	} {
		f, _ := New("f", []byte(c.text))
		text, where := f.Excerpt(c.start, c.end)
		if text.Content != c.content || where != c.where {
			t.Errorf("%s: %q %v", name, text.Content, where)
		}
		if got := text.Locate(where.Start); got != f.Position(c.start) {
			t.Errorf("%s: at %+v", name, got)
		}
	}
}

// TestExcerpts checks that a file that is read again gives the same excerpts as a file in memory.
// opener opens a file of the system.
func opener(path string) func() (fs.File, error) {
	return func() (fs.File, error) { return os.Open(path) }
}

func TestExcerpts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < 300_000 {
		b.WriteString(strings.Repeat("aé🙂", random.IntN(40)))
		if random.IntN(50) > 0 {
			b.WriteString("\r\n")
		}
	}
	text := b.String()
	for name, encode := range encodings {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, encode(text), 0o644); err != nil {
			t.Fatal(err)
		}
		f, _ := New(path, encode(text))
		ranges := []diag.Range{{Start: 0, End: 0}, {Start: len(text), End: len(text)}}
		for range 200 {
			start := random.IntN(len(text))
			ranges = append(ranges, diag.Range{Start: start, End: min(len(text), start+random.IntN(300))})
		}
		for i := range ranges {
			ranges[i].Start = runeStart([]byte(text), ranges[i].Start)
		}
		sort.Slice(ranges, func(i, j int) bool { return ranges[i].Start < ranges[j].Start })
		excerpts := Excerpts(opener(path), path, ranges)
		if len(excerpts) != len(ranges) {
			t.Fatalf("%s: %d excerpts of %d", name, len(excerpts), len(ranges))
		}
		for i, e := range excerpts {
			text, where := f.Excerpt(ranges[i].Start, ranges[i].End)
			if text.Content != e.Text.Content || where != e.Range || text.Locate(where.Start) != e.Text.Locate(e.Range.Start) || text.Locate(-1) != e.Text.Locate(-1) {
				t.Fatalf("%s: %v is %q %v, not %q %v", name, ranges[i], e.Text.Content, e.Range, text.Content, where)
			}
		}
	}
	if Excerpts(opener("nowhere"), "nowhere", nil) != nil || Excerpts(opener(t.TempDir()), "", nil) != nil {
		t.Error("a missing file has excerpts")
	}
	path := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(path, []byte("ab"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := Excerpts(opener(path), path, []diag.Range{{Start: 1, End: 2}, {Start: 7, End: 8}}); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestStreamStopsWhenAsked(t *testing.T) {
	r, _ := NewReader(strings.NewReader(`[1, 2, this is never read`))
	n := 0
	if failed := NewStream(r).Each(func(v Value) bool { n++; return n < 2 }); failed != nil || n != 2 {
		t.Errorf("%v after %d", failed, n)
	}
}

// TestFaults shows the errors for files that are not JSON.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "1:1 the file is empty",
		" ":                        "1:1 the file is empty",
		"[":                        "1:2 the file ends in the middle of the JSON document",
		"\n[1,\n \"abc":            "3:6 the file ends in the middle of the JSON document",
		"[1]\n x":                  "2:2 there is text after the end of the JSON document",
		"[1]\n \"x\"":              "2:2 there is text after the end of the JSON document",
		"[1] [2":                   "1:5 there is text after the end of the JSON document",
		"[1 2]":                    "1:4 the file is not valid JSON: invalid character '2' after array element (expecting ',' or ']')",
		"[{'a': 1}]":               "1:3 the file is not valid JSON: invalid character '\\'' at start of string (expecting '\"')",
		"[\"\xff\"]":               "1:3 the file is not valid UTF-8",
		"[\x00":                    "1:2 the file is UTF-16 without a byte-order mark, or no text at all",
		`["\ud800"]`:               "1:3 the file is not valid JSON: invalid surrogate pair `\\ud800\"]` in string",
		strings.Repeat("[", 20000): "1:10001 the file is not JSON that Qlik writes: it is nested more than 10,000 deep",
	} {
		f, failed := New("f", []byte(text))
		if failed != nil {
			t.Fatal(failed)
		}
		_, failed = f.Document()
		r, _ := NewReader(strings.NewReader(text))
		streamed := NewStream(r).Each(func(Value) bool { return true })
		for _, e := range []*Error{failed, streamed} {
			p := f.Position(e.Offset)
			if got := fmt.Sprintf("%d:%d %s", p.Line, p.Column, e.Error()); got != want || e.Detail == "" {
				t.Errorf("%.20q:\n got %s\nwant %s", text, got, want)
			}
		}
	}
	r, _ := NewReader(strings.NewReader("\n7"))
	if e := NewStream(r).Each(func(Value) bool { return true }); e == nil || e.Offset != 1 || e.Summary != "the file is not a list" {
		t.Errorf("%+v", e)
	}
	r, _ = NewReader(strings.NewReader(`[{"a": 1, "a": 2}]`))
	if e := NewStream(r).Each(func(Value) bool { return true }); e == nil || e.Offset != 10 || e.Summary != `the field "a" is given twice` {
		t.Errorf("%+v", e)
	}
}

// TestBrokenText shows the errors, with positions, for files that are not text.
func TestBrokenText(t *testing.T) {
	for file, want := range map[string]string{
		"\xff\xfe[\x00\x00\xd8":           "1:2 the file is broken UTF-16: unpaired surrogate 0xD800",
		"\xff\xfe[\x00\x00\xd8]\x00]\x00": "1:2 the file is broken UTF-16: unpaired surrogate 0xD800",
		"\xfe\xff\x00[\x00]\xdc\x00":      "1:3 the file is broken UTF-16: unpaired surrogate 0xDC00",
		"\xff\xfe[\x00]\x00 ":             "1:3 the file is broken UTF-16: it has an odd number of bytes",
	} {
		f, failed := New("f", []byte(file))
		r, _ := NewReader(strings.NewReader(file))
		streamed := NewStream(r).Each(func(Value) bool { return true })
		for _, e := range []*Error{failed, streamed} {
			p := f.Position(e.Offset)
			if got := fmt.Sprintf("%d:%d %s", p.Line, p.Column, e.Summary); got != want || e.Kind != NoText || e.Detail == "" {
				t.Errorf("%q:\n got %s\nwant %s", file, got, want)
			}
		}
	}
}

func TestWhatIsNotThereHasAPlace(t *testing.T) {
	f, _ := New("f", []byte("{\n  {}}"))
	if text := f.At("condition", 4); text.Content != "" || text.Label != "condition" || text.Locate(9) != (diag.Position{Offset: 4, Line: 2, Column: 3}) {
		t.Errorf("%+v at %+v", text, text.Locate(0))
	}
}

// generic converts a Value like encoding/json.
func generic(f *File, v Value) any {
	if string(f.Text[v.Offset:v.End()]) != string(v.Raw) {
		panic("a value does not stand where it says")
	}
	switch v.Kind() {
	case '{':
		o := map[string]any{}
		for _, m := range v.AppendMembers(nil) {
			o[string(m.Name.Text())] = generic(f, m.Value)
		}
		return o
	case '[':
		list := []any{}
		for _, item := range v.AppendItems(nil) {
			list = append(list, generic(f, item))
		}
		return list
	case '"':
		return string(v.Text())
	case '0':
		return json.Number(v.Raw)
	case 'n':
		if !v.IsNull() {
			panic("null is not null")
		}
		return nil
	}
	return string(v.Raw) == "true"
}

// FuzzDocument checks that JSON is read in the same way as by encoding/json, and that every byte of a string maps to its
// position in the file.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		`{"a": [1, 2.5e3, true, false, null, "x\"\\é\u00e9\ud83d\ude42"], "b": {}, "c": []}`, " [ ] ", `"\\\""`, `"a\nbc"`, `{"a":{"b":[{"c":"]}"}]}}`, `"\uD83D\uDE42\u0041"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, failed := New("f", data)
		if failed != nil {
			return
		}
		v, failed := file.Document()
		if failed != nil {
			return
		}
		dec := json.NewDecoder(bytes.NewReader(file.Text))
		dec.UseNumber()
		var want any
		if err := dec.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if got := generic(file, v); !reflect.DeepEqual(got, want) {
			t.Errorf("%q\n got %#v\nwant %#v", data, got, want)
		}
		if v.Kind() != '"' {
			return
		}
		text := file.StringText("x", v)
		last := -1
		for offset := range text.Content {
			at := text.Locate(offset).Offset
			if at <= last || at > len(data) {
				t.Errorf("%q: byte %d is at %d, after %d", data, offset, at, last)
			}
			last = at
		}
	})
}
