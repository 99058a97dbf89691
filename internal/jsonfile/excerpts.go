package jsonfile

import (
	"io"
	"io/fs"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Excerpt is the part of a file that a diagnostic shows: the lines around a range.
type Excerpt struct {
	Text  *diag.Text
	Range diag.Range
}

// Excerpts returns the excerpts of ranges, ordered by their start, of a file that is too large for
// memory. It opens the file and reads it once, up to the last range. After a read error it returns
// the excerpts so far. Path is the name of the file in diagnostics.
func Excerpts(open func() (fs.File, error), path string, ranges []diag.Range) []Excerpt {
	file, err := open()
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }() // nothing was written
	r, err := NewReader(file)
	if err != nil {
		return nil
	}
	w := window{src: r, place: r.start()}
	var excerpts []Excerpt
	for _, wanted := range ranges {
		wanted.End = min(wanted.End, wanted.Start+2*excerptMargin)
		w.move(wanted.Start-2*excerptMargin, wanted.End+2*excerptMargin)
		start, end := wanted.Start-w.offset, wanted.End-w.offset
		if end > len(w.text) {
			break
		}
		excerpts = append(excerpts, w.excerpt(path, start, end))
	}
	return excerpts
}

// window is a piece of a file's text that moves forward.
type window struct {
	src    *Reader
	offset int // of text in the file's text
	place  diag.Position
	text   []byte
}

// move moves the window forward to the offset from, and extends it to the offset to or the end of the
// readable text.
func (w *window) move(from, to int) {
	for {
		past := min(from-w.offset, len(w.text))
		if past > 0 {
			w.place = w.src.encoding.advance(w.place, w.text[:past])
			w.offset += past
			w.text = w.text[past:]
		}
		if w.offset+len(w.text) >= to {
			return
		}
		chunk := make([]byte, 1<<16)
		n, err := io.ReadFull(w.src, chunk)
		w.text = append(w.text, chunk[:n]...)
		if err != nil && n == 0 {
			return
		}
	}
}

func (w *window) excerpt(path string, start, end int) Excerpt {
	from, to, shown := excerpt(w.text, start, end)
	text, encoding := append([]byte(nil), w.text[from:to]...), w.src.encoding
	place := encoding.advance(w.place, w.text[:from])
	return Excerpt{
		Text: &diag.Text{
			Label: "file", Content: string(text), File: path,
			Locate: func(offset int) diag.Position {
				return encoding.advance(place, text[:runeStart(text, min(max(offset, 0), len(text)))])
			},
		},
		Range: shown,
	}
}
