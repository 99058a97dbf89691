package qrule

import (
	"bytes"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// The line ends of a condition: the values of the key eol.
const (
	// LF is the default. CR LF in the file is read as LF, so that a checkout on Windows does not
	// change the condition.
	LF = "lf"
	// CRLF means that every line of the condition ends with CR LF, whatever the line ends in the
	// file.
	CRLF = "crlf"
	// Keep means that the condition is the bytes of the file.
	Keep = "keep"
)

// Condition returns the condition of a text whose header ends at the offset body: the rest of the
// text, without one final line end.
func Condition(text []byte, body int, eol string) Scalar {
	if body < 0 {
		body = len(text)
	}
	s := Scalar{Pieces: []jsonfile.Segment{{File: body}}}
	s.At.Start, s.At.End = body, body+len(withoutLineEnd(text[body:], eol))
	content := text[body:s.At.End]
	if eol == Keep {
		s.Text = string(content)
		return s
	}
	var b strings.Builder
	for i := 0; i < len(content); {
		end := bytes.IndexByte(content[i:], '\n')
		if end < 0 {
			b.Write(content[i:])
			break
		}
		b.Write(bytes.TrimSuffix(content[i:i+end], []byte{'\r'}))
		if eol == CRLF {
			b.WriteByte('\r')
		}
		b.WriteByte('\n')
		i += end + 1
		s.Pieces = append(s.Pieces, jsonfile.Segment{Text: b.Len(), File: body + i})
	}
	s.Text = b.String()
	return s
}

// withoutLineEnd returns a text without its final line end. With Keep, only the LF that Format adds is
// removed.
func withoutLineEnd(text []byte, eol string) []byte {
	short, found := bytes.CutSuffix(text, []byte{'\n'})
	if found && eol != Keep {
		short = bytes.TrimSuffix(short, []byte{'\r'})
	}
	return short
}

// writtenAs returns how a condition is written to a file: the value of the key eol, and the bytes
// without the final line end.
func writtenAs(condition string) (eol, body string) {
	for _, eol := range []string{LF, CRLF} {
		body := strings.ReplaceAll(condition, "\r\n", "\n")
		if Condition([]byte(body+"\n"), 0, eol).Text == condition {
			return eol, body
		}
	}
	return Keep, condition
}
