package bundles

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// file is one file of a bundle: its content or, if that is large, a stream that can be read
// once.
type file struct {
	path    string
	size    int64
	digest  string
	content []byte
	stream  io.Reader
}

func newFile(path string, content []byte) file {
	sum := sha256.Sum256(content)
	return file{path: path, size: int64(len(content)), digest: hex.EncodeToString(sum[:]), content: content}
}

// writeArchive writes a .tar.gz whose bytes depend on the files only: no times, owners or host
// names.
func writeArchive(ctx context.Context, w io.Writer, files []file) error {
	// Site data is mostly ids, which hardly compress: the default level takes twice the time of
	// this one to save 7 %.
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zip)
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		header := &tar.Header{Typeflag: tar.TypeReg, Name: f.path, Size: f.size, Mode: 0o644, Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if f.stream != nil {
			if _, err := io.Copy(archive, cancellable{ctx, f.stream}); err != nil {
				return err
			}
			continue
		}
		if _, err := archive.Write(f.content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return zip.Close()
}

// cancellable is a reader that returns the context's error when the context ends.
type cancellable struct {
	ctx context.Context
	io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(p)
}

// hashing is a buffered writer that computes the size and digest of its data.
type hashing struct {
	*bufio.Writer
	sum  hash.Hash
	size int64
}

func newHashing(w io.Writer) *hashing {
	h := &hashing{sum: sha256.New()}
	h.Writer = bufio.NewWriterSize(io.MultiWriter(w, h.sum, (*counter)(&h.size)), 1<<16)
	return h
}

func (h *hashing) digest() string { return hex.EncodeToString(h.sum.Sum(nil)) }

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
