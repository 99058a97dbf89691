package engine

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

const (
	// LineMax is the maximum length in bytes of a line with a request.
	LineMax = 1 << 20
	// batchLines and batchBytes limit the size of a chunk.
	batchLines = 64
	batchBytes = 1 << 20
)

// readChunks splits the input into batches until take returns false. An error of the reader is
// in the last chunk.
func readChunks(r io.Reader, take func(*chunk) bool) {
	in := bufio.NewReaderSize(r, 64<<10)
	next, size := newChunk(1), 0
	for {
		line, err := readLine(in)
		if err == nil {
			if next.first == 1 && len(next.lines) == 0 {
				line = bytes.TrimPrefix(line, []byte("\ufeff"))
			}
			next.lines = append(next.lines, line)
			size += len(line)
			// If the input pauses, for example at a terminal, the lines so far are answered at once, not
			// when the chunk is full.
			if len(next.lines) < batchLines && size < batchBytes && in.Buffered() > 0 {
				continue
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			next.err = fmt.Errorf("line %d: %w", next.first+len(next.lines), err)
		}
		if !take(next) || err != nil {
			return
		}
		next, size = newChunk(next.first+len(next.lines)), 0
	}
}

// readLine returns the next line without its line end, or nil for a line that is longer than LineMax, which it
// skips. The error is io.EOF after the last line.
func readLine(in *bufio.Reader) ([]byte, error) {
	line := []byte{}
	for {
		part, err := in.ReadSlice('\n')
		if line != nil {
			line = append(line, bytes.TrimSuffix(part, []byte("\n"))...)
		}
		if len(line) > LineMax {
			line = nil
		}
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && (len(line) > 0 || line == nil):
			return line, nil
		default:
			return nil, err
		}
	}
}
